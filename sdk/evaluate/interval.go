package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Rate is a measured proportion with its 95 % interval.
type Rate struct {
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Hits   int     `json:"hits"`
	Trials int     `json:"trials"`
}

const normal975 = 1.959963984540054 // the normal distribution's 97.5 % point

// wilson is the score interval of a proportion (Wilson 1927), for trials that are independent: one copy of each picture.
func wilson(hits, trials int) Rate {
	r := Rate{Hits: hits, Trials: trials, High: 1}
	if trials == 0 {
		return r
	}
	n, z2 := float64(trials), normal975*normal975
	r.Value = float64(hits) / n
	mid := (r.Value + z2/(2*n)) / (1 + z2/n)
	half := normal975 / (1 + z2/n) * math.Sqrt(r.Value*(1-r.Value)/n+z2/(4*n*n))
	r.Low, r.High = max(0, mid-half), min(1, mid+half)
	return r
}

// upperBound is the one-sided 95 % bound of Clopper and Pearson (1934) on the probability of an event that was seen so often in so many trials. Without
// events it is 1 − 0.05^(1/trials), which is nearly 3/trials, the rule of three.
func upperBound(events, trials float64) float64 {
	if trials <= 0 || events >= trials {
		return 1
	}
	// The bound is where the probability of at most so many events has sunk to 5 %. For the rare events here the Poisson distribution stands in for the
	// binomial, whose tail is lighter: the bound errs upwards.
	low, high := events, events+10*math.Sqrt(events+1)+10
	for range 100 {
		mid := (low + high) / 2
		if poissonAtMost(events, mid) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return min(1, high/trials)
}

// poissonAtMost is the probability of at most k events where mean are expected.
func poissonAtMost(k, mean float64) float64 {
	sum := 0.0
	for i := 0.0; i <= k; i++ {
		lg, _ := math.Lgamma(i + 1)
		sum += math.Exp(i*math.Log(mean) - mean - lg)
	}
	return sum
}

// percentiles are the bounds of the middle 95 % of values, which it sorts.
func percentiles(values []float64) (low, high float64) {
	slices.Sort(values)
	at := func(q float64) float64 {
		return values[min(len(values)-1, max(0, int(math.Round(q*float64(len(values)-1)))))]
	}
	return at(0.025), at(0.975)
}

// resamples draws n numbers below n, with replacement, as often as times says, the same for the same seed.
func resamples(seed uint64, n, times int, use func(weights []int)) {
	r := rand.New(rand.NewPCG(seed, 0xb007))
	weights := make([]int, n)
	for range times {
		clear(weights)
		for range n {
			weights[r.IntN(n)]++
		}
		use(weights)
	}
}
