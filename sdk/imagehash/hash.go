package imagehash

import (
	"math/bits"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// HashBits is the number of bits of a PDQ hash.
const HashBits = 256

// Hash is a perceptual hash of up to 256 bits. For PDQ, bit k = 16i+j says
// whether DCT coefficient (i+1, j+1) is above the median, i counting vertical
// and j horizontal frequencies. Shorter hashes use bits 0 to Bits()−1.
//
// Byte 0 holds bits 255 to 248, the highest first, so that the bytes in hex are
// the digits that Meta's tools print.
type Hash [HashBits / 8]byte

// ParseHash reads the 64 hexadecimal digits of [Hash.String], in either case.
// The error is a [*ParseError].
func ParseHash(s string) (Hash, error) {
	var h Hash
	if !hexa.Decode(h[:], strings.ToLower(s)) {
		return Hash{}, &ParseError{What: "hash", Text: s, Reason: "not 64 hexadecimal digits"}
	}
	return h, nil
}

// String returns 64 lower-case hexadecimal digits, bit 255 first.
func (h Hash) String() string { return hexa.String(h[:]) }

// Digits returns the hexadecimal digits of a hash of so many bits, bit bits−1
// first: a multiple of 8 up to 256, for which they are those of String. It panics
// for any other number.
func (h Hash) Digits(bits int) string {
	if bits%8 != 0 {
		panic("imagehash: number of bits is no multiple of 8")
	}
	return hexa.String(h[len(h)-bits/8:])
}

// ParseDigits reads what [Hash.Digits] gave for so many bits, in either case. The
// error is a [*ParseError].
func ParseDigits(s string, bits int) (Hash, error) {
	var h Hash
	if bits < 8 || bits > HashBits || bits%8 != 0 || !hexa.Decode(h[len(h)-bits/8:], strings.ToLower(s)) {
		return Hash{}, &ParseError{What: "hash", Text: s, Reason: "not the hexadecimal digits of a hash of this length"}
	}
	return h, nil
}

// MarshalText returns the digits of [Hash.String].
func (h Hash) MarshalText() ([]byte, error) { return hexa.Append(nil, h[:]), nil }

// UnmarshalText reads what [Hash.MarshalText] wrote. On error, which is a
// [*ParseError], h keeps its value.
func (h *Hash) UnmarshalText(text []byte) error {
	parsed, err := ParseHash(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}

// Bit returns bit k, 0 or 1. It panics unless 0 ≤ k < 256.
func (h Hash) Bit(k int) int {
	return int(h[len(h)-1-k/8]>>(k%8)) & 1
}

// Flip returns h with bit k inverted. It panics unless 0 ≤ k < 256.
func (h Hash) Flip(k int) Hash {
	h[len(h)-1-k/8] ^= 1 << (k % 8)
	return h
}

// Distance returns the number of bits in which h and other differ, 0 to 256.
func (h Hash) Distance(other Hash) int {
	n := 0
	for i := range h {
		n += bits.OnesCount8(h[i] ^ other[i])
	}
	return n
}
