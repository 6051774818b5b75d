package query

import (
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lines"
	"github.com/veilhash/veilhash/sdk/tlog"
)

const (
	entryHeader   = "veilhash-audit v0"
	maxEntryBytes = 4096
	maxNumber     = 1 << 53
)

// An Entry is an entry of a ledger: a Grant or a Query.
type Entry interface {
	// AppendText appends the entry's canonical text.
	AppendText(dst []byte) []byte

	// at is when the entry was written.
	at() uint64
}

// A Grant gives an auditor a quota, or alters it.
type Grant struct {
	Time  uint64    // seconds since 1970-01-01 UTC
	Key   *tlog.Key // the auditor's, of tlog.Ed25519; its name is the auditor's
	Quota uint64    // elements that it may have asked about in all, those before this grant included
}

// A Query says that an auditor's request is being answered.
type Query struct {
	Time     uint64 // seconds since 1970-01-01 UTC
	Auditor  string
	Set      blindset.SetID
	Request  [32]byte // its Digest
	Elements uint64
	Total    uint64 // elements that the auditor has asked about in all, these included
}

func (g *Grant) at() uint64 { return g.Time }
func (q *Query) at() uint64 { return q.Time }

// AppendText implements Entry.
func (g *Grant) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, entryHeader)
	dst = lines.Append(dst, "time", lines.Number(g.Time))
	dst = lines.Append(dst, "grant", g.Key.String())
	return lines.Append(dst, "quota", lines.Number(g.Quota))
}

// AppendText implements Entry.
func (q *Query) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, entryHeader)
	dst = lines.Append(dst, "time", lines.Number(q.Time))
	dst = lines.Append(dst, "query", q.Auditor)
	dst = lines.Append(dst, "set", q.Set.String())
	dst = lines.Append(dst, "request", hexa.String(q.Request[:]))
	dst = lines.Append(dst, "elements", lines.Number(q.Elements))
	return lines.Append(dst, "total", lines.Number(q.Total))
}

// ParseEntry reads what AppendText writes. The error is ErrEntry.
func ParseEntry(text []byte) (Entry, error) {
	l := lines.Read(text, entryHeader, maxEntryBytes)
	time := l.Number("time", maxNumber)
	if strings.HasPrefix(l.Rest, "grant ") {
		g := &Grant{Time: time}
		key, err := tlog.ParseKey(l.Value("grant"))
		g.Key, g.Quota = key, l.Number("quota", maxNumber)
		if !l.Done() || err != nil || key.Algorithm != tlog.Ed25519 {
			return nil, ErrEntry
		}
		return g, nil
	}
	q := &Query{Time: time, Auditor: l.Value("query")}
	l.Hex("set", q.Set[:])
	l.Hex("request", q.Request[:])
	q.Elements = l.Number("elements", MaxElements)
	q.Total = l.Number("total", maxNumber)
	if !l.Done() || q.Auditor == "" || q.Elements == 0 {
		return nil, ErrEntry
	}
	return q, nil
}

// An Auditor is what a ledger says of one.
type Auditor struct {
	Key      *tlog.Key
	Quota    uint64 // elements in all
	Elements uint64 // asked about so far
	Requests int
}

// A Ledger is what the entries of a log say, in order. It is the one judge of what may follow what, for its writer and for everyone who reads it. The zero value is an
// empty ledger.
type Ledger struct {
	auditors []Auditor // in the order of their first grants
	requests map[[32]byte]logged
	entries  uint64
	time     uint64
}

// logged is where a request's entry is.
type logged struct {
	entry uint64
	query *Query
}

// Auditors are those who ever had a quota, in the order of their first grants.
func (l *Ledger) Auditors() []Auditor { return append([]Auditor(nil), l.auditors...) }

// Find is the entry of a request, by its Digest, and where it is, counted from 0; nil if it is not in the ledger.
func (l *Ledger) Find(request [32]byte) (q *Query, entry uint64) {
	at := l.requests[request]
	return at.query, at.entry
}

func (l *Ledger) auditor(name string) *Auditor {
	for i := range l.auditors {
		if l.auditors[i].Key.Name == name {
			return &l.auditors[i]
		}
	}
	return nil
}

// Admit checks a signed request and returns the entry that has to be in the ledger before the request is answered. Errors are ErrRequest, ErrLedger, ErrAuditor, ErrQuota and
// ErrRepeated; with ErrRepeated the request is returned too, and may be answered.
func (l *Ledger) Admit(note []byte, ledger string, time uint64) (*Request, *Query, error) {
	n, err := tlog.ParseNote(note)
	if err != nil {
		return nil, nil, ErrRequest
	}
	r, err := ParseRequest([]byte(n.Text))
	if err != nil {
		return nil, nil, err
	}
	if r.Ledger != ledger {
		return nil, nil, ErrLedger
	}
	var who *Auditor
	for i := range l.auditors {
		if n.Verify(l.auditors[i].Key) == nil {
			who = &l.auditors[i]
		}
	}
	if who == nil {
		return nil, nil, ErrAuditor
	}
	q := &Query{
		Time: max(time, l.time), Auditor: who.Key.Name, Set: r.Set, Request: r.Digest(),
		Elements: uint64(len(r.Elements)), Total: who.Elements + uint64(len(r.Elements)),
	}
	if err := l.check(q); err != nil {
		if err == ErrRepeated {
			return r, nil, err
		}
		return nil, nil, err
	}
	return r, q, nil
}

// check says whether an entry may follow.
func (l *Ledger) check(e Entry) error {
	q, isQuery := e.(*Query)
	if isQuery {
		// First of all: whoever repeats a request is told so, not that its quota is used up.
		if _, known := l.requests[q.Request]; known {
			return ErrRepeated
		}
		who := l.auditor(q.Auditor)
		switch {
		case who == nil:
			return ErrAuditor
		case q.Total != who.Elements+q.Elements:
			return ErrTally
		case q.Total > who.Quota:
			return ErrQuota
		}
	}
	if e.at() < l.time {
		return ErrTime
	}
	return nil
}

// Add takes the next entry. Errors are ErrEntry, ErrAuditor, ErrQuota, ErrTally, ErrRepeated and ErrTime; then the ledger is as it was.
func (l *Ledger) Add(entry []byte) error {
	e, err := ParseEntry(entry)
	if err != nil {
		return err
	}
	if err := l.check(e); err != nil {
		return err
	}
	switch e := e.(type) {
	case *Grant:
		who := l.auditor(e.Key.Name)
		if who == nil {
			l.auditors = append(l.auditors, Auditor{})
			who = &l.auditors[len(l.auditors)-1]
		}
		who.Key, who.Quota = e.Key, e.Quota
	case *Query:
		who := l.auditor(e.Auditor)
		who.Elements = e.Total
		who.Requests++
		if l.requests == nil {
			l.requests = make(map[[32]byte]logged)
		}
		l.requests[e.Request] = logged{l.entries, e}
	}
	l.entries++
	l.time = e.at()
	return nil
}
