package field

import (
	"math/big"
	"testing"
)

// worst returns the largest magnitude that a limb can have in Multiply, before
// it is carried, if x is k-bounded and y is m-bounded.
func worst(k, m int64) *big.Int {
	bound := func(i int, k int64) *big.Int {
		if i&1 == 0 {
			return big.NewInt(k << 26)
		}
		return big.NewInt(k * (1<<25 + 1<<20))
	}
	var limbs [10]big.Int
	for i := range 10 {
		for j := range 10 {
			term := new(big.Int).Mul(bound(i, k), bound(j, m))
			if i&1 == 1 && j&1 == 1 {
				term.Lsh(term, 1) // the places of two odd limbs add up to one more
			}
			if i+j >= 10 {
				term.Mul(term, big.NewInt(19))
			}
			limbs[(i+j)%10].Add(&limbs[(i+j)%10], term)
		}
	}
	max := &limbs[0]
	for i := range limbs {
		if limbs[i].Cmp(max) > 0 {
			max = &limbs[i]
		}
	}
	return max
}

// TestBounds checks the bound that the package documentation states for
// Multiply against the limit of int64, with room for the carry that is added.
func TestBounds(t *testing.T) {
	limit := new(big.Int).Lsh(big.NewInt(1), 63)
	limit.Sub(limit, new(big.Int).Lsh(big.NewInt(1), 38))
	for _, b := range [][2]int64{{1, 16}, {2, 8}, {3, 5}, {4, 4}} {
		if w := worst(b[0], b[1]); w.Cmp(limit) >= 0 {
			t.Errorf("%d-bounded times %d-bounded reaches %d", b[0], b[1], w)
		}
	}
	if w := worst(1, 17); w.Cmp(limit) < 0 {
		t.Errorf("the documented bound is too careful: 17 reaches only %d", w)
	}
}

// extreme returns an element with every limb at the limit of k-bounded; bit i
// of signs makes limb i negative.
func extreme(k int64, signs int) *Element {
	var v Element
	for i := range v {
		v[i] = k << 26
		if i&1 == 1 {
			v[i] = k * (1<<25 + 1<<20)
		}
		if signs>>i&1 == 1 {
			v[i] = -v[i]
		}
	}
	return &v
}

// TestMultiplyAtBounds multiplies elements whose limbs are all at the limit.
func TestMultiplyAtBounds(t *testing.T) {
	var got Element
	check := func(x, y *Element) bool {
		want := new(big.Int).Mul(integer(x), integer(y))
		return integer(got.Multiply(x, y)).Cmp(want.Mod(want, prime)) == 0 && carried(&got)
	}
	r := newRand("bounds")
	for _, b := range [][2]int64{{1, 16}, {2, 8}, {4, 4}, {16, 1}} {
		for n := range 2000 {
			sx, sy := r.IntN(1024), r.IntN(1024)
			switch n {
			case 0:
				sx, sy = 0, 0
			case 1:
				sx, sy = 0, 1023
			case 2:
				sx, sy = 1023, 1023
			}
			if x, y := extreme(b[0], sx), extreme(b[1], sy); !check(x, y) {
				t.Fatalf("%v · %v = %v", x, y, got)
			}
		}
	}
	for signs := range 1024 {
		x := extreme(4, signs)
		want := new(big.Int).Exp(integer(x), big.NewInt(2), prime)
		if integer(got.Square(x)).Cmp(want) != 0 || !carried(&got) {
			t.Fatalf("%v² = %v", x, got)
		}
	}
	for n := 1; n < 12; n++ {
		x := extreme(4, r.IntN(1024))
		var want Element
		want.Square(x)
		for range n - 1 {
			want.Square(&want)
		}
		if got.squareTimes(x, n); got != want {
			t.Fatalf("squareTimes(%v, %d) = %v, want %v", x, n, got, want)
		}
	}
	// One step further must go wrong, or this test sees no overflow at all.
	if check(extreme(1, 0), extreme(17, 0)) {
		t.Error("17-bounded times 1-bounded did not overflow")
	}
}

// TestLoose checks the operations that take elements that were not carried.
func TestLoose(t *testing.T) {
	one := new(Element).One()
	for signs := range 1024 {
		x := extreme(4, signs)
		var want, got Element
		want.Multiply(x, one)
		for name, r := range map[string]*Element{
			"Add":      got.Add(x, new(Element)),
			"Subtract": new(Element).Subtract(x, new(Element)),
			"Negate":   new(Element).Negate(new(Element).Negate(x)),
		} {
			if integer(r).Cmp(integer(&want)) != 0 || !carried(r) {
				t.Fatalf("%s(%v) = %v", name, x, r)
			}
		}
		if x.Equal(&want) != 1 || x.IsNegative() != want.IsNegative() || string(x.Bytes()) != string(want.Bytes()) {
			t.Fatalf("%v differs from its carried form %v", x, want)
		}
	}
	// The far end of what carry takes.
	for _, signs := range []int{0, 1023, 0b0101010101, 0b1010101010} {
		x := extreme(1<<30, signs)
		var got Element
		if got.Add(x, new(Element)); integer(&got).Cmp(integer(x)) != 0 || !carried(&got) {
			t.Fatalf("carry of %v = %v", x, got)
		}
	}
}
