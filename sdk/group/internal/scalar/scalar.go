package scalar

import (
	"crypto/subtle"
	"errors"
)

// Scalar is an integer modulo l, as its canonical little-endian encoding. The
// zero value is zero. Arguments and receivers may overlap.
type Scalar [32]byte

// Errors of the decoding methods.
var (
	ErrLength       = errors.New("scalar: encoding has the wrong length")
	ErrNotCanonical = errors.New("scalar: encoding is not canonical")
)

// Bytes returns the canonical 32-byte little-endian encoding of s.
func (s *Scalar) Bytes() []byte {
	out := *s
	return out[:]
}

// SetCanonicalBytes sets s to the scalar that b encodes canonically, and
// returns s. If b is not 32 bytes or not less than l it returns nil and an
// error, and leaves s alone.
func (s *Scalar) SetCanonicalBytes(b []byte) (*Scalar, error) {
	if len(b) != 32 {
		return nil, ErrLength
	}
	// b < l if and only if b − l borrows.
	borrow := 0
	for i := range b {
		borrow = (int(b[i]) - int(order[i]) + borrow) >> 8
	}
	if borrow == 0 {
		return nil, ErrNotCanonical
	}
	copy(s[:], b)
	return s, nil
}

// SetUniformBytes sets s to the 64-byte little-endian integer b modulo l, and
// returns s. If b has another length it returns nil and [ErrLength], and leaves
// s alone.
func (s *Scalar) SetUniformBytes(b []byte) (*Scalar, error) {
	if len(b) != 64 {
		return nil, ErrLength
	}
	var x wide
	x.loadWide((*[64]byte)(b))
	return s.reduce(&x), nil
}

// Add sets s = a + b, and returns s.
func (s *Scalar) Add(a, b *Scalar) *Scalar {
	var x, y wide
	x.load((*[32]byte)(a))
	y.load((*[32]byte)(b))
	for i := range 12 {
		x[i] += y[i]
	}
	return s.reduce(&x)
}

// Subtract sets s = a − b, and returns s.
func (s *Scalar) Subtract(a, b *Scalar) *Scalar {
	var x, y, l wide
	x.load((*[32]byte)(a))
	y.load((*[32]byte)(b))
	l.load(&order)
	for i := range 12 {
		x[i] += l[i] - y[i]
	}
	return s.reduce(&x)
}

// Negate sets s = −a, and returns s.
func (s *Scalar) Negate(a *Scalar) *Scalar {
	var zero Scalar
	return s.Subtract(&zero, a)
}

// Multiply sets s = a · b, and returns s.
func (s *Scalar) Multiply(a, b *Scalar) *Scalar {
	var x, y, z wide
	x.load((*[32]byte)(a))
	y.load((*[32]byte)(b))
	for i := range 12 {
		xi, row := x[i], (*[12]int64)(z[i:])
		row[0] += xi * y[0]
		row[1] += xi * y[1]
		row[2] += xi * y[2]
		row[3] += xi * y[3]
		row[4] += xi * y[4]
		row[5] += xi * y[5]
		row[6] += xi * y[6]
		row[7] += xi * y[7]
		row[8] += xi * y[8]
		row[9] += xi * y[9]
		row[10] += xi * y[10]
		row[11] += xi * y[11]
	}
	return s.reduce(&z)
}

// Invert sets s = 1/a, or 0 if a is 0, and returns s.
func (s *Scalar) Invert(a *Scalar) *Scalar {
	// a^(l−2) in windows of four bits of the exponent, which is public.
	var powers [16]Scalar
	powers[0] = Scalar{1}
	for i := 1; i < 16; i++ {
		powers[i].Multiply(&powers[i-1], a)
	}
	exponent := order
	exponent[0] -= 2
	acc := powers[0]
	for i := 31; i >= 0; i-- {
		for _, window := range [2]byte{exponent[i] >> 4, exponent[i] & 15} {
			for range 4 {
				acc.Multiply(&acc, &acc)
			}
			acc.Multiply(&acc, &powers[window])
		}
	}
	*s = acc
	return s
}

// Equal returns 1 if s and t are equal, and 0 otherwise.
func (s *Scalar) Equal(t *Scalar) int {
	return subtle.ConstantTimeCompare(s[:], t[:])
}

// Set sets s = a, and returns s.
func (s *Scalar) Set(a *Scalar) *Scalar {
	*s = *a
	return s
}
