package calculate

import (
	"errors"
	"math"
	"testing"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// TestPosteriorKeepsThePromise: seeing the count multiplies the odds between
// neighbouring k by at most e^ε = 2, for every prior and every count, unless
// one of the two is excluded; and that happens with probability δ.
func TestPosteriorKeepsThePromise(t *testing.T) {
	const w = 32
	g, err := GuaranteeFor(w)
	if err != nil {
		t.Fatal(err)
	}
	blur, _ := threshold.NewBlur(w)
	prior := []float64{0.97, 0.01, 0.008, 0.007, 0.003, 0.002}
	excluded := make([]float64, len(prior))
	for n := range w + len(prior) {
		post, err := Posterior(w, prior, n)
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for k, p := range post {
			total += p
			if k == 0 {
				continue
			}
			if p == 0 || post[k-1] == 0 {
				excluded[k] += blur.Probability(n - k)
				continue
			}
			change := p / post[k-1] / (prior[k] / prior[k-1])
			if change > math.Exp(g.Epsilon)*(1+1e-9) || change < math.Exp(-g.Epsilon)*(1-1e-9) {
				t.Errorf("n = %d: the odds of %d against %d change by %g", n, k, k-1, change)
			}
		}
		if math.Abs(total-1) > 1e-12 {
			t.Errorf("n = %d: the posterior sums to %g", n, total)
		}
	}
	for k := 1; k < len(prior); k++ {
		if excluded[k] > g.Delta*(1+1e-9) {
			t.Errorf("k = %d gives itself away with probability %g, δ is %g", k, excluded[k], g.Delta)
		}
	}
}

func TestPosteriorErrors(t *testing.T) {
	for _, prior := range [][]float64{nil, {0}, {-1, 2}, {math.NaN()}, {math.Inf(1)}, {math.MaxFloat64, math.MaxFloat64}} {
		if _, err := Posterior(4, prior, 1); !errors.Is(err, ErrPrior) {
			t.Errorf("%v: %v, want ErrPrior", prior, err)
		}
	}
	for _, n := range []int{-1, 6} {
		if _, err := Posterior(4, []float64{1, 1}, n); !errors.Is(err, ErrImpossible) {
			t.Errorf("n = %d: %v, want ErrImpossible", n, err)
		}
	}
	if _, err := Posterior(-1, []float64{1}, 0); !errors.Is(err, threshold.ErrParams) {
		t.Errorf("w = −1: %v", err)
	}
	if _, err := GuaranteeFor(threshold.MaxSynthetic + 1); !errors.Is(err, threshold.ErrParams) {
		t.Errorf("w = 65: %v", err)
	}
}

func TestSubsetBits(t *testing.T) {
	for _, c := range []struct {
		T, genuine, synthetic int
		want                  float64
	}{
		{30, 30, 0, 0},
		{30, 30, 4, math.Log2(46376)},               // C(34, 30)
		{30, 30, 32, math.Log2(450883717216034179)}, // C(62, 30)
		{1, 1, 3, 2},
		{2, 3, 1, 1}, // C(4, 2)/C(3, 2)
		{2, 1, 5, math.Inf(1)},
	} {
		got, err := SubsetBits(c.T, c.genuine, c.synthetic)
		if err != nil || got != c.want && !(math.Abs(got-c.want) < 1e-9) {
			t.Errorf("%+v: %g bits (%v)", c, got, err)
		}
	}
	for _, c := range [][3]int{{0, 1, 1}, {1025, 1, 1}, {1, -1, 1}, {1, 1, -1}} {
		if _, err := SubsetBits(c[0], c[1], c[2]); !errors.Is(err, threshold.ErrParams) {
			t.Errorf("%v: %v, want ErrParams", c, err)
		}
	}
}

// TestDelta: the blur's own δ, and distributions whose δ is known.
func TestDelta(t *testing.T) {
	for w := range threshold.MaxSynthetic + 1 {
		whole, err := Thinned(w, 1)
		if err != nil {
			t.Fatal(err)
		}
		g, _ := GuaranteeFor(w)
		blur, _ := threshold.NewBlur(w)
		for s, p := range whole {
			if p != blur.Probability(s) {
				t.Fatalf("w = %d: the whole period is not the blur at %d", w, s)
			}
		}
		// e^(ln 2) is 2 but for one rounding.
		if got := Delta(whole, g.Epsilon); math.Abs(got-g.Delta) > 1e-15 {
			t.Errorf("w = %d: δ = %g, want %g", w, got, g.Delta)
		}
	}
	for _, c := range []struct {
		distribution []float64
		epsilon      float64
		want         float64
	}{
		{[]float64{1}, 5, 1},
		{[]float64{0.25, 0.25, 0.25, 0.25}, 0, 0.25},
		{[]float64{0.1, 0.8, 0.1}, math.Log(8), 0.1},
		{[]float64{0.1, 0.8, 0.1}, 0, 0.8},
	} {
		if got := Delta(c.distribution, c.epsilon); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v at ε = %g: δ = %g, want %g", c.distribution, c.epsilon, got, c.want)
		}
	}
}

// TestThinned: by the definition, with binomial coefficients.
func TestThinned(t *testing.T) {
	for _, fraction := range []float64{0, 0.25, 0.5, 1} {
		const w = 9
		got, err := Thinned(w, fraction)
		if err != nil {
			t.Fatal(err)
		}
		blur, _ := threshold.NewBlur(w)
		for s := range w + 1 {
			want := 0.0
			for n := s; n <= w; n++ {
				choose := 1.0
				for i := range s {
					choose = choose * float64(n-i) / float64(i+1)
				}
				want += blur.Probability(n) * choose * math.Pow(fraction, float64(s)) * math.Pow(1-fraction, float64(n-s))
			}
			if math.Abs(got[s]-want) > 1e-14 {
				t.Errorf("fraction %g: %d points with probability %g, want %g", fraction, s, got[s], want)
			}
		}
	}
	for _, fraction := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := Thinned(3, fraction); !errors.Is(err, ErrFraction) {
			t.Errorf("fraction %g: %v, want ErrFraction", fraction, err)
		}
	}
	if _, err := Thinned(-1, 1); !errors.Is(err, threshold.ErrParams) {
		t.Errorf("w = −1: %v", err)
	}
}
