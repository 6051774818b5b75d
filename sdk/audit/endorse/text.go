package endorse

import (
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// fields reads lines "name value" in a fixed order, and keeps the first error. Whoever uses it writes the document again and compares: only
// what would be written so is accepted.
type fields struct {
	what string // the document, for errors
	rest string
	err  error
}

func (f *fields) fail(reason string) {
	if f.err == nil {
		f.err = refuse(ErrFormat, f.what+": "+reason)
	}
}

func (f *fields) line() string {
	line, rest, found := strings.Cut(f.rest, "\n")
	if !found {
		f.fail("the text ends early")
		return ""
	}
	f.rest = rest
	return line
}

func (f *fields) header(want string) {
	if f.line() != want {
		f.fail("does not begin with " + strconv.Quote(want))
	}
}

func (f *fields) value(name string) string {
	v, found := strings.CutPrefix(f.line(), name+" ")
	if !found {
		f.fail("expected the line " + strconv.Quote(name))
	}
	return v
}

func (f *fields) number(name string) uint64 {
	n, err := strconv.ParseUint(f.value(name), 10, 63)
	if err != nil {
		f.fail(name + " is not a number")
	}
	return n
}

func (f *fields) hex(name string, dst []byte) {
	if !hexa.Decode(dst, f.value(name)) {
		f.fail(name + " is not " + strconv.Itoa(2*len(dst)) + " lower-case hexadecimal digits")
	}
}

// end checks that nothing is left and that the document would be written as it was read.
func (f *fields) end(text, again string) error {
	if f.rest != "" {
		f.fail("text after the end")
	}
	if f.err == nil && text != again {
		f.fail("not in the form in which it is written")
	}
	return f.err
}
