package calculate

import (
	"math"
	"math/big"
)

// precision is the number of bits of every big.Float here.
const precision = 320

var half = number(0.5)

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// A series is a distribution over 0, 1, 2, …, given term by term.
type series interface {
	// next returns the next probability, p_0 first. The caller owns it.
	next() *big.Float
	// rest returns an upper bound of the sum of all terms not yet given.
	rest() *big.Float
}

// enclose returns float64 bounds of [v, v+rest], widened by the rounding
// errors of v, which are below 2^-200 of it.
func enclose(v, rest *big.Float) Interval {
	margin := number(0).SetMantExp(v, -200)
	low, accuracy := number(0).Sub(v, margin).Float64()
	if accuracy == big.Above {
		low = math.Nextafter(low, 0)
	}
	upper := number(0).Add(v, rest)
	high, accuracy := upper.Add(upper, margin).Float64()
	if accuracy == big.Below {
		high = math.Nextafter(high, 2)
	}
	return Interval{max(low, 0), min(high, 1)}
}

// binomial is the distribution of the successes among n trials:
// p_0 = (1−f)^n, p_{k+1} = p_k·(n−k)/(k+1)·f/(1−f).
type binomial struct {
	n, k int // k is the index of the next term
	odds *big.Float
	term *big.Float
}

func newBinomial(f float64, n int) *binomial {
	q := number(1)
	q.Sub(q, number(f))
	return &binomial{n: n, odds: number(0).Quo(number(f), q), term: power(q, n)}
}

func (b *binomial) next() *big.Float {
	p := number(0).Set(b.term)
	b.term.Mul(b.term, b.ratio())
	b.k++
	return p
}

// ratio returns p_{k+1}/p_k. It falls with k.
func (b *binomial) ratio() *big.Float {
	if b.k >= b.n {
		return number(0)
	}
	r := number(float64(b.n - b.k))
	r.Quo(r, number(float64(b.k+1)))
	return r.Mul(r, b.odds)
}

// rest is p_k·(1 + r + r² + …) with r = p_{k+1}/p_k, once r is below 1.
func (b *binomial) rest() *big.Float {
	left := number(1)
	left.Sub(left, b.ratio())
	if left.Sign() <= 0 {
		return number(1)
	}
	return left.Quo(b.term, left)
}

// burst is the compound Poisson distribution with rate λ = n·f/B of bursts and
// geometric sizes, Pr[size = j] = (1−ρ)·ρ^(j−1), ρ = 1 − 1/B. Panjer's
// recursion,
//
//	p_0 = e^-λ,   p_k = λ(1−ρ)/k · W_k,   W_k = Σ_{j=1..k} j·ρ^(j−1)·p_{k−j},
//
// needs W_{k+1} = p_k + ρ·(W_k + S_k) with S_{k+1} = p_k + ρ·S_k, S_1 = p_0
// only: all terms are positive.
type burst struct {
	k                int // index of the next term
	lambda, rho      float64
	bigRho, scale    *big.Float // ρ and λ(1−ρ)
	term, ones, ramp *big.Float // p_k, S_k, W_k
}

func newBurst(f float64, n int, mean float64) *burst {
	lambda := number(f)
	lambda.Mul(lambda, number(float64(n)))
	lambda.Quo(lambda, number(mean))
	inverse := number(1)
	inverse.Quo(inverse, number(mean)) // 1 − ρ
	rho := number(1)
	rho.Sub(rho, inverse)
	s := &burst{
		bigRho: rho,
		scale:  number(0).Mul(lambda, inverse),
		term:   number(0).Quo(number(1), exponential(lambda)),
		ones:   number(0),
		ramp:   number(0),
	}
	s.lambda, _ = lambda.Float64()
	s.rho, _ = rho.Float64()
	return s
}

func (s *burst) next() *big.Float {
	p := number(0).Set(s.term)
	s.ramp.Add(s.ramp, s.ones)
	s.ramp.Mul(s.ramp, s.bigRho)
	s.ramp.Add(s.ramp, p)
	s.ones.Mul(s.ones, s.bigRho)
	s.ones.Add(s.ones, p)
	s.k++
	s.term.Mul(s.scale, s.ramp)
	s.term.Quo(s.term, number(float64(s.k)))
	return p
}

// rest is Chernoff's bound: Pr[X ≥ k] ≤ E[z^X]/z^k for 1 < z < 1/ρ, where
// E[z^X] = exp(λ(z−1)/(1−ρz)), at the best of a few z between. It is computed
// in float64 and rounded up by more than float64 can be wrong.
func (s *burst) rest() *big.Float {
	best := 0.0
	span := 1/s.rho - 1
	for _, part := range [...]float64{.9375, .875, .75, .625, .5, .375, .25, .125, .0625, 1. / 32, 1. / 64, 1. / 256, 1. / 1024, 1. / 4096} {
		up := span * part // z − 1
		growth := s.lambda * up / (1 - s.rho*(1+up))
		decay := float64(s.k) * math.Log1p(up)
		// A millionth of both for the rounding of logarithm and products.
		best = min(best, (growth-decay+1e-6*(growth+decay))/math.Ln2+1)
	}
	// From −2^31 on the bound would leave the range of big.Float.
	return number(0).SetMantExp(number(1), int(math.Ceil(max(best, -1<<30))))
}

// power returns x^n for n ≥ 0 by squaring.
func power(x *big.Float, n int) *big.Float {
	result, square := number(1), number(0).Set(x)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result.Mul(result, square)
		}
		square.Mul(square, square)
	}
	return result
}

// exponential returns e^x for x ≥ 0: the Taylor series at x/2^k below 2^-8,
// squared k times. Each squaring doubles the relative error, 2^-310 at first;
// x ≤ 10^9 gives k ≤ 38.
func exponential(x *big.Float) *big.Float {
	k := max(0, x.MantExp(nil)+8)
	if x.Sign() == 0 {
		k = 0
	}
	y := number(0).SetMantExp(x, -k)
	total, term := number(1), number(1)
	for i := 1; term.Sign() != 0 && term.MantExp(nil) > -precision-8; i++ {
		term.Mul(term, y)
		term.Quo(term, number(float64(i)))
		total.Add(total, term)
	}
	for range k {
		total.Mul(total, total)
	}
	return total
}
