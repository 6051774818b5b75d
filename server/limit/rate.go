package limit

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Rate is a bucket's: it holds N, and fills from empty in Per. The zero value limits nothing.
type Rate struct {
	N   uint64
	Per time.Duration
}

// ErrRate: a text is no rate.
var ErrRate = errors.New(`limit: a rate is a number, "/", and a number of s, m or h: 600/1m`)

// maxPer is the longest time in which a bucket fills, and maxN the most that it holds: numbers up to it are exact in a float64.
const (
	maxPer = 1000 * time.Hour
	maxN   = 1 << 53
)

// units by size.
var units = [...]struct {
	letter byte
	d      time.Duration
}{{'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// ParseRate reads "600/1m": 600 within a minute. The number is from 1 to 2^53, the time from a second to 1000 hours. The error is ErrRate.
func ParseRate(text string) (Rate, error) {
	n, per, _ := strings.Cut(text, "/")
	r := Rate{}
	var ok bool
	if r.N, ok = number(n, maxN); !ok || per == "" {
		return Rate{}, ErrRate
	}
	for _, u := range units {
		if per[len(per)-1] == u.letter {
			k, ok := number(per[:len(per)-1], uint64(maxPer/u.d))
			if !ok {
				return Rate{}, ErrRate
			}
			r.Per = time.Duration(k) * u.d
			return r, nil
		}
	}
	return Rate{}, ErrRate
}

// number reads digits without a leading zero.
func number(text string, most uint64) (uint64, bool) {
	if text == "" || text[0] < '1' || text[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && n <= most
}

// String is the rate as ParseRate reads it, in the largest unit that fits; "none" of one that limits nothing.
func (r Rate) String() string {
	if r.IsZero() {
		return "none"
	}
	per, letter := int64(r.Per/time.Second), byte('s')
	for _, u := range units {
		if r.Per%u.d == 0 {
			per, letter = int64(r.Per/u.d), u.letter
			break
		}
	}
	return strconv.FormatUint(r.N, 10) + "/" + strconv.FormatInt(per, 10) + string(letter)
}

// UnmarshalText reads a rate, or "none".
func (r *Rate) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*r = Rate{}
		return nil
	}
	parsed, err := ParseRate(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}

// MarshalText is String's.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// IsZero reports whether the rate limits nothing.
func (r Rate) IsZero() bool { return r.N == 0 || r.Per <= 0 }

// A bucket is what may still be taken, as of a time. It belongs to a Limiter, under its lock.
type bucket struct {
	left float64
	at   time.Time // zero: never used, and full
}

// fill brings the bucket up to now.
func (b *bucket) fill(r Rate, now time.Time) {
	if b.at.IsZero() {
		b.left = float64(r.N)
	} else if passed := now.Sub(b.at); passed > 0 {
		b.left += float64(passed) * float64(r.N) / float64(r.Per)
	}
	b.left = min(b.left, float64(r.N)) // the rate may have been lowered since
	b.at = now
}

// lacks is how long it takes until n are there: 0 if they are. A bucket that never holds n is asked to be full.
func (b *bucket) lacks(r Rate, n float64) time.Duration {
	missing := min(n, float64(r.N)) - b.left
	if missing <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(missing * float64(r.Per) / float64(r.N)))
}
