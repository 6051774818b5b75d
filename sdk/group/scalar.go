package group

import (
	"errors"
	"io"
)

// ScalarSize is the length of an encoded [Scalar] in bytes.
const ScalarSize = 32

// ErrScalar says that bytes are not the canonical encoding of a scalar.
var ErrScalar = errors.New("group: not a canonical scalar")

// Scalar is an integer modulo l, the order of the group. The zero value is zero.
// Receivers may be arguments of the same call. Its operations are constant time
// unless they say otherwise.
//
// Scalars are mostly secret, so they do not print themselves under %v, %s, %q,
// %x and %#v. Package fmt cannot see that of an unexported field: a struct with a
// Scalar in one must redact itself.
type Scalar struct {
	s scalar
}

// NewScalar returns a new Scalar that is zero.
func NewScalar() *Scalar {
	return new(Scalar)
}

// RandomScalar returns a scalar uniform in 0…l−1, zero included, from 64 bytes
// of rand. Outside of tests rand is crypto/rand.Reader. Its errors are those of
// rand. The result must be kept secret.
func RandomScalar(rand io.Reader) (*Scalar, error) {
	var buf [64]byte
	if _, err := io.ReadFull(rand, buf[:]); err != nil {
		return nil, err
	}
	s := new(Scalar).SetUniformBytes(buf[:])
	clear(buf[:])
	return s, nil
}

// RandomNonZeroScalar returns a scalar uniform in 1…l−1, as RFC 9497 asks of
// keys, blinds and the randomness of proofs. Zero has probability 2^-252, so
// that the second draw it would take is one of principle; but a rand that gives
// nothing but zeros is an error rather than an endless loop.
func RandomNonZeroScalar(rand io.Reader) (*Scalar, error) {
	for range 2 {
		s, err := RandomScalar(rand)
		if err != nil {
			return nil, err
		}
		if !s.IsZero() {
			return s, nil
		}
	}
	return nil, errors.New("group: random source gives zeros")
}

// Set sets s = x, and returns s.
func (s *Scalar) Set(x *Scalar) *Scalar {
	s.s.Set(&x.s)
	return s
}

// SetCanonicalBytes sets s to the scalar that b encodes: 32 bytes,
// little-endian, less than l. RFC 9496, section 4.4. Otherwise it returns
// [ErrScalar] and leaves s as it was. Zero is a scalar like any other here: who
// needs another asks [Scalar.IsZero].
func (s *Scalar) SetCanonicalBytes(b []byte) error {
	if _, err := s.s.SetCanonicalBytes(b); err != nil {
		return ErrScalar
	}
	return nil
}

// SetUniformBytes sets s to the 64-byte little-endian integer b modulo l, and
// returns s. It panics if b has another length.
func (s *Scalar) SetUniformBytes(b []byte) *Scalar {
	if _, err := s.s.SetUniformBytes(b); err != nil {
		panic("group: SetUniformBytes of other than 64 bytes")
	}
	return s
}

// Bytes returns the canonical 32-byte encoding of s. It must be kept secret if s
// must.
func (s *Scalar) Bytes() []byte {
	return s.s.Bytes()
}

// Add sets s = a + b, and returns s.
func (s *Scalar) Add(a, b *Scalar) *Scalar {
	s.s.Add(&a.s, &b.s)
	return s
}

// Subtract sets s = a − b, and returns s.
func (s *Scalar) Subtract(a, b *Scalar) *Scalar {
	s.s.Subtract(&a.s, &b.s)
	return s
}

// Multiply sets s = a·b, and returns s.
func (s *Scalar) Multiply(a, b *Scalar) *Scalar {
	s.s.Multiply(&a.s, &b.s)
	return s
}

// Negate sets s = −a, and returns s.
func (s *Scalar) Negate(a *Scalar) *Scalar {
	s.s.Negate(&a.s)
	return s
}

// Invert sets s = 1/a, or 0 if a is 0, and returns s.
func (s *Scalar) Invert(a *Scalar) *Scalar {
	s.s.Invert(&a.s)
	return s
}

// Equal reports whether s and x are equal.
func (s *Scalar) Equal(x *Scalar) bool {
	return s.s.Equal(&x.s) == 1
}

// IsZero reports whether s is zero.
func (s *Scalar) IsZero() bool {
	var zero Scalar
	return s.Equal(&zero)
}

// String returns a placeholder: scalars are mostly secret.
func (s Scalar) String() string { return "[redacted scalar]" }

// GoString returns a placeholder: scalars are mostly secret.
func (s Scalar) GoString() string { return "[redacted scalar]" }
