package imagehash

import (
	"errors"
	"strings"
	"testing"
)

func TestHashBits(t *testing.T) {
	var h Hash
	for k := range HashBits {
		g := h.Flip(k)
		if g.Bit(k) != 1 || h.Bit(k) != 0 || g.Distance(h) != 1 || g.Flip(k) != h {
			t.Fatalf("bit %d: %v", k, g)
		}
	}
	// Meta prints bit 255 first.
	if got, want := h.Flip(255).Flip(0).Flip(4).String(), "8"+strings.Repeat("0", 61)+"11"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	all := h
	for k := range HashBits {
		all = all.Flip(k)
	}
	if all.Distance(h) != HashBits {
		t.Errorf("distance %d", all.Distance(h))
	}
}

func TestHashText(t *testing.T) {
	const digits = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22"
	h, err := ParseHash(strings.ToUpper(digits))
	if err != nil || h.String() != digits {
		t.Fatalf("%v, %v", h, err)
	}
	text, err := h.MarshalText()
	if err != nil || string(text) != digits {
		t.Fatalf("%s, %v", text, err)
	}
	var g Hash
	if err := g.UnmarshalText(text); err != nil || g != h {
		t.Fatalf("%v, %v", g, err)
	}
	for _, bad := range []string{"", digits[1:], digits + "0", digits[1:] + "g", " " + digits[1:], digits[2:] + "×"} {
		var parse *ParseError
		if err := g.UnmarshalText([]byte(bad)); !errors.As(err, &parse) || g != h {
			t.Errorf("%q: %v, hash now %v", bad, err, g)
		}
	}
}

// TestParseErrorLength checks that a hostile text does not make a long error.
func TestParseErrorLength(t *testing.T) {
	_, err := ParseHash(strings.Repeat("\x00", 1<<20))
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("")
	f.Add(strings.Repeat("0", 64))
	f.Add(strings.Repeat("Ff", 32))
	f.Add(strings.Repeat("0", 63) + "x")
	f.Add(strings.Repeat("é", 32))
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHash(s)
		var parse *ParseError
		if err != nil {
			if !errors.As(err, &parse) || h != (Hash{}) {
				t.Fatalf("%v, %v", h, err)
			}
			return
		}
		if h.String() != strings.ToLower(s) {
			t.Fatalf("%q became %v", s, h)
		}
	})
}
