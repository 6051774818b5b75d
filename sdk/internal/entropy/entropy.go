// Package entropy is where the SDK's randomness comes from: the operating system's
// generator, unless a test of this module asks for a reproducible stream.
//
// The package is internal, so a program that embeds the SDK cannot construct anything but the
// zero Source, and cannot weaken a seal by passing a poor generator.
package entropy

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"io"
)

// Source is a stream of random bytes. The zero value reads crypto/rand, is safe for concurrent use
// and is the only one that may ever meet real pictures.
type Source struct {
	stream *stream
}

var _ io.Reader = Source{}

// Read fills p. It never fails: crypto/rand ends the program rather than
// return an error, and the reproducible stream does not run dry.
func (s Source) Read(p []byte) (int, error) {
	if s.stream == nil {
		return rand.Read(p)
	}
	return s.stream.Read(p)
}

// Uint64n returns a uniform integer below n, which must not be zero.
func (s Source) Uint64n(n uint64) uint64 {
	// Rejection below 2^64 mod n leaves a multiple of n values.
	min := -n % n
	var b [8]byte
	for {
		s.Read(b[:])
		if v := binary.BigEndian.Uint64(b[:]); v >= min {
			return v % n
		}
	}
}

// Reproducible returns the stream SHA-512(seed ‖ 0) ‖ SHA-512(seed ‖ 1) ‖ …, with the counter in
// eight bytes, for golden vectors and for tests that need the same draw twice. It is not safe for
// concurrent use.
func Reproducible(seed string) Source {
	return Source{&stream{seed: seed}}
}

type stream struct {
	seed    string
	counter uint64
	rest    []byte
}

func (s *stream) Read(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(s.rest) == 0 {
			sum := sha512.Sum512(binary.BigEndian.AppendUint64([]byte(s.seed), s.counter))
			s.counter++
			s.rest = sum[:]
		}
		k := copy(p, s.rest)
		p, s.rest = p[k:], s.rest[k:]
	}
	return n, nil
}
