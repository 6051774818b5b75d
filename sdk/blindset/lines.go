package blindset

import (
	"bytes"
	"math"
	"strconv"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A lineParser reads the canonical texts of this package: lines "name value" in a fixed order. It keeps the first error
// and makes every later call a no-op, so that a document reads as a list of its fields.
type lineParser struct {
	text []byte // what is left
	line int    // the number of the last line read, from 1
	kind error  // wrapped by errors; ErrManifest if nil
	err  error
}

// A FormatError says which line of a text was refused and why.
type FormatError struct {
	Kind   error  // ErrManifest, ErrKeyring or ErrKeysSeen
	Line   int    // from 1; 0 if the text as a whole is meant
	Field  string // the line's name; empty if the text as a whole is meant
	Reason string
}

// Error is a sentence; it holds no value of the text, as a key file's are secret.
func (e *FormatError) Error() string {
	s := "blindset: " + e.Kind.Error() + ": "
	if e.Line > 0 {
		s += "line " + strconv.Itoa(e.Line) + ": "
	}
	if e.Field != "" {
		s += e.Field + " "
	}
	return s + e.Reason
}

// Unwrap is the kind of document that was refused.
func (e *FormatError) Unwrap() error { return e.Kind }

func manifestError(reason string) error {
	return &FormatError{Kind: ErrManifest, Reason: reason}
}

func (p *lineParser) fail(field, reason string) {
	if p.err != nil {
		return
	}
	kind := p.kind
	if kind == nil {
		kind = ErrManifest
	}
	p.err = &FormatError{kind, p.line, field, reason}
}

// next is the next line without its end.
func (p *lineParser) next() (string, bool) {
	if p.err != nil {
		return "", false
	}
	p.line++
	line, rest, found := bytes.Cut(p.text, []byte{'\n'})
	if !found {
		p.fail("", "the text ends early")
		return "", false
	}
	p.text = rest
	return string(line), true
}

func (p *lineParser) header(want string) {
	if got, ok := p.next(); ok && got != want {
		p.fail("", "does not begin with "+"\""+want+"\"")
	}
}

// value is the rest of the next line, which must have the given name. It is not empty and all printable ASCII.
func (p *lineParser) value(name string) string {
	line, ok := p.next()
	if !ok {
		return ""
	}
	if len(line) <= len(name) || line[:len(name)] != name || line[len(name)] != ' ' {
		p.fail("", "expected the line "+"\""+name+"\"")
		return ""
	}
	v := line[len(name)+1:]
	if v == "" || v[0] == ' ' || v[len(v)-1] == ' ' {
		p.fail(name, "is empty or has spaces around it")
		return ""
	}
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			p.fail(name, "has a character that is not printable ASCII")
			return ""
		}
	}
	return v
}

func (p *lineParser) number(name string, min, max uint64) uint64 {
	v := p.value(name)
	if p.err != nil {
		return 0
	}
	n, ok := parseNumber(v)
	if !ok || n < min || n > max {
		p.fail(name, "is not a number from "+strconv.FormatUint(min, 10)+" to "+strconv.FormatUint(max, 10))
		return 0
	}
	return n
}

func (p *lineParser) int(name string, min, max int) int {
	return int(p.number(name, uint64(min), uint64(max)))
}

func (p *lineParser) hex(name string, dst []byte) {
	v := p.value(name)
	if p.err == nil && !hexa.Decode(dst, v) {
		p.fail(name, "is not "+strconv.Itoa(2*len(dst))+" lower-case hexadecimal digits")
	}
}

// parseNumber reads a decimal number without sign or leading zeros.
func parseNumber(s string) (uint64, bool) {
	return decimal.Parse(s, math.MaxUint64)
}
