package group

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/gtank/ristretto255"
)

// pair is an element of this package and the same one of the reference.
type pair struct {
	e *Element
	r *ristretto255.Element
}

// elementPairs returns the identity, small multiples of the generator, the
// images of edge inputs and n random elements.
func elementPairs(t testing.TB, name string, n int) []pair {
	t.Helper()
	out := []pair{{NewElement(), ristretto255.NewElement()}}
	for i, s := range loadRFC9496(t).Multiples[1:] {
		p := pair{new(Element), ristretto255.NewElement()}
		if err := p.e.SetCanonicalBytes(unhex(t, s)); err != nil {
			t.Fatal(i, err)
		}
		if err := p.r.Decode(unhex(t, s)); err != nil {
			t.Fatal(i, err)
		}
		out = append(out, p)
	}
	uniform := func(b []byte) {
		out = append(out, pair{new(Element).SetUniformBytes(b), ristretto255.NewElement().FromUniformBytes(b)})
	}
	for _, v := range loadRFC9496(t).Map[7:] {
		uniform(unhex(t, v.Input))
	}
	uniform(bytes.Repeat([]byte{0xff}, 64))
	uniform(make([]byte, 64))
	r := newDeterministic(name)
	for range n {
		uniform(r.bytes(64))
	}
	return out
}

func (p pair) check(t *testing.T, op string) {
	t.Helper()
	if got, want := p.e.Bytes(), p.r.Encode(nil); !bytes.Equal(got, want) {
		t.Errorf("%s = %x, want %x", op, got, want)
	}
}

func TestAgainstReference(t *testing.T) {
	in := elementPairs(t, "against reference", 12)
	for _, a := range in {
		a.check(t, "element")
		encoded := a.e.Bytes()
		if got := a.e.AppendBytes([]byte("x")); string(got) != "x"+string(encoded) {
			t.Errorf("AppendBytes = %x", got)
		}
		if a.e.IsIdentity() != bytes.Equal(encoded, make([]byte, 32)) {
			t.Errorf("IsIdentity(%x) = %v", encoded, a.e.IsIdentity())
		}
		if !a.e.IsIdentity() {
			decoded := pair{new(Element), a.r}
			if err := decoded.e.SetCanonicalBytes(encoded); err != nil {
				t.Errorf("%x: %v", encoded, err)
				continue
			}
			decoded.check(t, "decoded")
			if !decoded.e.Equal(a.e) {
				t.Errorf("%x differs from what it encodes", encoded)
			}
		}
		pair{new(Element).Negate(a.e), ristretto255.NewElement().Negate(a.r)}.check(t, "Negate")
		pair{new(Element).Set(a.e), a.r}.check(t, "Set")
		for _, b := range in {
			pair{new(Element).Add(a.e, b.e), ristretto255.NewElement().Add(a.r, b.r)}.check(t, "Add")
			pair{new(Element).Subtract(a.e, b.e), ristretto255.NewElement().Subtract(a.r, b.r)}.check(t, "Subtract")
			if got, want := a.e.Equal(b.e), a.r.Equal(b.r) == 1; got != want {
				t.Errorf("Equal(%x, %x) = %v", encoded, b.e.Bytes(), got)
			}
		}
	}
}

func TestScalarMultAgainstReference(t *testing.T) {
	r := newDeterministic("scalar mult")
	for i, p := range elementPairs(t, "scalar mult", 6) {
		var s *Scalar
		switch i % 6 {
		case 0:
			s = NewScalar()
		case 1:
			s = new(Scalar).Negate(smallScalar(byte(i)))
		default:
			s = r.scalar(t)
		}
		rs := ristretto255.NewScalar()
		if err := rs.Decode(s.Bytes()); err != nil {
			t.Fatal(err)
		}
		want := ristretto255.NewElement().ScalarMult(rs, p.r)
		pair{new(Element).ScalarMult(s, p.e), want}.check(t, "ScalarMult")
		pair{NewTable(p.e).ScalarMult(new(Element), s), want}.check(t, "Table.ScalarMult")
		pair{new(Element).VarTimeMultiScalarMult([]*Scalar{s}, []*Element{p.e}), want}.check(t, "VarTimeMultiScalarMult")
		pair{new(Element).ScalarBaseMult(s), ristretto255.NewElement().ScalarBaseMult(rs)}.check(t, "ScalarBaseMult")
	}
}

