package threshold

// A Blur is the distribution of the number S of synthetic points in a period:
// the discrete Laplace (two-sided geometric) distribution with ratio 1/2,
// centred on w/2 and truncated to 0..w,
//
//	Pr[S = s] = 2^min(s, w−s) / Z,   Z = Σ 2^min(s, w−s),
//
// with Z = 3·2^(w/2) − 2 for even w and 4·2^((w−1)/2) − 2 for odd w. All of it
// is whole numbers below 2^35, so the probabilities are exact rationals.
//
// An operator sees k + S, where k is the number of true points. Neighbouring
// probabilities differ by a factor of at most 2, except at the ends, where the
// mass 1/Z falls off: so the sum is (ε, δ)-differentially private in k, for
// one true point more or less, with
//
//	ε = ln 2 and δ = 1/Z exactly.
//
// (Dwork et al. 2006 for the definition; Ghosh, Roughgarden and Sundararajan
// 2009 for why the geometric shape; docs/threshold.md for the proof, the
// posterior, and what it does not hide.)
//
// The ratio is fixed: with ratio 1/2, w = 32 has δ = 5·10⁻⁶. Ratios nearer to
// one would trade a smaller ε for a δ that grows like ratio^(w/2).
type Blur struct{ w int }

// NewBlur returns the distribution for w synthetic points at most, or
// ErrParams. For w = 0 there is no blur: δ is one.
func NewBlur(synthetic int) (Blur, error) {
	if synthetic < 0 || synthetic > MaxSynthetic {
		return Blur{}, ErrParams
	}
	return Blur{synthetic}, nil
}

// Weight returns 2^min(s, w−s), the numerator of Pr[S = s], and 0 outside 0..w.
func (b Blur) Weight(s int) uint64 {
	if s < 0 || s > b.w {
		return 0
	}
	return 1 << min(s, b.w-s)
}

// Total returns Z, the common denominator. δ is 1/Z.
func (b Blur) Total() uint64 {
	if b.w%2 == 0 {
		return 3<<(b.w/2) - 2
	}
	return 4<<(b.w/2) - 2
}

// Probability returns Pr[S = s], rounded to the nearest float64.
func (b Blur) Probability(s int) float64 { return float64(b.Weight(s)) / float64(b.Total()) }

// sample draws S: u uniform below Z, and S is the number of s < w whose
// cumulative weight is at most u. The search reads all of them, whatever u is.
func (b Blur) sample(s wordSource) int {
	u := uniformBelow(s, b.Total())
	count := 0
	cumulative := uint64(0)
	for i := range b.w {
		cumulative += b.Weight(i)
		// Both are below 2^63, so the top bit of the difference is the borrow.
		count += 1 - int((u-cumulative)>>63)
	}
	return count
}
