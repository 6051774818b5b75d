package calculate

import (
	"errors"
	"math"
	"math/big"
	"runtime"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/threshold"
)

func contains(i Interval, exact *big.Rat) bool {
	low, high := new(big.Rat).SetFloat64(i.Low), new(big.Rat).SetFloat64(i.High)
	return low.Cmp(exact) <= 0 && exact.Cmp(high) <= 0
}

// narrow reports whether an interval is as small as float64 allows.
func narrow(i Interval) bool { return i.High <= math.Nextafter(math.Nextafter(i.Low, 2), 2) }

// TestBinomialExactly compares with exact rationals.
func TestBinomialExactly(t *testing.T) {
	for _, f := range []float64{0, 1e-9, 0.001, 0.25, 0.5, 0.9, 1 - 1e-9} {
		for _, n := range []int{0, 1, 2, 7, 40} {
			m := Model{FalsePositive: f, Pictures: n}
			p := new(big.Rat).SetFloat64(f)
			q := new(big.Rat).Sub(big.NewRat(1, 1), p)
			tail := new(big.Rat)
			for T := n + 2; T >= 0; T-- {
				term := new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(T)))
				for range T {
					term.Mul(term, p)
				}
				for range n - T {
					term.Mul(term, q)
				}
				tail.Add(tail, term)
				got, err := m.Tail(T)
				if err != nil || !contains(got, tail) || !narrow(got) {
					exact, _ := tail.Float64()
					t.Fatalf("f = %g, n = %d, T = %d: %v does not enclose %g closely (%v)", f, n, T, got, exact, err)
				}
			}
		}
	}
}

// TestTailReferences compares with values of mpmath 1.3 at 60 digits: the
// binomial by its terms, Pólya–Aeppli by its closed form
// p_k = e^-λ·Σ_j C(k−1,j−1)·(λ(1−ρ))^j/j!·ρ^(k−j), not by a recursion.
func TestTailReferences(t *testing.T) {
	for _, c := range []struct {
		model Model
		T     int
		want  float64
	}{
		{Model{1e-10, 10000, 0}, 1, 9.9999950005016665e-7},
		{Model{1e-10, 10000, 1}, 3, 1.6661654507503622e-19},
		{Model{0.001, 1000, 0}, 10, 1.0742833868464873e-7},
		{Model{0.5, 100, 0}, 60, 0.028443966820490396},
		{Model{1e-6, 100000000, 0}, 180, 4.1047199273191224e-13},
		{Model{1e-6, 10000, 5}, 3, 0.00127936005346656},
		{Model{0.0001, 5000, 8}, 30, 0.0014290484014614764},
		{Model{2e-5, 100000, 20}, 100, 0.0007585145167718468},
		{Model{0.001, 1000, 1.25}, 10, 8.2600160643713908e-5},
	} {
		got, err := c.model.Tail(c.T)
		if err != nil || !narrow(got) || math.Abs(got.Low/c.want-1) > 1e-14 {
			t.Errorf("%+v, T = %d: %v, want %g (%v)", c.model, c.T, got, c.want, err)
		}
	}
}

// TestBurstMoments: mean n·f and variance n·f·(2B − 1), and terms that sum to
// one.
func TestBurstMoments(t *testing.T) {
	for _, c := range []struct {
		f float64
		n int
		B float64
	}{{1e-3, 4000, 1.5}, {1e-3, 4000, 10}, {0.01, 3000, 4}} {
		s := newBurst(c.f, c.n, c.B)
		var total, mean, square float64
		for k := range 1500 {
			p, _ := s.next().Float64()
			total += p
			mean += p * float64(k)
			square += p * float64(k) * float64(k)
		}
		want := c.f * float64(c.n)
		if math.Abs(total-1) > 1e-12 || math.Abs(mean/want-1) > 1e-10 ||
			math.Abs((square-mean*mean)/(want*(2*c.B-1))-1) > 1e-9 {
			t.Errorf("%+v: sum %g, mean %g, variance %g", c, total, mean, square-mean*mean)
		}
	}
}

// TestRestBounds: what a series says of the rest is never below it.
func TestRestBounds(t *testing.T) {
	for _, s := range []func() series{
		func() series { return newBinomial(0.3, 60) },
		func() series { return newBinomial(1e-6, 1000) },
		func() series { return newBurst(1e-3, 4000, 10) },
		func() series { return newBurst(1e-6, 4000, 500) },
		func() series { return newBurst(1e-6, 4000, 1.0001) },
	} {
		const terms = 3000
		all, bounds := s(), s()
		p := make([]*big.Float, terms)
		for k := range p {
			p[k] = all.next()
		}
		tail := make([]*big.Float, terms+1)
		tail[terms] = number(0)
		for k := terms - 1; k >= 0; k-- {
			tail[k] = number(0).Add(tail[k+1], p[k])
		}
		for k := range 200 {
			if k > 0 {
				bounds.next()
			}
			// Both are rounded, to 320 bits.
			rest := bounds.rest()
			if rest.Add(rest, number(0).SetMantExp(rest, -200)).Cmp(tail[k]) < 0 {
				t.Fatalf("%T: the rest from %d is %v, bounded by %v", all, k, tail[k], rest)
			}
		}
	}
}

func TestExponential(t *testing.T) {
	for _, x := range []float64{0, 1e-300, 1e-9, 0.5, 1, 20, 700} {
		got, _ := exponential(number(x)).Float64()
		if math.Abs(got/math.Exp(x)-1) > 1e-14 {
			t.Errorf("e^%g = %g", x, got)
		}
	}
	// e^a·e^b = e^(a+b), where float64 cannot follow.
	product := number(0).Mul(exponential(number(1e8)), exponential(number(9e8)))
	quotient, _ := product.Quo(product, exponential(number(1e9))).Float64()
	if math.Abs(quotient-1) > 1e-15 {
		t.Errorf("e^(10^8)·e^(9·10^8)/e^(10^9) = %g", quotient)
	}
}