func FuzzSetCanonicalBytes(f *testing.F) {
	v := loadRFC9496(f)
	n := 0
	for _, group := range v.Bad {
		for _, s := range group.Encodings {
			f.Add(unhex(f, s))
			n++
		}
	}
	for _, s := range v.Multiples {
		f.Add(unhex(f, s))
		n++
	}
	if n != 45 {
		f.Fatalf("%d seeds", n)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e := NewGenerator()
		before := *e
		err := e.SetCanonicalBytes(b)
		r := ristretto255.NewElement()
		wantErr := r.Decode(b)
		switch {
		case err == nil:
			if wantErr != nil {
				t.Fatalf("%x: accepted, want %v", b, wantErr)
			}
			if !bytes.Equal(e.Bytes(), b) {
				t.Fatalf("%x encodes as %x", b, e.Bytes())
			}
		case errors.Is(err, ErrIdentity):
			if !bytes.Equal(b, make([]byte, 32)) {
				t.Fatalf("%x taken for the identity", b)
			}
		case errors.Is(err, ErrEncoding):
			if wantErr == nil {
				t.Fatalf("%x: refused", b)
			}
		default:
			t.Fatalf("%x: %v", b, err)
		}
		if err != nil && !sameCoordinates(e, &before) {
			t.Fatalf("%x: the receiver changed", b)
		}
	})
}

func FuzzSetUniformBytes(f *testing.F) {
	for _, v := range loadRFC9496(f).Map {
		f.Add(unhex(f, v.Input))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 64 {
			return
		}
		pair{new(Element).SetUniformBytes(b), ristretto255.NewElement().FromUniformBytes(b)}.check(t, "SetUniformBytes")
	})
}

func TestElementAliasing(t *testing.T) {
	r := newDeterministic("aliasing")
	s := r.scalar(t)
	elements := append(r.elements(t, 2), NewElement(), NewGenerator())
	binary := map[string]func(e, a, b *Element) *Element{
		"Add":      (*Element).Add,
		"Subtract": (*Element).Subtract,
		"VarTimeMultiScalarMult": func(e, a, b *Element) *Element {
			return e.VarTimeMultiScalarMult([]*Scalar{s, s}, []*Element{a, b})
		},
	}
	unary := map[string]func(e, a *Element) *Element{
		"Set":        (*Element).Set,
		"Negate":     (*Element).Negate,
		"ScalarMult": func(e, a *Element) *Element { return e.ScalarMult(s, a) },
		"Table":      func(e, a *Element) *Element { return NewTable(a).ScalarMult(e, s) },
	}
	for _, a := range elements {
		for _, b := range elements {
			for name, op := range binary {
				var want Element
				if r := op(&want, a, b); r != &want {
					t.Fatalf("%s does not return its receiver", name)
				}
				v, w := *a, *b
				if !op(&v, &v, b).Equal(&want) || !op(&w, a, &w).Equal(&want) {
					t.Errorf("%s: receiver is an argument", name)
				}
				v = *a
				if !op(&v, &v, &v).Equal(op(&want, a, a)) {
					t.Errorf("%s: all equal", name)
				}
			}
		}
		for name, op := range unary {
			var want Element
			if r := op(&want, a); r != &want {
				t.Fatalf("%s does not return its receiver", name)
			}
			v := *a
			if !op(&v, &v).Equal(&want) {
				t.Errorf("%s: receiver is argument", name)
			}
		}
	}
}

