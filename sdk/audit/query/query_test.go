package query

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/internal/audittest"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// The whole way, with files in between: who is in the set is found, in its base and its delta, and nobody else.
func TestQuery(t *testing.T) {
	inBase, inDelta, other := audittest.Drawing(t, 1), audittest.Drawing(t, 2), audittest.Drawing(t, 3)
	blank := audittest.Encode(t, image.NewGray(image.Rect(0, 0, 64, 64)))
	w := newWorld(t, audittest.New(t, "query", inBase).WithDelta(t, inDelta), 1000)
	request, session := w.ask(t, inBase, other, blank, []byte("no picture"), inDelta)
	session, err := ParseSession(session.AppendText(nil))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := ParseAnswer(w.answer(t, request).AppendText(nil))
	if err != nil {
		t.Fatal(err)
	}
	results, err := session.Read(w.Manifest, answer, w.policy(t), w.Set)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprintf("%s:%v/%v", r.Name, r.Hits > 0, r.Probes > 0))
	}
	if want := "a:true/true b:false/true c:false/false d:false/false e:true/true"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %v", got, want)
	}
	auditors := w.ledger.Auditors()
	elements := 0
	for _, r := range results {
		elements += r.Probes
	}
	if len(auditors) != 1 || auditors[0].Elements != uint64(elements) || auditors[0].Requests != 1 {
		t.Errorf("the tally is %+v, want %d elements", auditors, elements)
	}
}

// A request shows how much is asked, and nothing of what: elements of one picture are different each time, and none is what anyone can compute.
func TestBlind(t *testing.T) {
	file := audittest.Drawing(t, 1)
	w := newWorld(t, audittest.New(t, "blind", file), 1000)
	seen := make(map[string]bool)
	for range 2 {
		request, session := w.ask(t, file)
		n, err := tlog.ParseNote(request)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParseRequest([]byte(n.Text))
		if err != nil {
			t.Fatal(err)
		}
		tokens, _ := session.probes()
		for i, e := range r.Elements {
			if seen[string(e.Bytes())] || e.Equal(blindset.TokenElement(w.Manifest.Salt, tokens[i])) {
				t.Fatal("an element comes twice, or is not blinded")
			}
			seen[string(e.Bytes())] = true
			if bytes.Contains(request, []byte(fmt.Sprintf("%x", tokens[i]))) {
				t.Fatal("a token is in the request")
			}
		}
		if text := fmt.Sprint(session, *session) + fmt.Sprintf("%+v %#v", session, *session); strings.Contains(text, fmt.Sprintf("%x", tokens[0])) || strings.Contains(text, "tokens") {
			t.Errorf("a session prints itself: %s", text)
		}
	}
}

