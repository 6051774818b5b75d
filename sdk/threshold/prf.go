package threshold

import (
	"crypto/sha512"
	"encoding/binary"
	"math/bits"

	"github.com/veilhash/veilhash/sdk/internal/hmac512"
)

// protocol separates this package, at this version of its formats, from every
// other use of the same hash functions and secrets.
const protocol = "veilhash/threshold/v0"

// Labels of the PRF. Each names one kind of output.
const (
	labelDealer     = "dealer"
	labelPolynomial = "polynomial"
	labelPoint      = "point"
	labelSynthetic  = "synthetic"
	labelCount      = "synthetic count"
	labelOpenings   = "openings"
	labelDue        = "due"
	labelScope      = "scope"
	labelPayloadKey = "payload key"
	labelPick       = "pick"
)

// prefixed appends each part behind its length as four big-endian bytes, so
// that no two lists of parts encode alike.
func prefixed(dst []byte, parts ...[]byte) []byte {
	for _, part := range parts {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(part)))
		dst = append(dst, part...)
	}
	return dst
}

// prfKey is the key of all that one account derives in one context.
type prfKey [sha512.Size]byte

// derivePRFKey computes, by RFC 5869 with SHA-512,
//
//	HKDF-Expand(HKDF-Extract(protocol, secret), prefixed("dealer", context), 64).
func derivePRFKey(secret *[secretSize]byte, context []byte) prfKey {
	out := deriveKey(secret[:], labelDealer, len(prfKey{}), context)
	return prfKey(out)
}

// deriveKey is HKDF-SHA-512 with the protocol as salt and the label and parts,
// length-prefixed, as info.
func deriveKey(secret []byte, label string, size int, parts ...[]byte) []byte {
	info := prefixed(prefixed(nil, []byte(label)), parts...)
	key := make([]byte, size)
	hmac512.HKDF(key, secret, []byte(protocol), info)
	return key
}

// A wordSource is an endless sequence of uniform 64-bit words. Production code
// has one implementation, stream; tests put words of their choice in its place.
type wordSource interface{ word() uint64 }

// A stream is the PRF in counter mode: block i, from zero, is
//
//	HMAC-SHA-512(key, prefixed(label, input) ‖ i as eight big-endian bytes)
//
// and gives eight big-endian words.
type stream struct {
	mac     *hmac512.Key
	prefix  []byte
	counter uint64
	block   [sha512.Size]byte
	used    int // bytes of block already given out
}

func newStream(key prfKey, label string, input []byte) *stream {
	return &stream{
		mac:    hmac512.NewKey(key[:]),
		prefix: prefixed(nil, []byte(label), input),
		used:   sha512.Size,
	}
}

func (s *stream) word() uint64 {
	if s.used == len(s.block) {
		var counter [8]byte
		binary.BigEndian.PutUint64(counter[:], s.counter)
		s.block = s.mac.Sum(s.prefix, counter[:])
		s.counter++
		s.used = 0
	}
	w := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return w
}

// uniformElement draws from GF(p) without bias: the low 61 bits of a word, and
// the next word if they are all ones (the value p, one draw in 2^61). So the
// distribution is exactly uniform if the words are. The branch is taken on a
// value that is thrown away; it tells nothing of the one that is kept.
func uniformElement(s wordSource) element {
	for {
		if v := s.word() & modulus; v != modulus {
			return element(v)
		}
	}
}

// uniformPoint draws from GF(p) without 0. A share at x = 0 would hold the
// values f_i(0) that the payload key is made of.
func uniformPoint(s wordSource) element {
	for {
		if x := uniformElement(s); x != 0 {
			return x
		}
	}
}

// uniformBelow draws from 0..n−1 without bias, n ≥ 1, by rejection: as many
// low bits of a word as n−1 has, until they are below n. Fewer than two words
// on average. How many there were is independent of the result.
func uniformBelow(s wordSource, n uint64) uint64 {
	mask := uint64(1)<<bits.Len64(n-1) - 1
	for {
		if v := s.word() & mask; v < n {
			return v
		}
	}
}
