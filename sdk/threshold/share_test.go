package threshold

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

func TestShareSize(t *testing.T) {
	for w, want := range map[int]int{0: 48, 1: 48, 5: 48, 6: 56, 32: 264, 64: 520} {
		if got := ShareSize(w); got != want {
			t.Errorf("w = %d: %d bytes, want %d", w, got, want)
		}
	}
}

func TestParseShare(t *testing.T) {
	r := seeded(t)
	for w := range MaxSynthetic + 1 {
		s := garbage(r, Polynomials(w))
		encoded := s.Bytes()
		if len(encoded) != ShareSize(w) {
			t.Fatalf("w = %d: %d bytes, want %d", w, len(encoded), ShareSize(w))
		}
		back, err := ParseShare(encoded, w)
		if err != nil || !back.equal(s) || !bytes.Equal(back.Bytes(), encoded) {
			t.Fatalf("w = %d: %v", w, err)
		}
	}
}

func TestParseShareErrors(t *testing.T) {
	const w = 2
	good := garbage(seeded(t), Polynomials(w)).Bytes()
	with := func(i int, v uint64) []byte {
		b := bytes.Clone(good)
		binary.BigEndian.PutUint64(b[8*i:], v)
		return b
	}
	for name, c := range map[string]struct {
		encoded []byte
		want    error
	}{
		"empty":            {nil, ErrShareSize},
		"cut short":        {good[:len(good)-1], ErrShareSize},
		"extended":         {append(bytes.Clone(good), 0), ErrShareSize},
		"one element less": {good[:len(good)-8], ErrShareSize},
		"x = 0":            {with(0, 0), ErrShareZero},
		"x = p":            {with(0, modulus), ErrShareRange},
		"x = p + 1":        {with(0, modulus+1), ErrShareRange},
		"x = 2^64 − 1":     {with(0, 1<<64-1), ErrShareRange},
		"y_1 = p":          {with(1, modulus), ErrShareRange},
		"y_m = p":          {with(5, modulus), ErrShareRange},
		"y_m = 2^61":       {with(5, 1<<61), ErrShareRange},
	} {
		if _, err := ParseShare(c.encoded, w); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := ParseShare(with(3, 0), w); err != nil {
		t.Errorf("a value of 0 is a value: %v", err)
	}
	for _, w := range []int{-1, MaxSynthetic + 1} {
		if _, err := ParseShare(good, w); !errors.Is(err, ErrParams) {
			t.Errorf("w = %d: %v, want ErrParams", w, err)
		}
	}
}

func FuzzParseShare(f *testing.F) {
	const w = 6
	r := seeded(f)
	good := garbage(r, Polynomials(w)).Bytes()
	zero := bytes.Clone(good)
	copy(zero, make([]byte, 8))
	high := bytes.Clone(good)
	high[48] = 0xff
	for _, s := range [][]byte{nil, good, good[:8], zero, high} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		s, err := ParseShare(encoded, w)
		if err != nil {
			if !errors.Is(err, ErrShareSize) && !errors.Is(err, ErrShareZero) && !errors.Is(err, ErrShareRange) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if !bytes.Equal(s.Bytes(), encoded) {
			t.Fatal("accepted a share that is not canonical")
		}
	})
}
