// Package lines reads and writes texts of lines "name value", as sets, policies and logs have them. It is written to be small where it is linked:
// a browser has to download it.
package lines

import (
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// Append appends one line, its items separated by spaces.
//
//go:noinline
func Append(dst []byte, items ...string) []byte {
	for i, s := range items {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, s...)
	}
	return append(dst, '\n')
}

// Number is an item of Append.
func Number(n uint64) string { return strconv.FormatUint(n, 10) }

// A Reader reads such a text. After the first line that is not as expected, OK is false and every call returns nothing.
type Reader struct {
	Rest string // what is left of the text
	OK   bool
}

// Read starts to read a text of at most max bytes. Its first line has to be the header.
func Read(text []byte, header string, max int) *Reader {
	r := &Reader{string(text), len(text) <= max}
	r.Expect(r.Next() == header)
	return r
}

// Expect makes the text refused if a condition does not hold.
func (r *Reader) Expect(condition bool) { r.OK = r.OK && condition }

// Next is the next line.
func (r *Reader) Next() string {
	line, rest, found := strings.Cut(r.Rest, "\n")
	r.Expect(found)
	if !r.OK {
		return ""
	}
	r.Rest = rest
	return line
}

// Value is what the next line says, if it has this name.
func (r *Reader) Value(name string) string {
	v, found := strings.CutPrefix(r.Next(), name)
	r.Expect(found && v != "" && v[0] == ' ')
	if !r.OK {
		return ""
	}
	return v[1:]
}

// Number is Value for a number of at most max.
func (r *Reader) Number(name string, max uint64) uint64 {
	n, ok := decimal.Parse(r.Value(name), max)
	r.Expect(ok)
	return n
}

// Hex is Value for bytes, which it fills.
func (r *Reader) Hex(name string, dst []byte) {
	r.Expect(hexa.Decode(dst, r.Value(name)))
}

// Done reports whether all lines were as expected and none is left.
func (r *Reader) Done() bool { return r.OK && r.Rest == "" }
