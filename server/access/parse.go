package access

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/limit"
)

// A SyntaxError says what is wrong with a file of applications, and where. It quotes nothing of the file.
type SyntaxError struct {
	Line int
	What string
}

func (e *SyntaxError) Error() string {
	return "access: applications, line " + strconv.Itoa(e.Line) + ": " + e.What
}

// ParseTable reads what AppendText writes, and nothing else: there is one text for each table. Errors are *SyntaxError.
func ParseTable(text []byte) (*Table, error) {
	if len(text) > MaxTable {
		return nil, &SyntaxError{1, "the file is longer than 1 MiB"}
	}
	p := parser{table: new(Table), ids: make(map[KeyID]bool)}
	rest := string(text)
	for n := 1; rest != ""; n++ {
		line, after, whole := strings.Cut(rest, "\n")
		what := "the line does not end"
		if whole {
			what = p.line(n, line)
		}
		if what != "" {
			return nil, &SyntaxError{n, what}
		}
		rest = after
	}
	if len(text) == 0 {
		return nil, &SyntaxError{1, "is not " + strconv.Quote(header)}
	}
	p.table.index()
	if !bytes.Equal(p.table.AppendText(nil), text) {
		return nil, &SyntaxError{1, "the file is not in its one form"} // a case that the lines below do not know
	}
	return p.table, nil
}

type parser struct {
	table *Table
	limit int // the limits of the application at hand up to this one are read
	ids   map[KeyID]bool
}

// line reads a line and says what is wrong with it.
func (p *parser) line(n int, line string) string {
	if n == 1 {
		if line != header {
			return "is not " + strconv.Quote(header) + ": the file is of another kind, or another version of this program wrote it"
		}
		return ""
	}
	words := strings.Split(line, " ")
	switch {
	case words[0] == "application" && len(words) == 2:
		return p.application(words[1])
	case len(p.table.apps) == 0:
		return `is not "application NAME"`
	case words[0] == "limit" && len(words) == 3:
		return p.rate(words[1], words[2])
	case words[0] == "key" && len(words) == 6:
		return p.key(words[1:])
	}
	return `is none of "application NAME", "limit WHAT NUMBER/TIME", "key ID DIGEST SCOPES NOT-BEFORE EXPIRES", with single spaces`
}

func (p *parser) application(name string) string {
	apps := p.table.apps
	switch {
	case CheckName(name) != nil:
		return strings.TrimPrefix(ErrName.Error(), "access: ")
	case len(apps) > 0 && name <= apps[len(apps)-1].Name:
		return "applications are not sorted by name, or one is there twice"
	case len(apps) == MaxApplications:
		return "there are more than " + strconv.Itoa(MaxApplications) + " applications"
	}
	p.table.apps, p.limit = append(apps, Application{Name: name}), 0
	return ""
}

func (p *parser) rate(name, text string) string {
	a := &p.table.apps[len(p.table.apps)-1]
	if len(a.Keys) > 0 {
		return "limits stand before keys"
	}
	for k := p.limit; k < len(limitNames); k++ {
		if limitNames[k] != name {
			continue
		}
		r, err := limit.ParseRate(text)
		if err != nil {
			return strings.TrimPrefix(err.Error(), "limit: ")
		}
		if r.String() != text {
			return "the rate is written " + r.String()
		}
		*limitsOf(a)[k], p.limit = r, k+1
		return ""
	}
	return "limits are " + strings.Join(limitNames[:], ", ") + ", each at most once and in this order"
}

func (p *parser) key(words []string) string {
	var k Key
	var ok bool
	if !decode(k.ID[:], words[0]) || !decode(k.Digest[:], words[1]) {
		return "the key's identifier and digest are not 16 and 64 lower-case hexadecimal digits"
	}
	if k.Scopes, ok = parseScopes(words[2]); !ok {
		return "scopes are " + joinScopes(Scopes()) + ", sorted and each at most once"
	}
	notBefore, first := parseTime(words[3])
	expires, last := parseTime(words[4])
	if !first || !last || !expires.IsZero() && !expires.After(notBefore) {
		return `times are "-" or as 2031-01-02T03:04:05Z, and the second is after the first`
	}
	k.NotBefore, k.Expires = notBefore, expires
	a := &p.table.apps[len(p.table.apps)-1]
	switch n := len(a.Keys); {
	case p.ids[k.ID] || n > 0 && bytes.Compare(k.ID[:], a.Keys[n-1].ID[:]) <= 0:
		return "keys are not sorted by identifier, or one is there twice"
	case n == MaxKeys:
		return "there are more than " + strconv.Itoa(MaxKeys) + " keys of one application"
	}
	p.ids[k.ID] = true
	a.Keys = append(a.Keys, k)
	return ""
}

func parseTime(text string) (time.Time, bool) {
	if text == "-" {
		return time.Time{}, true
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", text)
	return t, err == nil && writable(t) && timeText(t) == text // Parse takes fractions of a second as well
}
