package evaluate

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/threshold/calculate"
)

// Accusations is the threshold at which an innocent account is opened no oftener than wanted, for one rate of false matches a picture.
type Accusations struct {
	Scheme    string  `json:"scheme"`
	Rate      float64 `json:"false_positives_a_picture"`
	Basis     string  `json:"basis"` // what the rate rests on: a proof, or an extrapolation
	Pictures  int     `json:"pictures_a_period"`
	MeanBurst float64 `json:"mean_burst"` // 0: independent errors
	Target    float64 `json:"target"`     // probability for one account and period

	Threshold int     `json:"threshold"` // 0: none, or none up to the largest that the protocol allows
	Opened    float64 `json:"opened"`    // the probability at that threshold
}

// accusations are the thresholds for a scheme at a million entries, independent and bursty, by what was extrapolated and by what was proved.
func accusations(f *FalsePositives, cfg AccusationConfig) ([]Accusations, error) {
	type basis struct {
		name string
		rate float64
	}
	var bases []basis
	if f.Fit != nil {
		bases = append(bases, basis{"extrapolated", f.Fit.Million.Value}, basis{"extrapolated, upper end of the interval", f.Fit.Million.High})
	}
	bases = append(bases, basis{"proven bound", min(1, f.Bound95*1e6)})
	var out []Accusations
	for _, b := range bases {
		for _, burst := range []float64{0, cfg.MeanBurst} {
			a := Accusations{Scheme: f.Method, Rate: b.rate, Basis: b.name, Pictures: cfg.Pictures, MeanBurst: burst, Target: cfg.Target}
			if b.rate >= 1 {
				out = append(out, a) // nothing is proved, and no threshold helps
				continue
			}
			answer, err := calculate.Model{FalsePositive: b.rate, Pictures: cfg.Pictures, MeanBurst: burst}.Threshold(cfg.Target)
			switch {
			case errors.Is(err, calculate.ErrNoThreshold):
			case err != nil:
				return nil, err
			default:
				a.Threshold, a.Opened = answer.Threshold, answer.AtThreshold.High
			}
			out = append(out, a)
		}
	}
	return out, nil
}

// AccusationConfig is what a chosen rate of false accusations refers to.
type AccusationConfig struct {
	Pictures  int     // an account sends in a period
	MeanBurst float64 // mean number of false matches that come together
	Target    float64 // probability that an innocent account is opened in a period
}
