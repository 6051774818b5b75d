package access_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/limit"
)

var now = time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)

func clock() time.Time { return now }

// golden is a key whose digest and checksum were computed by another program (Python's hashlib and zlib).
const (
	golden       = "vhk_0001020304050607202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3fbbefbf1a"
	goldenDigest = "4e982194d3a27131695e0292e409946343e66be310649f84751acc7107160bc3"
)

const file = `veilhash-applications v0
application chat
limit requests 1000/1s
limit account-requests 600/1m
limit account-bytes 100000000/1h
key 0001020304050607 ` + goldenDigest + ` console:read,vouchers:write 2031-01-01T00:00:00Z 2032-01-01T00:00:00Z
application empty.example
application hotline
key ffffffffffffffff ` + goldenDigest + ` metrics:read - -
`

func request(header ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, h := range header {
		r.Header.Add("Authorization", h)
	}
	return r
}

func TestGolden(t *testing.T) {
	s, err := access.ParseSecret(golden)
	if err != nil || s.Text() != golden || s.ID().String() != "0001020304050607" {
		t.Fatalf("%v, %v", s, err)
	}
	table, err := access.ParseTable([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(table.AppendText(nil)); got != file {
		t.Errorf("written again it is\n%s", got)
	}
	g := access.NewGate(table, clock)
	grant, err := g.Authorize(request("Bearer "+golden), access.WriteVouchers)
	want := access.Grant{App: "chat", Key: s.ID(), Limits: limit.Limits{
		Requests: limit.Rate{N: 1000, Per: time.Second}, AccountRequests: limit.Rate{N: 600, Per: time.Minute}, AccountBytes: limit.Rate{N: 100_000_000, Per: time.Hour},
	}}
	if err != nil || grant != want {
		t.Errorf("%+v, %v", grant, err)
	}
}

func TestAuthorize(t *testing.T) {
	good, secret := access.NewKey([]access.Scope{access.WriteVouchers, access.ReadConsole, access.WriteVouchers}, time.Time{}, time.Time{})
	begins, early := access.NewKey([]access.Scope{access.WriteVouchers}, now.Add(time.Second), time.Time{})
	ended, late := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, now)
	ends, last := access.NewKey([]access.Scope{access.WriteVouchers}, now, now.Add(time.Second))
	_, stranger := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Time{})
	var table access.Table
	if err := errors.Join(table.Put(access.Application{Name: "chat", Keys: []access.Key{good, begins}}), table.Put(access.Application{Name: "a", Keys: []access.Key{ended, ends}})); err != nil {
		t.Fatal(err)
	}
	g := access.NewGate(&table, clock)
	// The right identifier with another's secret.
	text := access.Prefix + secret.ID().String() + stranger.Text()[len(access.Prefix)+16:]
	mixed := resum(text)
	for name, c := range map[string]struct {
		header []string
		scope  access.Scope
		app    string // empty: refused
	}{
		"good":              {[]string{"Bearer " + secret.Text()}, access.WriteVouchers, "chat"},
		"another scope":     {[]string{"Bearer " + secret.Text()}, access.ReadConsole, "chat"},
		"scheme's case":     {[]string{"bEARER " + secret.Text()}, access.WriteVouchers, "chat"},
		"just in force":     {[]string{"Bearer " + last.Text()}, access.WriteVouchers, "a"},
		"no header":         {nil, access.WriteVouchers, ""},
		"two headers":       {[]string{"Bearer " + secret.Text(), "Bearer " + secret.Text()}, access.WriteVouchers, ""},
		"empty":             {[]string{""}, access.WriteVouchers, ""},
		"scheme only":       {[]string{"Bearer"}, access.WriteVouchers, ""},
		"another scheme":    {[]string{"Basic " + secret.Text()}, access.WriteVouchers, ""},
		"no scheme":         {[]string{secret.Text()}, access.WriteVouchers, ""},
		"two spaces":        {[]string{"Bearer  " + secret.Text()}, access.WriteVouchers, ""},
		"a space behind":    {[]string{"Bearer " + secret.Text() + " "}, access.WriteVouchers, ""},
		"two in one":        {[]string{"Bearer " + secret.Text() + ", Bearer " + secret.Text()}, access.WriteVouchers, ""},
		"stranger":          {[]string{"Bearer " + stranger.Text()}, access.WriteVouchers, ""},
		"stranger's secret": {[]string{"Bearer " + mixed}, access.WriteVouchers, ""},
		"not yet":           {[]string{"Bearer " + early.Text()}, access.WriteVouchers, ""},
		"no longer":         {[]string{"Bearer " + late.Text()}, access.WriteVouchers, ""},
	} {
		grant, err := g.Authorize(request(c.header...), c.scope)
		if (err == nil) != (c.app != "") || grant.App != c.app || errors.Is(err, access.ErrForbidden) {
			t.Errorf("%s: %+v, %v", name, grant, err)
		}
		if err != nil && strings.Contains(err.Error(), "vhk_") {
			t.Errorf("%s: the error quotes the key: %v", name, err)
		}
	}
	if _, err := g.Authorize(request("Bearer "+secret.Text()), access.ReadMetrics); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("without the scope: %v", err)
	}
	// Who has no key in force learns nothing of scopes.
	if _, err := g.Authorize(request("Bearer "+late.Text()), access.ReadMetrics); err == nil || errors.Is(err, access.ErrForbidden) {
		t.Errorf("expired and without the scope: %v", err)
	}
	for _, empty := range []*access.Gate{access.NewGate(nil, clock), access.NewGate(new(access.Table), clock)} {
		if _, err := empty.Authorize(request("Bearer "+secret.Text()), access.WriteVouchers); err == nil {
			t.Error("a gate without keys lets somebody in")
		}
	}
	g.Replace(new(access.Table))
	if _, err := g.Authorize(request("Bearer "+secret.Text()), access.WriteVouchers); err == nil {
		t.Error("a key that was revoked lets somebody in")
	}
}

