package threshold

import (
	"errors"
	"math"
	"testing"
)

// weights is a distribution of S: weights[s] / their sum.
type weights []uint64

func (b weights) at(s int) uint64 {
	if s < 0 || s >= len(b) {
		return 0
	}
	return b[s]
}

// excess enumerates every count n that an operator can see and returns, as a
// numerator over the sum of weights, how much mass k true points put where
// k+1 (or k−1) put less than half as much:
//
//	Σ_n max(0, Pr[k + S = n] − 2·Pr[k′ + S = n])
//
// for both k′ = k ± 1; the larger of the two. That number is the smallest δ
// with which the distribution is (ln 2, δ)-differentially private.
func (b weights) excess() uint64 {
	var up, down uint64
	for n := -1; n <= len(b); n++ {
		here, after, before := b.at(n), b.at(n-1), b.at(n+1)
		if here > 2*after {
			up += here - 2*after
		}
		if here > 2*before {
			down += here - 2*before
		}
	}
	return max(up, down)
}

// private reports whether δ is at most what Blur states for w.
func (b weights) private(w int) bool {
	var total uint64
	for _, weight := range b {
		total += weight
	}
	// excess/total ≤ 1/Z. Below 2^64 for w ≤ 40.
	return b.excess()*Blur{w}.Total() <= total
}

func blurWeights(w int) weights {
	b := make(weights, w+1)
	for s := range b {
		b[s] = Blur{w}.Weight(s)
	}
	return b
}

// TestBlurIsDifferentiallyPrivate: (ln 2, 1/Z) by exact enumeration, for every
// w, and no smaller δ would do.
func TestBlurIsDifferentiallyPrivate(t *testing.T) {
	for w := range MaxSynthetic + 1 {
		b := blurWeights(w)
		if got := b.excess(); got != 1 {
			t.Errorf("w = %d: δ is %d/Z, want 1/Z", w, got)
		}
		var total uint64
		var mean float64
		for s, weight := range b {
			total += weight
			mean += float64(s) * Blur{w}.Probability(s)
			if weight != b[w-s] || weight == 0 {
				t.Errorf("w = %d: not symmetric at %d", w, s)
			}
		}
		if total != (Blur{w}).Total() {
			t.Errorf("w = %d: Z is %d, the weights sum to %d", w, Blur{w}.Total(), total)
		}
		if math.Abs(mean-float64(w)/2) > 1e-9 {
			t.Errorf("w = %d: mean %g, want %g", w, mean, float64(w)/2)
		}
	}
	if got := 1 / float64(Blur{32}.Total()); math.Abs(got-5.0863e-6) > 1e-9 {
		t.Errorf("δ at w = 32 is %g, the documentation says 5.09·10⁻⁶", got)
	}
}

// TestBlurCheckCatches: the enumeration finds each of these faults.
func TestBlurCheckCatches(t *testing.T) {
	uniform := make(weights, 33)
	for s := range uniform {
		uniform[s] = 1
	}
	constant := make(weights, 33)
	constant[16] = 1
	bump := blurWeights(32)
	bump[10] *= 3
	gap := blurWeights(32)
	gap[16] = 0
	steep := make(weights, 33)
	for s := range steep {
		steep[s] = blurWeights(32)[s] * blurWeights(32)[s]
	}
	short := blurWeights(32)[:32] // truncated on one side only
	if !blurWeights(32).private(32) {
		t.Error("the blur fails its own check")
	}
	for name, b := range map[string]weights{
		"constant": constant, "bump": bump, "gap": gap, "steep": steep, "short": short, "uniform": uniform,
		"of half the width": blurWeights(16),
	} {
		if b.private(32) {
			t.Errorf("%s passes", name)
		}
	}
}

// TestBlurSampleIsExact enumerates all values below Z: each s comes from
// exactly Weight(s) of them.
func TestBlurSampleIsExact(t *testing.T) {
	for w := range 21 {
		b := Blur{w}
		counts := make([]uint64, w+1)
		for u := range b.Total() {
			counts[b.sample(&words{u})]++
		}
		for s, c := range counts {
			if c != b.Weight(s) {
				t.Fatalf("w = %d: %d comes from %d values, want %d", w, s, c, b.Weight(s))
			}
		}
	}
	// The largest: the ends and the steps around the centre.
	b := Blur{MaxSynthetic}
	var below uint64
	for s := range MaxSynthetic + 1 {
		if got := b.sample(&words{below}); got != s {
			t.Errorf("first value of %d gives %d", s, got)
		}
		below += b.Weight(s)
		if got := b.sample(&words{below - 1}); got != s {
			t.Errorf("last value of %d gives %d", s, got)
		}
	}
}

func TestNewBlur(t *testing.T) {
	for _, w := range []int{-1, MaxSynthetic + 1} {
		if _, err := NewBlur(w); !errors.Is(err, ErrParams) {
			t.Errorf("w = %d: %v, want ErrParams", w, err)
		}
	}
	b, err := NewBlur(2)
	if err != nil || b.Probability(1) != 0.5 || b.Probability(3) != 0 || b.Probability(-1) != 0 {
		t.Errorf("w = 2: %v, %v", b, err)
	}
}
