package trust

import (
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A lines reads texts of lines "name value". After the first line that is not as expected, ok is false and every call returns nothing.
type lines struct {
	rest string
	ok   bool
}

func read(text []byte, header string, max int) *lines {
	l := &lines{string(text), len(text) <= max}
	if l.next() != header {
		l.ok = false
	}
	return l
}

// next is the next line.
func (l *lines) next() string {
	line, rest, found := strings.Cut(l.rest, "\n")
	l.ok = l.ok && found
	if !l.ok {
		return ""
	}
	l.rest = rest
	return line
}

// value is what the next line says, if it has this name.
func (l *lines) value(name string) string {
	v, found := strings.CutPrefix(l.next(), name+" ")
	l.ok = l.ok && found
	return v
}

func (l *lines) number(name string, max uint64) uint64 {
	n, ok := decimal.Parse(l.value(name), max)
	l.ok = l.ok && ok
	return n
}

func (l *lines) hex(name string, dst []byte) {
	l.ok = hexa.Decode(dst, l.value(name)) && l.ok
}

// done reports whether all lines were as expected and none is left.
func (l *lines) done() bool { return l.ok && l.rest == "" }
