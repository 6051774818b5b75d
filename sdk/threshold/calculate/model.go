package calculate

import (
	"errors"
	"math/big"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// Limits of a Model.
const (
	// MaxPictures is the largest number of pictures per account and period.
	MaxPictures = 1_000_000_000
	// MaxBurst is the largest mean size of a burst.
	MaxBurst = 1000
	// MinTarget is the smallest target: whoever asks for less wants no matches at all.
	MinTarget = 1e-30
)

var (
	// ErrModel reports a rate outside 0 ≤ f < 1, a number of pictures outside
	// 0..MaxPictures, or a mean burst that is neither 0 nor 1..MaxBurst.
	ErrModel = errors.New("calculate: model out of range (rate from 0 to below 1, up to 10^9 pictures, mean burst 0 or 1 to 1000)")
	// ErrTarget reports a target for one account that is not at least
	// MinTarget and below 1.
	ErrTarget = errors.New("calculate: target for one account is not between 10^-30 and 1")
	// ErrNoThreshold reports that no threshold up to threshold.MaxThreshold
	// reaches the target: the false positive rate is too high for this volume.
	ErrNoThreshold = errors.New("calculate: no threshold up to 1024 reaches the target (lower the false positive rate or shorten the period)")
)

// A Model says how often an innocent account's pictures match falsely.
type Model struct {
	// FalsePositive is the probability that one innocent picture matches.
	FalsePositive float64
	// Pictures is how many distinct ones an account sends in a period.
	Pictures int
	// MeanBurst is the mean number of false matches that come together. 0 and
	// 1 stand for independent errors.
	MeanBurst float64
}

// An Interval contains the exact value of a probability.
type Interval struct{ Low, High float64 }

// An Answer is a threshold and what it means for an innocent account.
type Answer struct {
	// Threshold is the smallest T whose tail is at most the target.
	Threshold int
	// AtThreshold contains the probability of T or more false matches in a
	// period: that the account's payloads can be opened.
	AtThreshold Interval
	// OneLess contains the same for T−1, which missed the target.
	OneLess Interval
}

func (m Model) validate() error {
	burst := m.MeanBurst == 0 || m.MeanBurst >= 1 && m.MeanBurst <= MaxBurst
	if !(m.FalsePositive >= 0 && m.FalsePositive < 1) || m.Pictures < 0 || m.Pictures > MaxPictures || !burst {
		return ErrModel
	}
	return nil
}

// batch is how many terms are added between looks at the rest, which cost as
// much as several. It divides threshold.MaxThreshold.
const batch = 64

// series returns the distribution of the number of false matches.
func (m Model) series() series {
	if m.MeanBurst > 1 && m.FalsePositive > 0 && m.Pictures > 0 {
		return newBurst(m.FalsePositive, m.Pictures, m.MeanBurst)
	}
	return newBinomial(m.FalsePositive, m.Pictures)
}

// Tail returns the probability of at least this many false matches of one
// account in a period. Errors: ErrModel; ErrNoThreshold for a number below 0 or
// above threshold.MaxThreshold.
func (m Model) Tail(atLeast int) (Interval, error) {
	if err := m.validate(); err != nil {
		return Interval{}, err
	}
	if atLeast < 0 || atLeast > threshold.MaxThreshold {
		return Interval{}, ErrNoThreshold
	}
	s := m.series()
	head := number(0)
	for range atLeast {
		head.Add(head, s.next())
	}
	if head.Cmp(half) <= 0 {
		// No digits are lost: the difference is at least 1/2.
		return enclose(number(0).Sub(number(1), head), number(0)), nil
	}
	tail := number(0)
	for {
		// Stop when what is left cannot change a float64.
		rest := s.rest()
		small := tail.Sign() > 0 && rest.MantExp(nil) < tail.MantExp(nil)-80
		if small || rest.Sign() == 0 {
			return enclose(tail, rest), nil
		}
		for range batch {
			tail.Add(tail, s.next())
		}
	}
}

// Threshold returns the smallest T for which an innocent account has T or more
// false matches in a period with probability at most target. It is T and not
// T+1 that counts, because privacy ends at T. Errors: ErrModel, ErrTarget,
// ErrNoThreshold.
func (m Model) Threshold(target float64) (Answer, error) {
	if err := m.validate(); err != nil {
		return Answer{}, err
	}
	if !(target >= MinTarget && target < 1) {
		return Answer{}, ErrTarget
	}
	goal := number(target)
	enough := number(0).SetMantExp(goal, -80)
	// With less than this below a number, the tail from there exceeds the goal.
	least := number(min(0.5, 1-target))
	s := m.series()
	var terms []*big.Float
	beyond := number(0) // the terms from MaxThreshold on
	for {
		rest := s.rest()
		if rest.Cmp(enough) <= 0 {
			return answer(terms, rest, goal)
		}
		for range batch {
			terms = append(terms, s.next())
			if len(terms) > threshold.MaxThreshold {
				beyond.Add(beyond, terms[len(terms)-1])
			}
		}
		if beyond.Cmp(goal) > 0 {
			return Answer{}, ErrNoThreshold
		}
		if len(terms) == threshold.MaxThreshold && sum(terms).Cmp(least) < 0 {
			return Answer{}, ErrNoThreshold // without adding up what is beyond
		}
	}
}

// answer adds the terms from the end, smallest first, and stops at the first
// tail above the goal.
func answer(terms []*big.Float, rest, goal *big.Float) (Answer, error) {
	at := number(0)
	for T := len(terms); ; T-- {
		// p_0 is among the terms, and T = 0 would open every account.
		less := number(0).Add(at, terms[T-1])
		if T == 1 || number(0).Add(less, rest).Cmp(goal) > 0 {
			if T > threshold.MaxThreshold {
				return Answer{}, ErrNoThreshold
			}
			return Answer{Threshold: T, AtThreshold: enclose(at, rest), OneLess: enclose(less, rest)}, nil
		}
		at = less
	}
}

// PerAccount returns the target for one account that makes the expected number
// of falsely opened accounts, among so many in one period, at most expected.
// The error is ErrTarget.
func PerAccount(expected float64, accounts int) (float64, error) {
	target := expected / float64(accounts)
	if accounts < 1 || !(target >= MinTarget && target < 1) {
		return 0, ErrTarget
	}
	return target, nil
}

func sum(terms []*big.Float) *big.Float {
	total := number(0)
	for _, p := range terms {
		total.Add(total, p)
	}
	return total
}
