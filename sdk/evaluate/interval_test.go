package evaluate

import (
	"math"
	"testing"
)

func TestWilson(t *testing.T) {
	// From R's binom::binom.confint(…, methods = "wilson").
	for _, c := range []struct {
		hits, trials int
		low, high    float64
	}{{0, 10, 0, 0.2775328}, {8, 10, 0.4901625, 0.9433178}, {10, 10, 0.7224672, 1}, {50, 100, 0.4038315, 0.5961685}} {
		r := wilson(c.hits, c.trials)
		if math.Abs(r.Low-c.low) > 1e-6 || math.Abs(r.High-c.high) > 1e-6 {
			t.Errorf("%d of %d: %.7f to %.7f, want %.7f to %.7f", c.hits, c.trials, r.Low, r.High, c.low, c.high)
		}
	}
	if r := wilson(0, 0); r.Low != 0 || r.High != 1 {
		t.Error("no trials prove something")
	}
}

func TestUpperBound(t *testing.T) {
	// One-sided 95 % bounds of a Poisson mean (chi-squared quantiles).
	for events, mean := range map[float64]float64{0: 2.995732, 1: 4.743865, 2: 6.295794, 10: 16.962219, 100: 118.078961} {
		if got := upperBound(events, 1e9) * 1e9; math.Abs(got-mean) > 1e-4*mean {
			t.Errorf("%g events: at most %.6f, want %.6f", events, got, mean)
		}
	}
	if upperBound(0, 0) != 1 || upperBound(5, 5) != 1 || upperBound(0, 1) != 1 {
		t.Error("a bound on nothing is not 1")
	}
}

func TestResamples(t *testing.T) {
	var first [][]int
	for range 2 {
		n := 0
		resamples(7, 10, 20, func(w []int) {
			sum := 0
			for _, x := range w {
				sum += x
			}
			if sum != 10 {
				t.Errorf("weights %v", w)
			}
			if n == len(first) {
				first = append(first, append([]int(nil), w...))
			} else if w[0] != first[n][0] || w[9] != first[n][9] {
				t.Error("the same seed draws otherwise")
			}
			n++
		})
		if n != 20 {
			t.Errorf("%d samples", n)
		}
	}
}

// A macro average gives every edit the same weight, and its interval is that of pictures.
func TestMacro(t *testing.T) {
	rows := outcomes{{found, found}, {found, missed}, {found, absent}, {missed, absent}}
	r := macro(rows, []int{0, 1}, 1, 200)
	if want := (3.0/4 + 1.0/2) / 2; r.Value != want || r.Hits != 4 || r.Trials != 6 {
		t.Errorf("%+v, want a rate of %v", r, want)
	}
	if !(r.Low < r.Value && r.Value < r.High) {
		t.Errorf("interval %v to %v", r.Low, r.High)
	}
	all := macro(outcomes{{found}, {found}, {found}}, []int{0}, 1, 200)
	if all.Value != 1 || all.High != 1 || all.Low > 0.5 {
		t.Errorf("three of three prove too much: %+v", all)
	}
	if none := macro(outcomes{{absent}}, []int{0}, 1, 10); none.Low != 0 || none.High != 1 {
		t.Errorf("nothing proves something: %+v", none)
	}
}