// What an operator might do wrong.
func TestDishonestOperator(t *testing.T) {
	file := audittest.Drawing(t, 1)
	w := newWorld(t, audittest.New(t, "operator", file), 1000)
	second := audittest.New(t, "operator too", file)
	stranger := newSigner(t, "stranger.example", tlog.Ed25519)
	for _, c := range []struct {
		name   string
		change func(a *Answer, other *Answer)
		want   error
	}{
		{"nothing", func(a, _ *Answer) {}, nil},
		{"another key", func(a, _ *Answer) {
			for _, v := range a.layers[0].values {
				v.ScalarMult(second.Keys[0].Alpha, v)
			}
		}, ErrProof},
		{"one value of another element, to deny a match", func(a, _ *Answer) { a.layers[0].values[0] = a.layers[0].values[1] }, ErrProof},
		{"two values exchanged", func(a, _ *Answer) {
			v := a.layers[0].values
			v[0], v[1] = v[1], v[0]
		}, ErrProof},
		{"the proof of another answer", func(a, o *Answer) { a.layers[0].proof = o.layers[0].proof }, ErrProof},
		{"another answer", func(a, o *Answer) { *a = *o }, ErrOther},
		{"another answer under this request's name", func(a, o *Answer) { a.layers = o.layers }, ErrProof},
		{"a value too few", func(a, _ *Answer) { a.layers[0].values = a.layers[0].values[1:] }, ErrOther},
		{"a layer too many", func(a, _ *Answer) { a.layers = append(a.layers, a.layers[0]) }, ErrOther},
		{"not logged", func(a, _ *Answer) { a.Logged = []byte("nothing") }, ErrUnlogged},
		{"another request's entry", func(a, o *Answer) { a.Logged = o.Logged }, ErrUnlogged},
		{"the grant's entry", func(a, _ *Answer) { a.Logged = w.proof(0, w.log, w.witness) }, ErrUnlogged},
		{"a ledger without witnesses", func(a, _ *Answer) { a.Logged = w.proof(len(w.entries)-1, w.log) }, ErrQuorum},
		{"a ledger that its witnesses alone signed", func(a, _ *Answer) { a.Logged = w.proof(len(w.entries)-1, w.witness) }, ErrLedger},
		{"a stranger's ledger", func(a, _ *Answer) { a.Logged = w.proof(len(w.entries)-1, stranger, w.witness) }, ErrLedger},
		{"an entry that is not in the tree", func(a, _ *Answer) {
			e := bytes.Replace(w.entries[len(w.entries)-1], []byte("time 2000"), []byte("time 2001"), 1)
			p, err := tlog.ParseProof(a.Logged)
			if err != nil {
				t.Fatal(err)
			}
			p.Extra = e
			a.Logged = p.AppendText(nil)
		}, ErrUnlogged},
	} {
		t.Run(c.name, func(t *testing.T) {
			otherRequest, _ := w.ask(t, file)
			other := w.answer(t, otherRequest)
			request, session := w.ask(t, file)
			a := w.answer(t, request)
			c.change(a, other)
			results, err := session.Read(w.Manifest, a, w.policy(t), w.Set)
			if !errors.Is(err, c.want) || (err == nil) != (results != nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	request, session := w.ask(t, file)
	if _, err := session.Read(second.Manifest, w.answer(t, request), w.policy(t), second.Set); !errors.Is(err, ErrSet) {
		t.Errorf("read with another set: %v", err)
	}
}

// What an auditor, or someone in between, might do wrong.
func TestDishonestAuditor(t *testing.T) {
	file := audittest.Drawing(t, 1)
	w := newWorld(t, audittest.New(t, "auditor", file), 20)
	request, session := w.ask(t, file) // 16 elements
	stranger := newSigner(t, "stranger.example", tlog.Ed25519)
	namesake := newSigner(t, "auditor.example", tlog.CosignatureV1)
	parsed, err := tlog.ParseNote(request)
	if err != nil {
		t.Fatal(err)
	}
	text := parsed.Text
	for name, c := range map[string]struct {
		note []byte
		want error
	}{
		"a stranger":                    {note(text, stranger).AppendText(nil), ErrAuditor},
		"a key of another kind":         {note(text, namesake).AppendText(nil), ErrAuditor},
		"a request altered on its way":  {bytes.Replace(request, []byte("elements 16"), []byte("elements 15"), 1), ErrRequest},
		"an element exchanged":          {bytes.Replace(request, []byte(text[len(text)-65:len(text)-1]), []byte(fmt.Sprintf("%x", w.Manifest.Layers[0].Key.Bytes())), 1), ErrAuditor},
		"no note":                       {[]byte(text), ErrRequest},
		"another ledger":                {note(strings.Replace(text, ledgerName, "example.org/other", 1), w.auditor).AppendText(nil), ErrLedger},
		"the identity as an element":    {note(strings.Replace(text, text[len(text)-65:len(text)-1], strings.Repeat("0", 64), 1), w.auditor).AppendText(nil), ErrRequest},
		"more than the form allows":     {note(text+"element "+text[len(text)-65:], w.auditor).AppendText(nil), ErrRequest},
		"a text in another form":        {note(strings.Replace(text, "elements 16", "elements 016", 1), w.auditor).AppendText(nil), ErrRequest},
		"nothing":                       {nil, ErrRequest},
		"nothing, signed by an auditor": {note("\n", w.auditor).AppendText(nil), ErrRequest},
	} {
		t.Run(name, func(t *testing.T) {
			r, entry, err := w.ledger.Admit(c.note, ledgerName, 2000)
			if !errors.Is(err, c.want) || r != nil || entry != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	a := w.answer(t, request)
	// Nothing is charged for asking again: whoever lost the answer may have it anew.
	again, entry, err := w.ledger.Admit(request, ledgerName, 3000)
	if !errors.Is(err, ErrRepeated) || again == nil || entry != nil {
		t.Errorf("repeated: %v", err)
	}
	if _, err := session.Read(w.Manifest, a, w.policy(t), w.Set); err != nil {
		t.Error(err)
	}
	more, _ := w.ask(t, file)
	if r, entry, err := w.ledger.Admit(more, ledgerName, 3000); !errors.Is(err, ErrQuota) || r != nil || entry != nil {
		t.Errorf("32 elements of a quota of 20: %v", err)
	}
	w.add(t, &Grant{Time: 4000, Key: w.auditor.key, Quota: 40})
	if _, _, err := w.ledger.Admit(more, ledgerName, 4000); err != nil {
		t.Errorf("after a larger grant: %v", err)
	}
	// A key that was replaced is worth nothing.
	next := newSigner(t, "next", tlog.Ed25519)
	key, err := tlog.NewKey("auditor.example", tlog.Ed25519, next.key.Public)
	if err != nil {
		t.Fatal(err)
	}
	w.add(t, &Grant{Time: 5000, Key: key, Quota: 40})
	if _, _, err := w.ledger.Admit(more, ledgerName, 5000); !errors.Is(err, ErrAuditor) {
		t.Errorf("signed with the key of before: %v", err)
	}
	if got := w.ledger.Auditors()[0]; got.Elements != 16 || got.Quota != 40 {
		t.Errorf("another key began a new tally: %+v", got)
	}
}

// A ledger is refused by whoever reads it if it broke its rules, whoever wrote it.
func TestLedgerRules(t *testing.T) {
	k := newSigner(t, "auditor.example", tlog.Ed25519).key
	grant := &Grant{Time: 10, Key: k, Quota: 20}
	query := func(change func(q *Query)) *Query {
		q := &Query{Time: 11, Auditor: "auditor.example", Request: [32]byte{1}, Elements: 16, Total: 16}
		change(q)
		return q
	}
	honest := query(func(*Query) {})
	for name, c := range map[string]struct {
		entries []Entry
		want    error
	}{
		"honest":                   {[]Entry{grant, honest}, nil},
		"nobody granted it":        {[]Entry{honest}, ErrAuditor},
		"another's name":           {[]Entry{grant, query(func(q *Query) { q.Auditor = "other.example" })}, ErrAuditor},
		"over the quota":           {[]Entry{grant, query(func(q *Query) { q.Elements, q.Total = 21, 21 })}, ErrQuota},
		"over the quota in all":    {[]Entry{grant, honest, query(func(q *Query) { q.Request[0], q.Total = 2, 32 })}, ErrQuota},
		"a tally that lies":        {[]Entry{grant, query(func(q *Query) { q.Total = 1 })}, ErrTally},
		"a tally that forgets":     {[]Entry{grant, honest, query(func(q *Query) { q.Request[0], q.Elements, q.Total = 2, 4, 4 })}, ErrTally},
		"a request twice":          {[]Entry{grant, honest, query(func(q *Query) { q.Elements, q.Total = 4, 20 })}, ErrRepeated},
		"an older entry":           {[]Entry{grant, query(func(q *Query) { q.Time = 9 })}, ErrTime},
		"an older grant":           {[]Entry{grant, honest, &Grant{Time: 10, Key: k, Quota: 100}}, ErrTime},
		"a grant below what is":    {[]Entry{grant, honest, &Grant{Time: 12, Key: k, Quota: 1}, query(func(q *Query) { q.Time, q.Request[0], q.Elements, q.Total = 12, 2, 1, 17 })}, ErrQuota},
		"nothing asked":            {[]Entry{grant, query(func(q *Query) { q.Elements, q.Total = 0, 0 })}, ErrEntry},
		"more than a request has":  {[]Entry{&Grant{Time: 10, Key: k, Quota: 1 << 20}, query(func(q *Query) { q.Elements, q.Total = MaxElements+1, MaxElements+1 })}, ErrEntry},
		"a witness as the auditor": {[]Entry{&Grant{Time: 10, Key: newSigner(t, "w", tlog.CosignatureV1).key, Quota: 1}}, ErrEntry},
	} {
		t.Run(name, func(t *testing.T) {
			var l Ledger
			for i, e := range c.entries {
				err := l.Add(e.AppendText(nil))
				if want := c.want; i == len(c.entries)-1 && !errors.Is(err, want) || i < len(c.entries)-1 && err != nil {
					t.Errorf("entry %d: got %v, want %v", i, err, want)
				}
			}
		})
	}
}

func TestEvaluateRefuses(t *testing.T) {
	file := audittest.Drawing(t, 1)
	w, second := newWorld(t, audittest.New(t, "evaluate", file), 100), audittest.New(t, "evaluate too", file)
	request, _ := w.ask(t, file)
	r, _, err := w.ledger.Admit(request, ledgerName, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		m    *blindset.Manifest
		keys []blindset.LayerKey
		want error
	}{
		"another set":  {second.Manifest, second.Keys, ErrSet},
		"another key":  {w.Manifest, second.Keys, ErrKeys},
		"no key":       {w.Manifest, nil, ErrKeys},
		"too many":     {w.Manifest, append(w.Keys[:1:1], w.Keys...), ErrKeys},
		"what is true": {w.Manifest, w.Keys, nil},
	} {
		if a, err := Evaluate(c.m, c.keys, r); !errors.Is(err, c.want) || (err == nil) != (a != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestQuestionBounds(t *testing.T) {
	w := newWorld(t, audittest.New(t, "bounds", audittest.Drawing(t, 1)), 1)
	q, err := NewQuestion(w.Manifest, ledgerName)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := q.Ask(); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing asked: %v", err)
	}
	file := audittest.Drawing(t, 2)
	n := 0
	for err == nil {
		var probes int
		if probes, err = q.Add("x", file); err == nil {
			n += probes
		}
	}
	r, _, askErr := q.Ask()
	if !errors.Is(err, ErrMany) || askErr != nil || len(r.Elements) != n || n > MaxElements || n+16 <= MaxElements {
		t.Errorf("%v after %d elements; %v", err, n, askErr)
	}
	if len(r.AppendText(nil)) > maxRequestBytes {
		t.Error("a full request is longer than a request may be")
	}
	for in, want := range map[string]string{"": "_", "a\nb": "a_b", "a\xffb": "a_b", "ä b": "ä b"} {
		if got := cleanName(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
	if long := cleanName(strings.Repeat("ä", 400)); len(long) > maxNameBytes || cleanName(long) != long {
		t.Errorf("a long name becomes %q", long)
	}
}

// seeds are the texts of an exchange.
func seeds(t testing.TB) (request, session, answer []byte, entries [][]byte) {
	file := audittest.Drawing(t, 1)
	w := newWorld(t, audittest.New(t, "seeds", file), 100)
	request, s := w.ask(t, file, []byte("none"))
	return request, s.AppendText(nil), w.answer(t, request).AppendText(nil), w.entries
}

// Whatever is read is what would be written.
func FuzzParse(f *testing.F) {
	request, session, answer, entries := seeds(f)
	n, err := tlog.ParseNote(request)
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range append(entries, []byte(n.Text), session, answer) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(what string, again []byte) {
			if !bytes.Equal(again, b) {
				t.Errorf("%s: %q is read and %q is written", what, b, again)
			}
		}
		if r, err := ParseRequest(b); err == nil {
			same("request", r.AppendText(nil))
		}
		if s, err := ParseSession(b); err == nil {
			same("session", s.AppendText(nil))
		}
		if a, err := ParseAnswer(b); err == nil {
			same("answer", a.AppendText(nil))
		}
		if e, err := ParseEntry(b); err == nil {
			same("entry", e.AppendText(nil))
		}
	})
}
