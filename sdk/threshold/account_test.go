package threshold

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestNewAccount(t *testing.T) {
	a, b := NewAccount(), NewAccount()
	if a.Equal(b) || *a.secret.reveal() == *b.secret.reveal() || *a.secret.reveal() == [secretSize]byte{} {
		t.Error("two new accounts have one secret")
	}
	for range 100 {
		if g := NewAccount().Generation(); g < 1 || g > 1<<31 {
			t.Fatalf("generation %d is not between 1 and 2^31", g)
		}
	}
	if !a.Equal(NewAccountFromSecret(*a.secret.reveal(), a.generation)) {
		t.Error("NewAccountFromSecret does not give the account back")
	}
	if a.Equal(NewAccountFromSecret(*a.secret.reveal(), a.generation+1)) {
		t.Error("Equal ignores the generation")
	}
}

func TestRotate(t *testing.T) {
	a := NewAccount()
	b, err := a.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if b.Generation() != a.Generation()+1 || *a.secret.reveal() == *b.secret.reveal() {
		t.Error("rotation kept the secret or did not raise the generation by one")
	}
	last := NewAccountFromSecret([32]byte{1}, math.MaxUint32)
	if _, err := last.Rotate(); !errors.Is(err, ErrGenerations) {
		t.Errorf("last generation: %v, want ErrGenerations", err)
	}
}

// TestAccountTextIsCanonical: what Parse accepts is, but for one line feed,
// what Marshal writes.
func TestAccountTextIsCanonical(t *testing.T) {
	for _, g := range []uint32{0, 1, 9, 10, 1 << 31, math.MaxUint32} {
		a := NewAccountFromSecret([32]byte{0xab, 31: byte(g)}, g)
		text, err := a.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{text, append(bytes.Clone(text), '\n')} {
			b, err := ParseAccount(form)
			if err != nil || !a.Equal(b) {
				t.Fatalf("generation %d: %v", g, err)
			}
		}
		// Every single-character substitution and deletion is refused.
		for i := range text {
			for _, c := range []byte("0aAgG:\n -") {
				if c == text[i] {
					continue
				}
				changed := bytes.Clone(text)
				changed[i] = c
				if _, err := ParseAccount(changed); err == nil {
					t.Fatalf("position %d changed to %q: accepted", i, c)
				}
			}
			if _, err := ParseAccount(append(bytes.Clone(text[:i]), text[i+1:]...)); err == nil {
				t.Fatalf("position %d deleted: accepted", i)
			}
		}
	}
}

func TestParseAccountErrors(t *testing.T) {
	text, _ := NewAccountFromSecret([32]byte{1}, 17).MarshalText()
	good := string(text)
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":             {"", ErrAccountFormat},
		"line feed":         {"\n", ErrAccountFormat},
		"two line feeds":    {good + "\n\n", ErrAccountFormat},
		"carriage return":   {good + "\r\n", ErrAccountFormat},
		"leading blank":     {" " + good, ErrAccountFormat},
		"other version":     {strings.Replace(good, "v0", "v1", 1), ErrAccountFormat},
		"upper case":        {strings.ToUpper(good), ErrAccountFormat},
		"leading zero":      {strings.Replace(good, ":17:", ":017:", 1), ErrAccountFormat},
		"plus sign":         {strings.Replace(good, ":17:", ":+17:", 1), ErrAccountFormat},
		"generation 2^32":   {strings.Replace(good, ":17:", ":4294967296:", 1), ErrAccountFormat},
		"no generation":     {strings.Replace(good, ":17:", "::", 1), ErrAccountFormat},
		"field added":       {good + ":", ErrAccountFormat},
		"field missing":     {good[:len(good)-9], ErrAccountFormat},
		"long":              {good + strings.Repeat("0", 1<<20), ErrAccountFormat},
		"other generation":  {strings.Replace(good, ":17:", ":18:", 1), ErrAccountChecksum},
		"other secret":      {strings.Replace(good, ":01", ":02", 1), ErrAccountChecksum},
		"other checksum":    {good[:len(good)-8] + "00000000", ErrAccountChecksum},
		"checksum too long": {good + "00", ErrAccountFormat},
	} {
		if _, err := ParseAccount([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzParseAccount(f *testing.F) {
	text, _ := NewAccountFromSecret([32]byte{1}, 17).MarshalText()
	seeds := []string{"", "\n", string(text), string(text) + "\n", accountPrefix + ":0::", strings.Repeat(":", 200)}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ParseAccount(text)
		if err != nil {
			if !errors.Is(err, ErrAccountFormat) && !errors.Is(err, ErrAccountChecksum) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		again, _ := a.MarshalText()
		if !bytes.Equal(again, bytes.TrimSuffix(text, []byte("\n"))) {
			t.Fatal("accepted a text that is not canonical")
		}
	})
}
