package group

import (
	"bytes"
	"crypto"
	_ "crypto/sha512"
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/cloudflare/circl/expander"
	circl "github.com/cloudflare/circl/group"
)

//go:embed testdata/rfc9380.json
var rfc9380JSON []byte

// TestExpandMessage runs the vectors of RFC 9380, appendix K.3.
func TestExpandMessage(t *testing.T) {
	var v struct {
		Source string
		DST    string
		Tests  []struct {
			Len     int    `json:"len_in_bytes"`
			Msg     string `json:"msg"`
			Uniform string `json:"uniform_bytes"`
		}
	}
	d := json.NewDecoder(bytes.NewReader(rfc9380JSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if len(v.Tests) != 10 {
		t.Fatalf("%d vectors, want 10", len(v.Tests))
	}
	for _, test := range v.Tests {
		got := make([]byte, test.Len)
		expandMessage(got, []byte(v.DST), []byte(test.Msg))
		if !bytes.Equal(got, unhex(t, test.Uniform)) {
			t.Errorf("%q to %d bytes: %x, want %s", test.Msg, test.Len, got, test.Uniform)
		}
	}
}

// FuzzExpandMessage compares with circl, for tags on both sides of 255 bytes and
// messages on both sides of what the stack holds.
func FuzzExpandMessage(f *testing.F) {
	for _, dst := range []int{1, 40, 254, 255, 256, 300, 1000} {
		for _, msg := range []int{0, 1, 127, 128, 400, 511, 512, 513, 900, 3000} {
			f.Add(bytes.Repeat([]byte{'d'}, dst), bytes.Repeat([]byte{'m'}, msg), uint16(64+msg%3*33))
		}
	}
	f.Fuzz(func(t *testing.T, dst, msg []byte, n uint16) {
		if len(dst) == 0 || n == 0 || int(n) > 255*64 {
			return
		}
		got := make([]byte, n)
		expandMessage(got, dst, msg)
		want := expander.NewExpanderMD(crypto.SHA512, dst).Expand(msg, uint(n))
		if !bytes.Equal(got, want) {
			t.Errorf("expand(%x, %x, %d) = %x, want %x", dst, msg, n, got, want)
		}
	})
}

func TestHashAgainstReference(t *testing.T) {
	r := newDeterministic("hash")
	for n := range 60 {
		dst, msg := r.bytes(n*5+1), r.bytes(n*17)
		e, err := circl.Ristretto255.HashToElement(msg, dst).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if got := HashToElement(dst, msg).Bytes(); !bytes.Equal(got, e) {
			t.Errorf("HashToElement(%x, %x) = %x, want %x", dst, msg, got, e)
		}
		s, err := circl.Ristretto255.HashToScalar(msg, dst).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if got := HashToScalar(dst, msg).Bytes(); !bytes.Equal(got, s) {
			t.Errorf("HashToScalar(%x, %x) = %x, want %x", dst, msg, got, s)
		}
	}
}

// TestSeparation checks that no two of suite, use and message meet.
func TestSeparation(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range []*Suite{VOPRF(), NewSuite(nil), NewSuite([]byte("a")), NewSuite([]byte("b"))} {
		for _, msg := range []string{"", "a", "b"} {
			e, again, scalar := s.HashToElement([]byte(msg)), new(Element).SetHash(s, []byte(msg)), s.HashToScalar([]byte(msg))
			if !e.Equal(again) {
				t.Error("SetHash differs from HashToElement")
			}
			if seen[string(e.Bytes())] || seen[string(scalar.Bytes())] {
				t.Errorf("%q hashes to what was seen before", msg)
			}
			seen[string(e.Bytes())], seen[string(scalar.Bytes())] = true, true
		}
	}
}

func TestHashMisuse(t *testing.T) {
	mustPanic(t, "an empty tag", func() { HashToElement(nil, []byte("x")) })
	mustPanic(t, "256 blocks", func() { expandMessage(make([]byte, 255*64+1), []byte("x"), nil) })
	mustPanic(t, "a context of 65001 bytes", func() { NewSuite(make([]byte, 65001)) })
}
