package threshold

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

// MaxOpenings is the largest number of opening probes that an OpeningCounts
// can give.
const MaxOpenings = 256

// ErrOpenings reports an OpeningCounts that is no distribution, or a text that
// is not one in its canonical form.
var ErrOpenings = errors.New("threshold: opening counts are not weights of 1 to 256 probes (whole numbers between commas, the last not zero, sum below 2^32)")

// OpeningCounts is the distribution of how many probes of one voucher open. A
// true match can open several, so synthetic vouchers must too, equally often.
// It is measured on true matches of a token scheme and pinned in the client.
//
// The zero OpeningCounts is none; take [NewOpeningCounts] or
// [ParseOpeningCounts].
type OpeningCounts struct {
	weights []uint32 // weights[i] for i+1 probes; never modified
	total   uint64
}

// NewOpeningCounts returns the distribution in which i+1 probes open with
// probability weights[i] / (sum of weights). The last weight must not be zero,
// so that each distribution over given weights has one form. The error is
// ErrOpenings.
func NewOpeningCounts(weights []uint32) (OpeningCounts, error) {
	o := OpeningCounts{weights: slices.Clone(weights)}
	for _, weight := range weights {
		o.total += uint64(weight)
	}
	n := len(weights)
	if n == 0 || n > MaxOpenings || weights[n-1] == 0 || o.total > math.MaxUint32 {
		return OpeningCounts{}, ErrOpenings
	}
	return o, nil
}

// ParseOpeningCounts reads what MarshalText writes, or returns ErrOpenings.
func ParseOpeningCounts(text []byte) (OpeningCounts, error) {
	// Ten digits and a comma each: refuses a long text before it is split.
	if len(text) > MaxOpenings*11 {
		return OpeningCounts{}, ErrOpenings
	}
	fields := bytes.Split(text, []byte(","))
	weights := make([]uint32, len(fields))
	for i, field := range fields {
		v, ok := decimal.Parse(string(field), math.MaxUint32)
		if !ok {
			return OpeningCounts{}, ErrOpenings
		}
		weights[i] = uint32(v)
	}
	return NewOpeningCounts(weights)
}

// MarshalText returns the weights in decimal with commas between: "61,24,15"
// for one, two and three probes. The error is ErrOpenings for the zero value.
func (o OpeningCounts) MarshalText() ([]byte, error) {
	if o.total == 0 {
		return nil, ErrOpenings
	}
	var text []byte
	for i, weight := range o.weights {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(weight), 10)
	}
	return text, nil
}

// Max returns the largest number of probes that can open. It must not exceed
// the probes of a voucher, which the caller checks.
func (o OpeningCounts) Max() int { return len(o.weights) }

// Probability returns the probability of n opening probes.
func (o OpeningCounts) Probability(n int) float64 {
	if n < 1 || n > len(o.weights) {
		return 0
	}
	return float64(o.weights[n-1]) / float64(o.total)
}

// sample draws a number of probes as Blur.sample draws its number.
func (o OpeningCounts) sample(s wordSource) int {
	u := uniformBelow(s, o.total)
	count := 1
	cumulative := uint64(0)
	for _, weight := range o.weights[:len(o.weights)-1] {
		cumulative += uint64(weight)
		count += 1 - int((u-cumulative)>>63)
	}
	return count
}
