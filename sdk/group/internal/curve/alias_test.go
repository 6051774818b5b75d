package curve

import "testing"

func TestAliasing(t *testing.T) {
	s := array(scalars(t, "aliasing", 1)[16])
	binary := map[string]func(p, a, b *Point) *Point{
		"Add":      (*Point).Add,
		"Subtract": (*Point).Subtract,
		"VarTimeMultiScalarMult": func(p, a, b *Point) *Point {
			return p.VarTimeMultiScalarMult([][32]byte{*s, *s}, []*Point{a, b})
		},
	}
	unary := map[string]func(p, a *Point) *Point{
		"Set":        (*Point).Set,
		"Double":     (*Point).Double,
		"Negate":     (*Point).Negate,
		"ScalarMult": func(p, a *Point) *Point { return p.ScalarMult(s, a) },
		"Table":      func(p, a *Point) *Point { return NewTable(a).ScalarMult(p, s) },
	}
	in := points(t, "aliasing", 2)[7:12]
	for _, a := range in {
		for _, b := range in {
			x, _ := decode(t, a)
			y, _ := decode(t, b)
			for name, op := range binary {
				var want Point
				if r := op(&want, x, y); r != &want {
					t.Fatalf("%s does not return its receiver", name)
				}
				v, w := *x, *y
				if op(&v, &v, y); v != want {
					t.Errorf("%s: receiver is first argument", name)
				}
				if op(&w, x, &w); w != want {
					t.Errorf("%s: receiver is second argument", name)
				}
				v = *x
				op(&want, x, x)
				if op(&v, &v, &v); v != want {
					t.Errorf("%s: all equal", name)
				}
			}
			for name, op := range unary {
				var want Point
				if r := op(&want, x); r != &want {
					t.Fatalf("%s does not return its receiver", name)
				}
				v := *x
				if op(&v, &v); v != want {
					t.Errorf("%s: receiver is argument", name)
				}
			}
		}
	}
}

// TestZeroValue checks that the zero Point is refused wherever it is read.
func TestZeroValue(t *testing.T) {
	s := new([32]byte)
	for name, op := range map[string]func(zero *Point){
		"Coordinates":            func(zero *Point) { zero.Coordinates() },
		"Set":                    func(zero *Point) { new(Point).Set(zero) },
		"Add first":              func(zero *Point) { new(Point).Add(zero, &generator) },
		"Add second":             func(zero *Point) { new(Point).Add(&generator, zero) },
		"Subtract first":         func(zero *Point) { new(Point).Subtract(zero, &generator) },
		"Subtract second":        func(zero *Point) { new(Point).Subtract(&generator, zero) },
		"Double":                 func(zero *Point) { new(Point).Double(zero) },
		"Negate":                 func(zero *Point) { new(Point).Negate(zero) },
		"ScalarMult":             func(zero *Point) { new(Point).ScalarMult(s, zero) },
		"NewTable":               func(zero *Point) { NewTable(zero) },
		"VarTimeMultiScalarMult": func(zero *Point) { new(Point).VarTimeMultiScalarMult([][32]byte{*s}, []*Point{zero}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			op(new(Point))
		})
	}
}

func TestAllocations(t *testing.T) {
	s := array(scalars(t, "allocations", 1)[16])
	table := NewTable(&generator)
	var p, q Point
	p.ScalarBaseMult(s)
	n := testing.AllocsPerRun(5, func() {
		q.ScalarBaseMult(s)
		table.ScalarMult(&p, s)
		p.Add(&p, &q).Subtract(&p, &q).Double(&p).Negate(&p)
		p.ScalarMult(s, &q)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	p, q := generator, generator
	for b.Loop() {
		p.Add(&p, &q)
	}
}

func BenchmarkDouble(b *testing.B) {
	p := generator
	for b.Loop() {
		p.Double(&p)
	}
}

func BenchmarkScalarMult(b *testing.B) {
	s := array(scalars(b, "benchmark", 1)[16])
	p := generator
	for b.Loop() {
		p.ScalarMult(s, &p)
	}
}

func BenchmarkNewTable(b *testing.B) {
	for b.Loop() {
		NewTable(&generator)
	}
}

func BenchmarkTableScalarMult(b *testing.B) {
	s := array(scalars(b, "benchmark", 1)[16])
	t := NewTable(&generator)
	var p Point
	for b.Loop() {
		t.ScalarMult(&p, s)
	}
}

func BenchmarkSelect(b *testing.B) {
	var table cachedTable
	var c cached
	table.build(&generator)
	d := int8(-8)
	for b.Loop() {
		table.selectInto(&c, d)
		if d++; d > 8 {
			d = -8
		}
	}
}

func BenchmarkVarTimeMultiScalarMult(b *testing.B) {
	s := array(scalars(b, "benchmark", 1)[16])
	var p Point
	for b.Loop() {
		p.VarTimeMultiScalarMult([][32]byte{*s, *s}, []*Point{&generator, &generator})
	}
}
