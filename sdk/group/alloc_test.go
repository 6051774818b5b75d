package group

import "testing"

// TestAllocations checks that what a client does for every probe, and a server
// for every voucher, does not touch the heap.
func TestAllocations(t *testing.T) {
	r := newDeterministic("allocations")
	suite := VOPRF()
	table := NewTable(r.element(t))
	var e, f Element
	s, u := *r.scalar(t), *r.scalar(t)
	encoded, uniform, msg := r.element(t).Bytes(), r.bytes(64), r.bytes(100)
	buf := make([]byte, 0, 64)
	sum := 0
	e.ScalarBaseMult(&s)
	f.Set(&e)
	one := smallScalar(1).Bytes()
	for name, op := range map[string]func(){
		"SetHash":                   func() { e.SetHash(suite, msg) },
		"Element.SetUniformBytes":   func() { e.SetUniformBytes(uniform) },
		"Element.SetCanonicalBytes": func() { _ = e.SetCanonicalBytes(encoded) },
		"arithmetic":                func() { f.Add(&e, &e).Subtract(&f, &e).Negate(&f).Set(&f) },
		"ScalarMult":                func() { f.ScalarMult(&s, &e) },
		"ScalarBaseMult":            func() { f.ScalarBaseMult(&s) },
		"Table.ScalarMult":          func() { table.ScalarMult(&f, &s) },
		"Element.AppendBytes":       func() { buf = e.AppendBytes(buf[:0]) },
		"Element.Bytes":             func() { sum += int(e.Bytes()[0]) },
		"comparison": func() {
			if e.Equal(&f) || e.IsIdentity() || s.Equal(&u) || s.IsZero() {
				sum++
			}
		},
		"Scalar arithmetic": func() {
			u.Add(&u, &s).Multiply(&u, &s).Subtract(&u, &s).Negate(&u).Set(&u)
		},
		"Scalar.SetUniformBytes":   func() { u.SetUniformBytes(uniform) },
		"Scalar.SetCanonicalBytes": func() { _ = u.SetCanonicalBytes(one) },
		"Scalar.Invert":            func() { u.Invert(&u) },
		"Scalar.Bytes":             func() { sum += int(u.Bytes()[0]) },
	} {
		if n := testing.AllocsPerRun(5, op); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