// TestThresholdIsSmallest: the tail meets the target at T and misses it at
// T−1, as Tail computes it, by another way of summing.
func TestThresholdIsSmallest(t *testing.T) {
	seen := make(map[int]bool)
	for _, f := range []float64{1e-12, 1e-8, 1e-4} {
		for _, n := range []int{10, 20000} {
			for _, B := range []float64{0, 1, 2, 20} {
				for _, target := range []float64{0.1, 1e-6, 1e-12} {
					m := Model{f, n, B}
					a, err := m.Threshold(target)
					if err != nil {
						if !errors.Is(err, ErrNoThreshold) {
							t.Fatal(err)
						}
						most, _ := m.Tail(threshold.MaxThreshold)
						if most.High <= target {
							t.Fatalf("%+v for %g: %v, but the tail at 1024 is %v", m, target, err, most)
						}
						continue
					}
					seen[a.Threshold] = true
					at, _ := m.Tail(a.Threshold)
					less, _ := m.Tail(a.Threshold - 1)
					if at.High > target || less.Low <= target && a.Threshold > 1 {
						t.Fatalf("%+v for %g: T = %d with tails %v and %v", m, target, a.Threshold, at, less)
					}
					if math.Abs(a.AtThreshold.High-at.High) > 1e-12*at.High || math.Abs(a.OneLess.High-less.High) > 1e-12*less.High {
						t.Fatalf("%+v: %v and %v, want %v and %v", m, a.AtThreshold, a.OneLess, at, less)
					}
				}
			}
		}
	}
	if len(seen) < 10 || !seen[1] {
		t.Errorf("only the thresholds %v came up", seen)
	}
}

// TestBurstsRaiseTheThreshold: the same rate in bursts needs a higher one.
func TestBurstsRaiseTheThreshold(t *testing.T) {
	last := 0
	for _, B := range []float64{0, 2, 5, 20, 50} {
		a, err := Model{1e-8, 100000, B}.Threshold(1e-9)
		if err != nil || a.Threshold <= last {
			t.Fatalf("B = %g: T = %d after %d (%v)", B, a.Threshold, last, err)
		}
		last = a.Threshold
	}
}

func TestModelErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, m := range []Model{{-1e-9, 1, 0}, {1, 1, 0}, {nan, 1, 0}, {inf, 1, 0}, {0.1, -1, 0}, {0.1, MaxPictures + 1, 0},
		{0.1, 1, 0.5}, {0.1, 1, -1}, {0.1, 1, nan}, {0.1, 1, inf}, {0.1, 1, MaxBurst + 1}} {
		if _, err := m.Threshold(0.1); !errors.Is(err, ErrModel) {
			t.Errorf("%+v: %v, want ErrModel", m, err)
		}
		if _, err := m.Tail(1); !errors.Is(err, ErrModel) {
			t.Errorf("%+v: %v, want ErrModel", m, err)
		}
	}
	for _, target := range []float64{0, 1e-31, 1, -1, 2, nan, inf} {
		if _, err := (Model{}).Threshold(target); !errors.Is(err, ErrTarget) {
			t.Errorf("target %g: %v, want ErrTarget", target, err)
		}
	}
	for _, T := range []int{-1, threshold.MaxThreshold + 1} {
		if _, err := (Model{}).Tail(T); !errors.Is(err, ErrNoThreshold) {
			t.Errorf("T = %d: %v, want ErrNoThreshold", T, err)
		}
	}
}

// TestHopelessModelsEndSoon: the largest inputs give an answer or
// ErrNoThreshold in seconds at most.
func TestHopelessModelsEndSoon(t *testing.T) {
	start := time.Now()
	largest := float64(MaxBurst)
	if runtime.GOARCH == "wasm" {
		largest = 50 // the work is proportional to it
		t.Logf("mean bursts up to %g of %d under wasm", largest, MaxBurst)
	}
	for _, m := range []Model{{0.5, MaxPictures, 0}, {0.5, MaxPictures, largest}, {1 - 1e-16, MaxPictures, 2}, {0.001, 1000000, 0}, {1e-9, 10, largest}} {
		for _, target := range []float64{MinTarget, 0.5, 0.999999} {
			if _, err := m.Threshold(target); err != nil && !errors.Is(err, ErrNoThreshold) {
				t.Errorf("%+v for %g: %v", m, target, err)
			}
		}
		for _, T := range []int{0, threshold.MaxThreshold} {
			if _, err := m.Tail(T); err != nil {
				t.Errorf("%+v: %v", m, err)
			}
		}
	}
	t.Log(time.Since(start))
	none, err := Model{Pictures: 5, MeanBurst: 3}.Threshold(1e-9)
	if err != nil || none.Threshold != 1 || none.AtThreshold != (Interval{}) {
		t.Errorf("no false positives: %+v, %v", none, err)
	}
}

func TestPerAccount(t *testing.T) {
	if p, err := PerAccount(0.01, 1_000_000); err != nil || p != 1e-8 {
		t.Errorf("%g, %v", p, err)
	}
	for _, c := range []struct {
		expected float64
		accounts int
	}{{0, 1}, {-1, 1}, {1, 1}, {5, 2}, {0.1, 0}, {0.1, -5}, {-0.1, -5}, {math.NaN(), 1}, {math.Inf(1), 1}} {
		if _, err := PerAccount(c.expected, c.accounts); !errors.Is(err, ErrTarget) {
			t.Errorf("%+v: %v, want ErrTarget", c, err)
		}
	}
}
