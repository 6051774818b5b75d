package group

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gtank/ristretto255"
)

// scalarInputs are 64-byte integers: edges and n random ones.
func scalarInputs(t testing.TB, n int) [][]byte {
	var out [][]byte
	for _, s := range []string{
		"00", "01", "02", "ff",
		"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // l − 1
		"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // l
		"eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // l + 1
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	} {
		b := unhex(t, s)
		out = append(out, append(b, make([]byte, 64-len(b))...))
	}
	r := newDeterministic("scalar inputs")
	for range n {
		out = append(out, r.bytes(64))
	}
	return out
}

func TestScalarAgainstReference(t *testing.T) {
	in := scalarInputs(t, 10)
	for _, ab := range in {
		a, ra := new(Scalar).SetUniformBytes(ab), ristretto255.NewScalar().FromUniformBytes(ab)
		check := func(op string, got *Scalar, want *ristretto255.Scalar) {
			t.Helper()
			if !bytes.Equal(got.Bytes(), want.Encode(nil)) {
				t.Errorf("%s = %x, want %x", op, got.Bytes(), want.Encode(nil))
			}
		}
		check("SetUniformBytes", a, ra)
		check("Set", new(Scalar).Set(a), ra)
		check("Negate", new(Scalar).Negate(a), ristretto255.NewScalar().Negate(ra))
		check("Invert", new(Scalar).Invert(a), ristretto255.NewScalar().Invert(ra))
		if a.IsZero() != bytes.Equal(a.Bytes(), make([]byte, 32)) {
			t.Errorf("IsZero(%x) = %v", a.Bytes(), a.IsZero())
		}
		for _, bb := range in {
			b, rb := new(Scalar).SetUniformBytes(bb), ristretto255.NewScalar().FromUniformBytes(bb)
			check("Add", new(Scalar).Add(a, b), ristretto255.NewScalar().Add(ra, rb))
			check("Subtract", new(Scalar).Subtract(a, b), ristretto255.NewScalar().Subtract(ra, rb))
			check("Multiply", new(Scalar).Multiply(a, b), ristretto255.NewScalar().Multiply(ra, rb))
			if got, want := a.Equal(b), ra.Equal(rb) == 1; got != want {
				t.Errorf("Equal(%x, %x) = %v", a.Bytes(), b.Bytes(), got)
			}
			// Receivers that are arguments.
			v, w := *a, *b
			check("Multiply", v.Multiply(&v, b), ristretto255.NewScalar().Multiply(ra, rb))
			check("Subtract", w.Subtract(a, &w), ristretto255.NewScalar().Subtract(ra, rb))
		}
	}
	for _, n := range []int{0, 32, 63, 65} {
		mustPanic(t, "SetUniformBytes of a wrong length", func() { new(Scalar).SetUniformBytes(make([]byte, n)) })
	}
}

func FuzzScalarSetCanonicalBytes(f *testing.F) {
	for _, b := range scalarInputs(f, 2) {
		f.Add(b[:32])
	}
	f.Add([]byte{})
	f.Add(make([]byte, 33))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := smallScalar(3)
		err := s.SetCanonicalBytes(b)
		wantErr := errors.New("wrong length") // for which the reference panics
		if len(b) == 32 {
			wantErr = ristretto255.NewScalar().Decode(b)
		}
		switch {
		case err == nil && wantErr == nil:
			if !bytes.Equal(s.Bytes(), b) {
				t.Errorf("%x encodes as %x", b, s.Bytes())
			}
		case err == nil || wantErr == nil || !errors.Is(err, ErrScalar):
			t.Errorf("%x: %v, want %v", b, err, wantErr)
		case !s.Equal(smallScalar(3)):
			t.Errorf("%x: the receiver changed", b)
		}
	})
}
