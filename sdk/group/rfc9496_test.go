package group

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"testing"
)

//go:embed testdata/rfc9496.json
var rfc9496JSON []byte

// rfc9496 are the vectors of RFC 9496, appendix A.
type rfc9496 struct {
	Source    string
	Multiples []string
	Bad       []struct {
		Why       string
		Encodings []string
	}
	Map []struct{ Input, Output string }
}

func loadRFC9496(t testing.TB) (v rfc9496) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(rfc9496JSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, g := range v.Bad {
		bad += len(g.Encodings)
	}
	if len(v.Multiples) != 16 || bad != 29 || len(v.Map) != 11 {
		t.Fatalf("%d multiples, %d bad encodings and %d images, want 16, 29 and 11", len(v.Multiples), bad, len(v.Map))
	}
	return v
}

func TestMultiplesOfGenerator(t *testing.T) {
	sum := NewElement()
	for i, want := range loadRFC9496(t).Multiples {
		s := smallScalar(byte(i))
		for name, e := range map[string]*Element{
			"sum":            sum,
			"ScalarMult":     new(Element).ScalarMult(s, NewGenerator()),
			"ScalarBaseMult": new(Element).ScalarBaseMult(s),
			"Table":          NewTable(NewGenerator()).ScalarMult(new(Element), s),
			"MultiScalar":    new(Element).VarTimeMultiScalarMult([]*Scalar{s}, []*Element{NewGenerator()}),
		} {
			if got := e.Bytes(); !bytes.Equal(got, unhex(t, want)) {
				t.Errorf("%s: %d·B = %x, want %s", name, i, got, want)
			}
			if e.IsIdentity() != (i == 0) {
				t.Errorf("%s: %d·B: IsIdentity = %v", name, i, e.IsIdentity())
			}
		}
		var e Element
		switch err := e.SetCanonicalBytes(unhex(t, want)); {
		case i == 0 && !errors.Is(err, ErrIdentity):
			t.Errorf("decoding the identity: %v", err)
		case i != 0 && err != nil:
			t.Errorf("decoding %d·B: %v", i, err)
		case i != 0 && !e.Equal(sum):
			t.Errorf("the decoded %d·B is another element", i)
		}
		sum.Add(sum, NewGenerator())
	}
}

// TestBadEncodings also checks that a failure leaves the receiver alone.
func TestBadEncodings(t *testing.T) {
	check := func(t *testing.T, b []byte, want error) {
		t.Helper()
		e := NewGenerator()
		before := *e
		if err := e.SetCanonicalBytes(b); !errors.Is(err, want) {
			t.Errorf("%x: %v, want %v", b, err, want)
		}
		if !sameCoordinates(e, &before) {
			t.Errorf("%x: the receiver changed", b)
		}
	}
	for _, group := range loadRFC9496(t).Bad {
		t.Run(group.Why, func(t *testing.T) {
			for _, s := range group.Encodings {
				check(t, unhex(t, s), ErrEncoding)
			}
		})
	}
	t.Run("length", func(t *testing.T) {
		for _, n := range []int{0, 1, 31, 33, 64} {
			check(t, make([]byte, n), ErrEncoding)
		}
	})
	t.Run("top bit", func(t *testing.T) {
		b := NewGenerator().Bytes()
		b[31] |= 0x80
		check(t, b, ErrEncoding)
		check(t, append(make([]byte, 31), 0x80), ErrEncoding)
	})
	t.Run("identity", func(t *testing.T) {
		check(t, make([]byte, 32), ErrIdentity)
	})
}

func TestOneWayMap(t *testing.T) {
	for _, v := range loadRFC9496(t).Map {
		if got := new(Element).SetUniformBytes(unhex(t, v.Input)).Bytes(); !bytes.Equal(got, unhex(t, v.Output)) {
			t.Errorf("map of %s = %x, want %s", v.Input, got, v.Output)
		}
	}
	for _, n := range []int{0, 32, 63, 65} {
		mustPanic(t, "SetUniformBytes of a wrong length", func() { new(Element).SetUniformBytes(make([]byte, n)) })
	}
}

// TestConstants derives the constants of section 4.1 from d, and d from
// −121665/121666.
func TestConstants(t *testing.T) {
	number := func(n uint32) *fieldElement {
		var b [32]byte
		b[0], b[1], b[2], b[3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
		v := feFromBytes(string(b[:]))
		return &v
	}
	one := number(1)
	minusOne := new(fieldElement).Negate(one)
	d := new(fieldElement).Invert(number(121666))
	d.Multiply(d, new(fieldElement).Negate(number(121665)))
	dPlusOne := new(fieldElement).Add(d, one)
	dMinusOne := new(fieldElement).Subtract(d, one)

	square := func(v *fieldElement) *fieldElement { return new(fieldElement).Square(v) }
	equal := func(name string, a, b *fieldElement) {
		t.Helper()
		if a.Equal(b) != 1 {
			t.Errorf("%s is wrong", name)
		}
	}
	equal("one", &feOne, one)
	equal("minus one", &feMinusOne, minusOne)
	equal("d", &feD, d)
	equal("√−1", square(&feSqrtM1), minusOne)
	equal("√(a·d − 1)", square(&feSqrtADMinusOne), new(fieldElement).Negate(dPlusOne))
	inverse := new(fieldElement).Invert(square(&feInvSqrtAMinusD))
	equal("1/√(a − d)", inverse, new(fieldElement).Negate(dPlusOne))
	equal("1 − d²", &feOneMinusDSq, new(fieldElement).Subtract(one, square(d)))
	equal("(d − 1)²", &feDMinusOneSq, square(dMinusOne))
	// Of the two square roots the RFC takes the one it prints; these are its
	// parities.
	for name, v := range map[string]struct {
		v        *fieldElement
		negative int
	}{"√−1": {&feSqrtM1, 0}, "√(a·d − 1)": {&feSqrtADMinusOne, 1}, "1/√(a − d)": {&feInvSqrtAMinusD, 0}} {
		if v.v.IsNegative() != v.negative {
			t.Errorf("%s is the other root", name)
		}
	}
}
