package evaluate

import (
	"errors"
	"fmt"
	"math"

	"github.com/veilhash/veilhash/sdk/threshold/calculate"
)

// A Range is what is known of a number: not more than that it lies between these.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// ReportsModel is a service that goes over to end-to-end encryption, and what would become of its reports. Every input is a range; where its default comes
// from is in docs/research.md. Nothing in it is a measurement of this project but Recall and FalsePositive.
type ReportsModel struct {
	Reports  Range `json:"reports"`  // that the service makes a year, because it can see what is sent
	Known    Range `json:"known"`    // part of them that rest on a known picture; only these can be kept
	Recall   Range `json:"recall"`   // part of the copies that people really send that a scheme recognises
	Coverage Range `json:"coverage"` // part of the accounts concerned that run a client which scans, unmodified

	// MatchesPerSender describes how many known pictures an account that sends any sends in a period: geometric with this mean, so that most send few if it is low.
	MatchesPerSender Range `json:"matches_per_sender"`

	Accounts      float64 `json:"accounts"`       // innocent ones
	Pictures      int     `json:"pictures"`       // that each of them sends in a period
	Periods       float64 `json:"periods"`        // in a year
	FalsePositive Range   `json:"false_positive"` // probability that an innocent picture matches
	MeanBurst     float64 `json:"mean_burst"`     // mean number of false matches that come together; 0 for independent errors
}

// DefaultReportsModel has the defaults that docs/research.md gives sources and reasons for.
func DefaultReportsModel() ReportsModel {
	return ReportsModel{
		Reports: Range{6.9e6, 13.8e6}, Known: Range{0.5, 0.9}, Recall: Range{0.7, 0.97}, Coverage: Range{0.5, 0.95},
		MatchesPerSender: Range{1.5, 10},
		Accounts:         1e9, Pictures: 300, Periods: 12, FalsePositive: Range{1e-10, 1e-6}, MeanBurst: 5,
	}
}

// ErrReports: an input of the model is out of its range.
var ErrReports = errors.New("evaluate: input of the reports model out of range")

func (m *ReportsModel) check() error {
	for _, in := range []struct {
		name     string
		r        Range
		min, max float64
	}{
		{"reports", m.Reports, 0, 1e12}, {"known", m.Known, 0, 1}, {"recall", m.Recall, 0, 1}, {"coverage", m.Coverage, 0, 1},
		{"matches", m.MatchesPerSender, 1, 1e6}, {"false-positive", m.FalsePositive, 0, 0.5},
		{"accounts", Range{m.Accounts, m.Accounts}, 0, 1e11}, {"pictures", Range{float64(m.Pictures), float64(m.Pictures)}, 0, calculate.MaxPictures},
		{"periods", Range{m.Periods, m.Periods}, 0.01, 1e5},
	} {
		if !(in.r.Low >= in.min && in.r.Low <= in.r.High && in.r.High <= in.max) {
			return fmt.Errorf("%w: %s is from %g to %g, and must rise and lie within %g and %g", ErrReports, in.name, in.r.Low, in.r.High, in.min, in.max)
		}
	}
	return nil
}

// A ReportsRow is what follows for one threshold.
type ReportsRow struct {
	Threshold int `json:"threshold"`

	// SendersFound is the part of the accounts that send known pictures with a scanning client which are opened in a period.
	SendersFound Range `json:"senders_found"`

	// Kept is reports a year that would still be made, KeptPart their part of all reports.
	Kept     Range `json:"reports_kept"`
	KeptPart Range `json:"reports_kept_part"`

	// Accused is innocent accounts opened a year, by independent and by bursty errors. The second check and a person come after that.
	Accused       Range `json:"innocent_opened"`
	AccusedBursts Range `json:"innocent_opened_bursts"`
}

// Rows are what follows for each threshold. Errors are ErrReports and package calculate's.
//
// An account that sends k copies of known pictures in a period has a binomial number of matches; with k geometric, that number is geometric too, from one on.
// Reports follow the pictures: of an opened account all matches of the period are readable, so that the part kept is E[matches; matches ≥ T] / E[k].
func (m ReportsModel) Rows(thresholds []int) ([]ReportsRow, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	var out []ReportsRow
	for _, t := range thresholds {
		if t < 1 {
			return nil, fmt.Errorf("%w: a threshold of %d", ErrReports, t)
		}
		row := ReportsRow{Threshold: t}
		senders := func(r, mu float64) float64 { p, _ := matches(t, r, mu); return p }
		kept := func(r, mu float64) float64 { _, k := matches(t, r, mu); return k }
		row.SendersFound = Range{senders(m.Recall.Low, m.MatchesPerSender.Low), senders(m.Recall.High, m.MatchesPerSender.High)}
		row.KeptPart = Range{
			m.Known.Low * m.Coverage.Low * kept(m.Recall.Low, m.MatchesPerSender.Low),
			m.Known.High * m.Coverage.High * kept(m.Recall.High, m.MatchesPerSender.High),
		}
		row.Kept = Range{m.Reports.Low * row.KeptPart.Low, m.Reports.High * row.KeptPart.High}
		var err error
		if row.Accused, err = m.accused(t, 0); err != nil {
			return nil, err
		}
		if row.AccusedBursts, err = m.accused(t, m.MeanBurst); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// matches is the probability of at least t matches of a sender, and the expected part of its known pictures that are readable then, for recall r and geometric
// numbers of mean mu.
//
// The number k of pictures has Pr[k] = (1−p)·p^(k−1), p = 1 − 1/mu. Thinned by r, the matches X have Pr[X ≥ n] = c·q^(n−1) for n ≥ 1, with q = p·r/(1−p·(1−r)) and
// c = r/(1−p·(1−r)): from the generating function. E[X; X ≥ t] is then t·Pr[X ≥ t] + Σ_{n>t} Pr[X ≥ n].
func matches(t int, r, mu float64) (atLeast, readable float64) {
	p := 1 - 1/mu
	d := 1 - p*(1-r)
	q, c := p*r/d, r/d
	atLeast = c * math.Pow(q, float64(t-1))
	if t == 1 {
		atLeast = c
	}
	sum := float64(t) * atLeast
	if q > 0 {
		sum += atLeast * q / (1 - q)
	}
	return atLeast, sum / mu
}

// accused is innocent accounts opened a year.
func (m *ReportsModel) accused(t int, burst float64) (Range, error) {
	at := func(rate float64) (float64, error) {
		tail, err := calculate.Model{FalsePositive: rate, Pictures: m.Pictures, MeanBurst: burst}.Tail(t)
		return m.Accounts * m.Periods * tail.High, err
	}
	low, err := at(m.FalsePositive.Low)
	if err != nil {
		return Range{}, err
	}
	high, err := at(m.FalsePositive.High)
	return Range{low, high}, err
}
