package threshold

import (
	"math/big"
	"testing"
)

var (
	bigModulus = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 61), big.NewInt(1))
	// edges are the operands where carries and reductions change.
	edges = []element{0, 1, 2, 3, 1<<30 - 1, 1 << 30, 1<<31 + 1, 1<<32 - 1, 1 << 32, 1 << 60, 1<<60 + 1,
		modulus / 2, modulus - 3, modulus - 2, modulus - 1}
)

func bigOf(a element) *big.Int { return new(big.Int).SetUint64(uint64(a)) }

func fromBig(a *big.Int) element { return element(new(big.Int).Mod(a, bigModulus).Uint64()) }

func TestModulusIsPrime(t *testing.T) {
	if !bigModulus.ProbablyPrime(20) || bigModulus.Uint64() != modulus {
		t.Fatal("2^61 − 1 is not the prime that it should be")
	}
}

// TestFieldAgainstBig compares every operation with math/big, on all pairs of
// edges and on random operands.
func TestFieldAgainstBig(t *testing.T) {
	check := func(a, b element) {
		t.Helper()
		x, y := bigOf(a), bigOf(b)
		for _, c := range []struct {
			name      string
			got, want element
		}{
			{"add", a.add(b), fromBig(new(big.Int).Add(x, y))},
			{"sub", a.sub(b), fromBig(new(big.Int).Sub(x, y))},
			{"mul", a.mul(b), fromBig(new(big.Int).Mul(x, y))},
			{"inverse", a.inverse(), fromBig(new(big.Int).Exp(x, new(big.Int).Sub(bigModulus, big.NewInt(2)), bigModulus))},
			{"squared", a.squared(3), fromBig(new(big.Int).Exp(x, big.NewInt(8), bigModulus))},
		} {
			if c.got != c.want || c.got >= modulus {
				t.Fatalf("%s(%d, %d) = %d, want %d", c.name, a, b, c.got, c.want)
			}
		}
	}
	for _, a := range edges {
		for _, b := range edges {
			check(a, b)
		}
	}
	r := seeded(t)
	for range trials(t, 20000) {
		check(randomElement(r), randomElement(r))
	}
}

// TestReduceOnce covers the whole range of sums at its ends.
func TestReduceOnce(t *testing.T) {
	for v, want := range map[uint64]element{
		0: 0, 1: 1, modulus - 1: modulus - 1, modulus: 0, modulus + 1: 1, 2*modulus - 1: modulus - 1,
	} {
		if got := reduceOnce(v); got != want {
			t.Errorf("reduceOnce(%d) = %d, want %d", v, got, want)
		}
	}
}

func TestInverse(t *testing.T) {
	if element(0).inverse() != 0 {
		t.Error("the inverse of 0 is not 0")
	}
	r := seeded(t)
	v := append([]element(nil), edges[1:]...)
	for range 100 {
		v = append(v, 1+element(r.Uint64N(modulus-1)))
	}
	inverted := append([]element(nil), v...)
	invertAll(inverted)
	for i, a := range v {
		if a.mul(a.inverse()) != 1 {
			t.Errorf("%d times its inverse is not 1", a)
		}
		if inverted[i] != a.inverse() {
			t.Errorf("invertAll differs from inverse at %d", a)
		}
	}
	invertAll(nil)
}

func TestEvaluate(t *testing.T) {
	r := seeded(t)
	for n := range 40 {
		f := make([]element, n)
		want := new(big.Int)
		x := randomElement(r)
		for j := range f {
			f[j] = randomElement(r)
			power := new(big.Int).Exp(bigOf(x), big.NewInt(int64(j)), bigModulus)
			want.Add(want, power.Mul(power, bigOf(f[j])))
		}
		if got := evaluate(f, x); got != fromBig(want) {
			t.Fatalf("%d coefficients: %d, want %d", n, got, fromBig(want))
		}
	}
}

func TestDot(t *testing.T) {
	r := seeded(t)
	for n := range 200 {
		a, b := make([]element, n), make([]element, n)
		want := new(big.Int)
		for k := range a {
			a[k], b[k] = randomElement(r), modulus-1
			if n%2 == 0 {
				a[k] = modulus - 1 // the largest sums there are
			}
			want.Add(want, new(big.Int).Mul(bigOf(a[k]), bigOf(b[k])))
		}
		if got := dot(a, b); got != fromBig(want) || got >= modulus {
			t.Fatalf("%d terms: %d, want %d", n, got, fromBig(want))
		}
	}
}
