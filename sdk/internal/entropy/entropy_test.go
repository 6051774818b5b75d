package entropy_test

import (
	"bytes"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

func TestZeroSourceIsRandom(t *testing.T) {
	var a, b [32]byte
	var s entropy.Source
	s.Read(a[:])
	s.Read(b[:])
	if a == b {
		t.Error("two reads of the system's generator agree")
	}
}

func TestReproducible(t *testing.T) {
	a, b := make([]byte, 200), make([]byte, 200)
	entropy.Reproducible("seed").Read(a)
	s := entropy.Reproducible("seed")
	for i := 0; i < len(b); i += 8 {
		s.Read(b[i : i+8])
	}
	if !bytes.Equal(a, b) {
		t.Error("the stream depends on how it is read")
	}
	entropy.Reproducible("other").Read(b)
	if bytes.Equal(a, b) {
		t.Error("two seeds give one stream")
	}
}

func TestUint64n(t *testing.T) {
	s := entropy.Reproducible("dice")
	var seen [6]int
	for range 6000 {
		seen[s.Uint64n(6)]++
	}
	for face, n := range seen {
		// Six standard deviations of a binomial with n = 6000, p = 1/6.
		if n < 1000-174 || n > 1000+174 {
			t.Errorf("face %d came up %d times of 6000", face, n)
		}
	}
}
