package group

import (
	"errors"
	"io"
)

// ElementSize is the length of an encoded [Element] in bytes.
const ElementSize = 32

// Errors of [Element.SetCanonicalBytes], and of every function that takes
// elements which must not be the identity.
var (
	// ErrEncoding says that bytes are not the canonical encoding of an element.
	ErrEncoding = errors.New("group: not a canonical ristretto255 encoding")

	// ErrIdentity says that an element is the identity, which no honest party
	// sends: it would make products independent of their scalar.
	ErrIdentity = errors.New("group: element is the identity")
)

// Element is an element of ristretto255, the group of prime order l that RFC
// 9496 defines.
//
// The zero value is a receiver only: using it as an argument panics, as it would
// otherwise pass for an element that nobody has set. [NewElement] gives the
// identity. Receivers may be arguments of the same call. Elements are compared
// with [Element.Equal] and never with ==, because each has many
// representations.
//
// An element can be as secret as the scalar that made it, so it does not print
// itself; [Element.Bytes] says what it is.
type Element struct {
	_ [0]func() // == does not compile
	p point
}

// NewElement returns a new Element that is the identity.
func NewElement() *Element {
	return &Element{p: *newIdentityPoint()}
}

// NewGenerator returns a new Element that is the generator B of RFC 9496,
// section 4.
func NewGenerator() *Element {
	return &Element{p: *newGeneratorPoint()}
}

// RandomElement returns a uniformly random element, of which nobody knows the
// discrete logarithm, from 64 bytes of rand. Outside of tests rand is
// crypto/rand.Reader. Its errors are those of rand.
func RandomElement(rand io.Reader) (*Element, error) {
	var buf [64]byte
	if _, err := io.ReadFull(rand, buf[:]); err != nil {
		return nil, err
	}
	return new(Element).SetUniformBytes(buf[:]), nil
}

// Set sets e = x, and returns e.
func (e *Element) Set(x *Element) *Element {
	e.p.Set(&x.p)
	return e
}

// Add sets e = a + b, and returns e.
func (e *Element) Add(a, b *Element) *Element {
	e.p.Add(&a.p, &b.p)
	return e
}

// Subtract sets e = a − b, and returns e.
func (e *Element) Subtract(a, b *Element) *Element {
	e.p.Subtract(&a.p, &b.p)
	return e
}

// Negate sets e = −a, and returns e.
func (e *Element) Negate(a *Element) *Element {
	e.p.Negate(&a.p)
	return e
}

// ScalarMult sets e = s·p, and returns e. It is constant time.
func (e *Element) ScalarMult(s *Scalar, p *Element) *Element {
	scalarMult(&e.p, &s.s, &p.p)
	return e
}

// ScalarBaseMult sets e = s·B, where B is the generator, and returns e. It is
// constant time. The first call computes a table.
func (e *Element) ScalarBaseMult(s *Scalar) *Element {
	scalarBaseMult(&e.p, &s.s)
	return e
}

// Equal reports whether e and x are the same element, in constant time. RFC
// 9496, section 4.3.3.
func (e *Element) Equal(x *Element) bool {
	var room1, room2 extended
	x1, y1, _, _ := coordinates(&e.p, &room1)
	x2, y2, _, _ := coordinates(&x.p, &room2)
	var a, b fieldElement
	equal := a.Multiply(x1, y2).Equal(b.Multiply(y1, x2))
	equal |= a.Multiply(y1, y2).Equal(b.Multiply(x1, x2))
	return equal == 1
}

// IsIdentity reports whether e is the identity, in constant time.
func (e *Element) IsIdentity() bool {
	// With (x₂, y₂) = (0, 1), section 4.3.3 asks whether x or y is zero.
	var room extended
	x, y, _, _ := coordinates(&e.p, &room)
	var zero fieldElement
	return x.Equal(&zero)|y.Equal(&zero) == 1
}

// String returns a placeholder: elements can be secret.
func (e Element) String() string { return "[redacted element]" }

// GoString returns a placeholder: elements can be secret.
func (e Element) GoString() string { return "[redacted element]" }
