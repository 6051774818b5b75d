package threshold

import (
	"encoding/binary"
	"errors"
	"slices"
)

var (
	// ErrShareSize reports a share of another length than the number of
	// synthetic points asks for.
	ErrShareSize = errors.New("threshold: share has the wrong length")
	// ErrShareZero reports a share at x = 0.
	ErrShareZero = errors.New("threshold: share lies at x = 0")
	// ErrShareRange reports a share with an element that is not below
	// 2^61 − 1.
	ErrShareRange = errors.New("threshold: share has an element outside the field")
)

// A Share is the point (x, f_1(x), …, f_m(x)), or a synthetic one that looks
// the same. The zero Share is none; take [Dealer.Share] or [ParseShare].
//
// On the client a share must be kept secret until it is inside a voucher. It
// redacts itself when printed.
type Share struct {
	x element
	y []element // m values; never modified
}

// ShareSize returns the length of an encoded share in bytes, 8·(1+m) with
// m = max(w, 5): 264 for w = 32.
func ShareSize(synthetic int) int { return 8 * (1 + Polynomials(synthetic)) }

// ParseShare decodes a share for w synthetic points. It refuses, with a typed
// error each, a wrong length (ErrShareSize), elements of 2^61 − 1 or more
// (ErrShareRange), and x = 0 (ErrShareZero). What it accepts is encoded in the
// one possible way.
func ParseShare(encoded []byte, synthetic int) (Share, error) {
	if synthetic < 0 || synthetic > MaxSynthetic {
		return Share{}, ErrParams
	}
	if len(encoded) != ShareSize(synthetic) {
		return Share{}, ErrShareSize
	}
	s := Share{y: make([]element, Polynomials(synthetic))}
	x, ok := decodeElements(s.y, encoded)
	if !ok {
		return Share{}, ErrShareRange
	}
	if x == 0 {
		return Share{}, ErrShareZero
	}
	s.x = x
	return s, nil
}

// Bytes returns the encoding: x and the m values in order, each as eight
// big-endian bytes.
func (s Share) Bytes() []byte { return s.append(make([]byte, 0, 8*(1+len(s.y)))) }

func (s Share) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.x))
	for _, y := range s.y {
		dst = binary.BigEndian.AppendUint64(dst, uint64(y))
	}
	return dst
}

// decodeElements reads x and the values y, and reports whether all are reduced.
func decodeElements(y []element, encoded []byte) (x element, ok bool) {
	x = element(binary.BigEndian.Uint64(encoded))
	ok = x < modulus
	for i := range y {
		y[i] = element(binary.BigEndian.Uint64(encoded[8*(1+i):]))
		ok = ok && y[i] < modulus
	}
	return x, ok
}

// equal reports whether two shares are the same point with the same values.
func (s Share) equal(other Share) bool { return s.x == other.x && slices.Equal(s.y, other.y) }

// String returns a text without the values.
func (s Share) String() string { return "threshold.Share(redacted)" }

// GoString is String, for %#v.
func (s Share) GoString() string { return s.String() }