// TestZeroElement checks that an element that was never set is not taken for
// one.
func TestZeroElement(t *testing.T) {
	g, s := NewGenerator(), smallScalar(2)
	for name, op := range map[string]func(zero *Element){
		"Add":                    func(zero *Element) { new(Element).Add(g, zero) },
		"Subtract":               func(zero *Element) { new(Element).Subtract(zero, g) },
		"Negate":                 func(zero *Element) { new(Element).Negate(zero) },
		"Equal":                  func(zero *Element) { g.Equal(zero) },
		"IsIdentity":             func(zero *Element) { zero.IsIdentity() },
		"Bytes":                  func(zero *Element) { zero.Bytes() },
		"AppendBytes":            func(zero *Element) { zero.AppendBytes(nil) },
		"ScalarMult":             func(zero *Element) { new(Element).ScalarMult(s, zero) },
		"NewTable":               func(zero *Element) { NewTable(zero).ScalarMult(new(Element), s) },
		"VarTimeMultiScalarMult": func(zero *Element) { new(Element).VarTimeMultiScalarMult([]*Scalar{s}, []*Element{zero}) },
	} {
		mustPanic(t, name, func() { op(new(Element)) })
	}
}

func TestRandom(t *testing.T) {
	r := newDeterministic("random")
	if r.element(t).Equal(r.element(t)) || r.scalar(t).Equal(r.scalar(t)) {
		t.Error("equal random values")
	}
	short := func() io.Reader { return bytes.NewReader(make([]byte, 63)) }
	if _, err := RandomElement(short()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("RandomElement of 63 bytes: %v", err)
	}
	if _, err := RandomScalar(short()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("RandomScalar of 63 bytes: %v", err)
	}
	if _, err := RandomNonZeroScalar(short()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("RandomNonZeroScalar of 63 bytes: %v", err)
	}
	zeros := bytes.NewReader(make([]byte, 1024))
	if s, err := RandomScalar(zeros); err != nil || !s.IsZero() {
		t.Errorf("RandomScalar of zeros: %v", err)
	}
	if _, err := RandomNonZeroScalar(zeros); err == nil {
		t.Error("RandomNonZeroScalar of zeros gave a scalar")
	}
	// A first draw of zero is drawn again.
	s, err := RandomNonZeroScalar(io.MultiReader(bytes.NewReader(make([]byte, 64)), bytes.NewReader(bytes.Repeat([]byte{1}, 64))))
	if err != nil || s.IsZero() {
		t.Errorf("RandomNonZeroScalar after a zero: %v", err)
	}
}

func TestRedaction(t *testing.T) {
	r := newDeterministic("redaction")
	s, e := r.scalar(t), r.element(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
		for what, got := range map[string]string{
			"*Scalar":          fmt.Sprintf(format, s),
			"Scalar":           fmt.Sprintf(format, *s),
			"struct of Scalar": fmt.Sprintf(format, struct{ S *Scalar }{s}),
		} {
			if want := fmt.Sprintf(format, "[redacted scalar]"); format != "%#v" && what != "struct of Scalar" && got != want {
				t.Errorf("%s of %s: %s", format, what, got)
			}
			if bytes.Contains([]byte(got), fmt.Appendf(nil, "%x", s.Bytes())) || bytes.Contains([]byte(got), fmt.Appendf(nil, "%d", s.Bytes()[0:3])) {
				t.Errorf("%s of %s shows it: %s", format, what, got)
			}
		}
		for what, got := range map[string]string{"*Element": fmt.Sprintf(format, e), "Element": fmt.Sprintf(format, *e)} {
			if want := fmt.Sprintf(format, "[redacted element]"); format != "%#v" && got != want {
				t.Errorf("%s of %s: %s", format, what, got)
			}
		}
	}
	if fmt.Sprintf("%#v", *s) != "[redacted scalar]" || fmt.Sprintf("%#v", *e) != "[redacted element]" {
		t.Error("GoString")
	}
}
