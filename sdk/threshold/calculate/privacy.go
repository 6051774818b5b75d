package calculate

import (
	"errors"
	"math"
	"math/big"

	"github.com/veilhash/veilhash/sdk/threshold"
)

var (
	// ErrPrior reports a prior with a weight that is negative or not finite,
	// or without a positive one.
	ErrPrior = errors.New("calculate: prior is not a list of weights with a positive sum")
	// ErrFraction reports a fraction of a period outside 0..1.
	ErrFraction = errors.New("calculate: fraction of the period is not between 0 and 1")
	// ErrImpossible reports an observed count that the prior gives no chance.
	ErrImpossible = errors.New("calculate: observed count is impossible under this prior")
)

// A Guarantee is the differential privacy of one account's count of matches in
// one period, for one true match more or less, below the threshold.
type Guarantee struct {
	Epsilon, Delta float64
	// Mean and Deviation are those of the number of synthetic points.
	Mean, Deviation float64
}

// GuaranteeFor returns the guarantee for w synthetic points at most. The error
// is threshold.ErrParams.
func GuaranteeFor(synthetic int) (Guarantee, error) {
	blur, err := threshold.NewBlur(synthetic)
	if err != nil {
		return Guarantee{}, err
	}
	g := Guarantee{Epsilon: math.Ln2, Delta: 1 / float64(blur.Total()), Mean: float64(synthetic) / 2}
	for s := range synthetic + 1 {
		g.Deviation += blur.Probability(s) * (float64(s) - g.Mean) * (float64(s) - g.Mean)
	}
	g.Deviation = math.Sqrt(g.Deviation)
	return g, nil
}

// Posterior returns what an operator may believe about the number k of true
// points of an account, given how likely it held each k before (prior[k], any
// scale), and that it sees observed distinct points:
//
//	Pr[k | observed] ∝ prior[k]·Pr[S = observed − k].
//
// The result has the prior's length and sums to one. Errors:
// threshold.ErrParams, ErrPrior, ErrImpossible.
func Posterior(synthetic int, prior []float64, observed int) ([]float64, error) {
	blur, err := threshold.NewBlur(synthetic)
	if err != nil {
		return nil, err
	}
	before := 0.0
	for _, p := range prior {
		if !(p >= 0) || math.IsInf(p, 1) {
			return nil, ErrPrior
		}
		before += p
	}
	if before == 0 || math.IsInf(before, 1) {
		return nil, ErrPrior
	}
	posterior := make([]float64, len(prior))
	total := 0.0
	for k, p := range prior {
		posterior[k] = p / before * blur.Probability(observed-k)
		total += posterior[k]
	}
	if total == 0 {
		return nil, ErrImpossible
	}
	for k := range posterior {
		posterior[k] /= total
	}
	return posterior, nil
}

// SubsetBits returns the base-2 logarithm of how many random subsets of T
// points a server tries on average until one holds true points only: C(n, T) /
// C(true, T) for n points of which so many are true. It is +Inf when fewer than
// T are true: then no subset opens anything. The error is threshold.ErrParams
// for a T out of range or a negative number.
func SubsetBits(T, genuine, synthetic int) (float64, error) {
	if T < 1 || T > threshold.MaxThreshold || genuine < 0 || synthetic < 0 || genuine > MaxPictures || synthetic > MaxPictures {
		return 0, threshold.ErrParams
	}
	if genuine < T {
		return math.Inf(1), nil
	}
	// The quotient of the binomials, factor by factor: T factors of at least 1.
	tries := number(1)
	for i := range T {
		tries.Mul(tries, number(float64(genuine+synthetic-i)))
		tries.Quo(tries, number(float64(genuine-i)))
	}
	mantissa := new(big.Float)
	exponent := tries.MantExp(mantissa)
	m, _ := mantissa.Float64()
	return math.Log2(m) + float64(exponent), nil
}

// Thinned returns the distribution of the number of synthetic points that an
// account has sent when each was due with this probability, independently:
// after that fraction of the period, or for an account that was active in that
// fraction of it. Entry s is the probability of s points, s = 0..w. Errors:
// threshold.ErrParams, ErrFraction.
func Thinned(synthetic int, fraction float64) ([]float64, error) {
	blur, err := threshold.NewBlur(synthetic)
	if err != nil {
		return nil, err
	}
	if !(fraction >= 0 && fraction <= 1) {
		return nil, ErrFraction
	}
	sent := make([]float64, synthetic+1)
	binomial := make([]float64, 1, synthetic+1)
	binomial[0] = 1 // of 0 points
	for n := 0; ; n++ {
		for s, p := range binomial {
			sent[s] += blur.Probability(n) * p
		}
		if n == synthetic {
			return sent, nil
		}
		// Of n+1 points: one more with this probability.
		binomial = append(binomial, 0)
		for s := n + 1; s > 0; s-- {
			binomial[s] = binomial[s]*(1-fraction) + binomial[s-1]*fraction
		}
		binomial[0] *= 1 - fraction
	}
}

// Delta returns the smallest δ with which k + S is (ε, δ)-differentially
// private in k, for one more or less, where distribution[s] = Pr[S = s]:
//
//	max over k′ = k ± 1 of Σ_n max(0, Pr[k + S = n] − e^ε·Pr[k′ + S = n]).
func Delta(distribution []float64, epsilon float64) float64 {
	at := func(s int) float64 {
		if s < 0 || s >= len(distribution) {
			return 0
		}
		return distribution[s]
	}
	var up, down float64
	for s, p := range distribution {
		up += max(0, p-math.Exp(epsilon)*at(s-1))
		down += max(0, p-math.Exp(epsilon)*at(s+1))
	}
	return max(up, down)
}
