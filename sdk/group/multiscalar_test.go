package group

import (
	"math/big"
	"slices"
	"strconv"
	"testing"
)

func TestVarTimeMultiScalarMult(t *testing.T) {
	r := newDeterministic("multi-scalar")
	for _, n := range []int{0, 1, 2, 3, 7, 50, pippengerFrom - 1, pippengerFrom, pippengerFrom + 1, 2 * pippengerFrom, 1100} {
		scalars, elements := make([]*Scalar, n), make([]*Element, n)
		want := NewElement()
		for i := range n {
			elements[i] = r.element(t)
			switch i % 7 {
			case 0:
				scalars[i] = smallScalar(byte(i))
			case 1:
				scalars[i] = new(Scalar).Negate(smallScalar(byte(i)))
			case 2:
				elements[i] = elements[i-1] // the same one twice
				scalars[i] = r.scalar(t)
			case 3:
				elements[i] = NewElement()
				scalars[i] = r.scalar(t)
			default:
				scalars[i] = r.scalar(t)
			}
			want.Add(want, new(Element).ScalarMult(scalars[i], elements[i]))
		}
		if got := new(Element).VarTimeMultiScalarMult(scalars, elements); !got.Equal(want) {
			t.Errorf("%d terms: %x, want %x", n, got.Bytes(), want.Bytes())
		}
	}
	mustPanic(t, "slices that differ in length", func() {
		new(Element).VarTimeMultiScalarMult([]*Scalar{NewScalar()}, nil)
	})
}

func TestSignedDigits(t *testing.T) {
	for _, b := range scalarInputs(t, 20) {
		s := new(Scalar).SetUniformBytes(b).Bytes()
		bigEndian := slices.Clone(s)
		slices.Reverse(bigEndian)
		want := new(big.Int).SetBytes(bigEndian)
		for w := 2; w <= 14; w++ {
			digits := make([]int16, (253+w)/w)
			signedDigits(digits, s, w)
			sum := new(big.Int)
			for i := len(digits) - 1; i >= 0; i-- {
				if d := int(digits[i]); d < -1<<(w-1) || d > 1<<(w-1) {
					t.Errorf("width %d: digit %d", w, d)
				}
				sum.Add(sum.Lsh(sum, uint(w)), big.NewInt(int64(digits[i])))
			}
			if sum.Cmp(want) != 0 {
				t.Errorf("width %d: digits of %d add up to %d", w, want, sum)
			}
		}
	}
}

func BenchmarkMultiScalarMult(b *testing.B) {
	r := newDeterministic("benchmark")
	for _, n := range []int{2, 64, 128, 256, 512, 1024, 16384} {
		scalars, elements := make([]*Scalar, n), make([]*Element, n)
		e := r.element(b)
		for i := range n {
			scalars[i] = r.scalar(b)
			e = new(Element).Add(e, NewGenerator())
			elements[i] = e
		}
		run := func(name string, f func()) {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/term")
			})
		}
		if n <= 1024 {
			run("straus", func() { straus(new(point), scalars, elements) })
		}
		if n > 2 {
			run("pippenger", func() { pippenger(scalars, elements) })
		}
	}
}