// TestOneBit: whichever digit of a key is another, it is not let in, with the checksum put right or not.
func TestOneBit(t *testing.T) {
	key, secret := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Time{})
	var table access.Table
	if err := table.Put(access.Application{Name: "chat", Keys: []access.Key{key}}); err != nil {
		t.Fatal(err)
	}
	g := access.NewGate(&table, clock)
	text := []byte(secret.Text())
	for i := range text {
		altered := bytes.Clone(text)
		if altered[i] == '0' {
			altered[i] = '1'
		} else {
			altered[i] = '0'
		}
		if _, err := access.ParseSecret(string(altered)); !errors.Is(err, access.ErrSecret) {
			t.Errorf("digit %d altered: %v", i, err)
		}
		if i >= len(access.Prefix) && i < len(text)-8 {
			whole := resum(string(altered))
			if _, err := access.ParseSecret(whole); err != nil {
				t.Fatalf("digit %d altered, and the checksum: %v", i, err)
			}
			if _, err := g.Authorize(request("Bearer "+whole), access.WriteVouchers); err == nil {
				t.Errorf("digit %d altered: let in", i)
			}
		}
	}
	for _, bad := range []string{"", "vhk_", strings.ToUpper(secret.Text()), secret.Text() + "0", secret.Text()[1:], " " + secret.Text(), strings.Repeat("0", 92)} {
		if _, err := access.ParseSecret(bad); !errors.Is(err, access.ErrSecret) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func TestRedaction(t *testing.T) {
	_, secret := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Time{})
	hidden := secret.Text()[len(access.Prefix)+16:][:64]
	raw, err := hex.DecodeString(hidden)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{secret, &secret, []access.Secret{secret}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			out := fmt.Sprintf(format, v)
			for _, leak := range []string{hidden[:16], fmt.Sprint(raw)[1:20], fmt.Sprintf("%#v", raw)[7:30]} {
				if strings.Contains(out, leak) {
					t.Errorf("%s of a %T prints the key: %s", format, v, out)
				}
			}
		}
	}
}

