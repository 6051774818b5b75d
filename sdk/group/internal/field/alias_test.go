package field

import "testing"

// TestAliasing checks that receivers may be arguments.
func TestAliasing(t *testing.T) {
	binary := map[string]func(v, x, y *Element) *Element{
		"Add":          (*Element).Add,
		"Subtract":     (*Element).Subtract,
		"LazyAdd":      (*Element).LazyAdd,
		"LazySubtract": (*Element).LazySubtract,
		"Multiply":     (*Element).Multiply,
		"Select 0":     func(v, x, y *Element) *Element { return v.Select(x, y, 0) },
		"Select 1":     func(v, x, y *Element) *Element { return v.Select(x, y, 1) },
		"SqrtRatio":    func(v, x, y *Element) *Element { r, _ := v.SqrtRatio(x, y); return r },
	}
	unary := map[string]func(v, x *Element) *Element{
		"Negate":   (*Element).Negate,
		"Square":   (*Element).Square,
		"Invert":   (*Element).Invert,
		"Pow22523": (*Element).Pow22523,
		"Absolute": (*Element).Absolute,
	}
	in := cases("aliasing", 8)
	for _, a := range in {
		for _, b := range in {
			var x, y Element
			if second(x.SetBytes(a)) != nil || second(y.SetBytes(b)) != nil {
				t.Fatal("SetBytes")
			}
			for name, op := range binary {
				var want Element
				if r := op(&want, &x, &y); r != &want {
					t.Fatalf("%s does not return its receiver", name)
				}
				v, w := x, y
				if op(&v, &v, &y); v != want {
					t.Errorf("%s: receiver is first argument", name)
				}
				if op(&w, &x, &w); w != want {
					t.Errorf("%s: receiver is second argument", name)
				}
				op(&want, &x, &x)
				v, w = x, x
				if op(&w, &v, &v); w != want {
					t.Errorf("%s: equal arguments", name)
				}
				if op(&v, &v, &v); v != want {
					t.Errorf("%s: all equal", name)
				}
			}
			for name, op := range unary {
				var want Element
				if r := op(&want, &x); r != &want {
					t.Fatalf("%s does not return its receiver", name)
				}
				v := x
				if op(&v, &v); v != want {
					t.Errorf("%s: receiver is argument", name)
				}
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	var v, x, y Element
	buf := edges()[13]
	out := 0
	n := testing.AllocsPerRun(10, func() {
		x.SetBytes(buf)
		y.SetBytes(buf)
		v.Add(&x, &y).Multiply(&v, &x).Square(&v).Subtract(&v, &y)
		v.SqrtRatio(&v, &y)
		v.Invert(&v)
		out += v.Equal(&x) + v.IsNegative() + int(v.Bytes()[0])
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMultiply(b *testing.B) {
	x, y := extreme(1, 0), extreme(1, 0)
	for b.Loop() {
		for range 100 {
			x.Multiply(x, y)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/mul")
}

func BenchmarkSquare(b *testing.B) {
	x := extreme(1, 0)
	for b.Loop() {
		for range 100 {
			x.Square(x)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/square")
}

func BenchmarkLazyAdd(b *testing.B) {
	x, y := extreme(1, 0), new(Element)
	for b.Loop() {
		for range 100 {
			x.LazyAdd(x, y)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/add")
}

func BenchmarkSqrtRatio(b *testing.B) {
	x, y := extreme(1, 0), new(Element).One()
	for b.Loop() {
		x.SqrtRatio(x, y)
	}
}

func BenchmarkBytes(b *testing.B) {
	x := extreme(1, 0)
	for b.Loop() {
		x.Bytes()
	}
}