func TestPut(t *testing.T) {
	key, _ := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Time{})
	var table access.Table
	if err := table.Put(access.Application{Name: "chat", Keys: []access.Key{key}}); err != nil {
		t.Fatal(err)
	}
	before := string(table.AppendText(nil))
	none, backwards, unknown, much := key, key, key, access.Application{Name: "b"}
	none.ID, backwards.ID, unknown.ID = access.KeyID{1}, access.KeyID{2}, access.KeyID{3}
	none.Scopes, unknown.Scopes = nil, []access.Scope{"admin"}
	backwards.NotBefore, backwards.Expires = now, now
	for i := range access.MaxKeys + 1 {
		k, _ := access.NewKey([]access.Scope{access.ReadSet}, time.Time{}, time.Time{})
		k.ID = access.KeyID{9, byte(i)}
		much.Keys = append(much.Keys, k)
	}
	for name, c := range map[string]struct {
		app  access.Application
		want error
	}{
		"name":            {access.Application{Name: "Chat"}, access.ErrName},
		"no name":         {access.Application{}, access.ErrName},
		"taken":           {access.Application{Name: "b", Keys: []access.Key{key}}, access.ErrTaken},
		"twice":           {access.Application{Name: "chat", Keys: []access.Key{key, key}}, access.ErrTaken},
		"no scope":        {access.Application{Name: "b", Keys: []access.Key{none}}, access.ErrKey},
		"unknown scope":   {access.Application{Name: "b", Keys: []access.Key{unknown}}, access.ErrKey},
		"ends at once":    {access.Application{Name: "b", Keys: []access.Key{backwards}}, access.ErrKey},
		"one too many":    {much, access.ErrFull},
		"a slash":         {access.Application{Name: "a/b"}, access.ErrName},
		"a line":          {access.Application{Name: "a\nb"}, access.ErrName},
		"a hyphen first":  {access.Application{Name: "-a"}, access.ErrName},
		"a dot last":      {access.Application{Name: "a."}, access.ErrName},
		"a long name":     {access.Application{Name: strings.Repeat("a", 65)}, access.ErrName},
		"not ASCII":       {access.Application{Name: "日本"}, access.ErrName},
		"a space":         {access.Application{Name: "a b"}, access.ErrName},
		"a NUL":           {access.Application{Name: "a\x00b"}, access.ErrName},
		"not in its form": {access.Application{Name: "a\xff"}, access.ErrName},
	} {
		if err := table.Put(c.app); !errors.Is(err, c.want) || string(table.AppendText(nil)) != before {
			t.Errorf("%s: %v; then\n%s", name, err, table.AppendText(nil))
		}
	}
	for i := range access.MaxApplications - 1 {
		if err := table.Put(access.Application{Name: fmt.Sprint("x", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Put(access.Application{Name: "one-too-many"}); !errors.Is(err, access.ErrFull) {
		t.Errorf("a full table: %v", err)
	}
	if again, err := access.ParseTable(table.AppendText(nil)); err != nil || len(again.Applications()) != access.MaxApplications {
		t.Errorf("a full table is not read: %v", err)
	}
	// What a caller holds is a copy.
	a, _ := table.Application("chat")
	a.Keys[0].Scopes = []access.Scope{access.ReadMetrics}
	if b, found := table.Application("chat"); !found || !slices.Equal(b.Keys[0].Scopes, []access.Scope{access.WriteVouchers}) {
		t.Error("a copy changes the table")
	}
}

func TestParse(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(file, old, new, 1) }
	lines := strings.SplitAfter(file, "\n")
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"empty":               {"", 1},
		"another version":     {swap(" v0", " v1"), 1},
		"no header":           {strings.Join(lines[1:], ""), 1},
		"no end":              {strings.TrimSuffix(file, "\n"), 9},
		"CR":                  {strings.ReplaceAll(file, "\n", "\r\n"), 1},
		"an empty line":       {swap("application chat\n", "\napplication chat\n"), 2},
		"a comment":           {swap("application chat\n", "# ours\napplication chat\n"), 2},
		"a limit first":       {swap("application chat\n", ""), 2},
		"a name":              {swap("application chat", "application Chat"), 2},
		"a space more":        {swap("application chat", "application  chat"), 2},
		"unsorted":            {lines[0] + lines[7] + lines[8] + lines[1], 4},
		"twice":               {lines[0] + lines[1] + lines[1], 3},
		"a limit twice":       {lines[0] + lines[1] + lines[2] + lines[2], 4},
		"limits unsorted":     {lines[0] + lines[1] + lines[3] + lines[2], 4},
		"limit behind a key":  {lines[0] + lines[1] + lines[5] + lines[2], 4},
		"unknown limit":       {swap("limit requests", "limit octets"), 3},
		"rate":                {swap("1000/1s", "1000/1d"), 3},
		"a rate's other form": {swap("600/1m", "600/60s"), 4},
		"short id":            {swap("key 0001", "key 01"), 6},
		"upper-case digest":   {swap(goldenDigest, strings.ToUpper(goldenDigest)), 6},
		"unknown scope":       {swap("console:read", "all"), 6},
		"scopes unsorted":     {swap("console:read,vouchers:write", "vouchers:write,console:read"), 6},
		"a scope twice":       {swap("console:read,vouchers:write", "console:read,console:read"), 6},
		"no scope":            {swap("console:read,vouchers:write", ""), 6},
		"time's zone":         {swap("2031-01-01T00:00:00Z", "2031-01-01T00:00:00+01:00"), 6},
		"fractions":           {swap("2031-01-01T00:00:00Z", "2031-01-01T00:00:00.5Z"), 6},
		"no such day":         {swap("2031-01-01T00:00:00Z", "2031-02-30T00:00:00Z"), 6},
		"ends at once":        {swap("2032-01-01", "2031-01-01"), 6},
		"a key twice":         {lines[0] + lines[1] + lines[5] + lines[7] + lines[5], 5},
		"keys unsorted":       {lines[0] + lines[7] + lines[8] + lines[5], 4},
		"too long":            {file + strings.Repeat("\n", access.MaxTable), 1},
	} {
		table, err := access.ParseTable([]byte(c.text))
		var e *access.SyntaxError
		if table != nil || !errors.As(err, &e) || e.Line != c.line {
			t.Errorf("%s: %v, want line %d", name, err, c.line)
		}
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte("veilhash-applications v0\n"))
	f.Add([]byte("veilhash-applications v0\napplication a\nlimit requests 1/1s\n"))
	f.Add([]byte("veilhash-applications v0\napplication a\nkey 0 0 0 - -\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := access.ParseTable(text)
		if err != nil {
			var e *access.SyntaxError
			if !errors.As(err, &e) || table != nil {
				t.Errorf("%v", err)
			}
			return
		}
		if !bytes.Equal(table.AppendText(nil), text) {
			t.Errorf("%q is read and written otherwise", text)
		}
		var again access.Table
		for _, a := range table.Applications() {
			if err := again.Put(a); err != nil {
				t.Errorf("%q is read and cannot be put: %v", text, err)
			}
		}
		if !bytes.Equal(again.AppendText(nil), text) {
			t.Errorf("%q is put together otherwise", text)
		}
	})
}

func FuzzAuthorize(f *testing.F) {
	table, err := access.ParseTable([]byte(file))
	if err != nil {
		f.Fatal(err)
	}
	g := access.NewGate(table, clock)
	f.Add("Bearer " + golden)
	f.Add("bearer " + golden + "0")
	f.Add("Basic Og==")
	f.Fuzz(func(t *testing.T, header string) {
		_, err := g.Authorize(request(header), access.WriteVouchers)
		if scheme, key, _ := strings.Cut(header, " "); (err == nil) != (strings.EqualFold(scheme, "bearer") && key == golden) {
			t.Errorf("%q: %v", header, err)
		}
	})
}

func BenchmarkAuthorize(b *testing.B) {
	table, err := access.ParseTable([]byte(file))
	if err != nil {
		b.Fatal(err)
	}
	g := access.NewGate(table, clock)
	_, stranger := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Time{})
	for name, r := range map[string]*http.Request{"known": request("Bearer " + golden), "unknown": request("Bearer " + stranger.Text())} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Authorize(r, access.WriteVouchers)
			}
		})
	}
}
