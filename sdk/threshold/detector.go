package threshold

import (
	"errors"
	"slices"
	"strconv"
)

// ErrCheck reports a Config without Check.
var ErrCheck = errors.New("threshold: detector needs a check of candidate payload keys")

// maxChecks is the most candidate checks that one match can cause.
const maxChecks = 4

// A Ref names the voucher that a share came in: its id, shorter ones padded
// with zeros.
type Ref [32]byte

// Config configures a [Detector].
type Config struct {
	// Threshold is T, as in Params.
	Threshold int
	// Synthetic is w, as in Params.
	Synthetic int
	// Check reports whether a candidate is the payload key of this voucher: it
	// verifies the key commitment of the voucher's inner layer. A result counts
	// only if it says so for one voucher; at most four are asked a match.
	// Required.
	Check func(key PayloadKey, voucher Ref) bool
}

// Outcome says what a match did.
type Outcome int

const (
	// Counted: a new point, and the account stays closed.
	Counted Outcome = iota + 1
	// Repeated: this very share is among the points; nothing has changed.
	Repeated
	// Conflicting: the same x came with other values. Neither share counts.
	Conflicting
	// Opened: with this point the account has opened. Result tells more.
	Opened
	// Matched: the account was open, and the share lies on its polynomials: the
	// voucher is a true match.
	Matched
	// Foreign: the account was open, and the share lies elsewhere: the voucher
	// is synthetic (or forged).
	Foreign
)

// String returns the outcome in a word.
func (o Outcome) String() string {
	names := [...]string{"unknown", "counted", "repeated", "conflicting", "opened", "matched", "foreign"}
	if o < 0 || int(o) >= len(names) {
		o = 0
	}
	return names[o]
}

// A Result is the answer to one match.
type Result struct {
	Outcome Outcome
	// True and Foreign list, when the account opens, the vouchers that the
	// detector still held, in order of arrival: those on the polynomials and
	// the others. A caller that has stored more (the account was flooded)
	// passes the rest to AddMatch again, which now answers for each.
	True, Foreign []Ref
}

// A Detector finds out when one account, in one context (set, period, and
// generation as the voucher states it), has reached the threshold.
//
// It keeps the last T+1+w distinct points and tries to decode whenever a new
// one comes. An account opens at the match that makes T+1 true points among
// these. An honest account has at most w others, so it opens exactly at its
// (T+1)-th true match, in whatever order they came. A dishonest one that sends
// more garbage than w opens when T+1 true points are among the last T+1+w, and
// costs no more a match than any other: see [DecodeBudget].
//
// With T = 1 a share alone determines the payload key, and the account opens
// at its first true match.
//
// A Detector is not safe for concurrent use. Its time depends on the shares,
// which the server can read anyway.
type Detector struct {
	config Config
	// window holds the last points in order of arrival while closed.
	window []windowed
	// polynomials is not nil once open: m of T coefficients.
	polynomials [][]element
	// budget is DecodeBudget, of which each AddMatch has that much anew.
	budget work
}

// windowed is a point and its voucher. One with a conflict has its x only.
type windowed struct {
	ref      Ref
	share    Share
	conflict bool
}

// NewDetector returns a closed detector without points. Errors: ErrParams,
// ErrCheck.
func NewDetector(config Config) (*Detector, error) {
	if err := validate(config.Threshold, config.Synthetic); err != nil {
		return nil, err
	}
	if config.Check == nil {
		return nil, ErrCheck
	}
	budget := work{budget: DecodeBudget(config.Threshold, config.Synthetic)}
	return &Detector{config: config, budget: budget}, nil
}

// capacity returns T+1+w, the most points that are kept.
func (d *Detector) capacity() int { return d.config.Threshold + 1 + d.config.Synthetic }

// AddMatch takes the share of a voucher whose outer layer opened. It costs at
// most [DecodeBudget] field multiplications and four checks, however many
// matches came before. The error is ErrShareSize for a share of other
// parameters; the detector is unchanged then.
func (d *Detector) AddMatch(voucher Ref, share Share) (Result, error) {
	if len(share.y) != Polynomials(d.config.Synthetic) {
		return Result{}, ErrShareSize
	}
	if d.polynomials != nil {
		if d.onPolynomials(share) {
			return Result{Outcome: Matched}, nil
		}
		return Result{Outcome: Foreign}, nil
	}
	at := slices.IndexFunc(d.window, func(p windowed) bool { return p.share.x == share.x })
	if at >= 0 {
		if known := &d.window[at]; !known.conflict {
			if known.share.equal(share) {
				return Result{Outcome: Repeated}, nil
			}
			known.conflict = true
			known.share.y = nil
		}
		return Result{Outcome: Conflicting}, nil
	}
	if len(d.window) == d.capacity() {
		d.window = slices.Delete(d.window, 0, 1)
	}
	d.window = append(d.window, windowed{ref: voucher, share: share})
	return d.search(), nil
}

// search tries to open the account with the points in the window.
func (d *Detector) search() Result {
	d.budget.spent = 0
	live := make([]windowed, 0, len(d.window))
	for _, p := range d.window {
		if !p.conflict {
			live = append(live, p)
		}
	}
	if d.config.Threshold == 1 {
		// Constant polynomials: the newest share is a candidate by itself, and
		// whatever equals it agrees.
		newest := live[len(live)-1].share
		found := decoded{make([][]element, len(newest.y)), make([]bool, len(live))}
		for i, y := range newest.y {
			found.polynomials[i] = []element{y}
		}
		for k, p := range live {
			found.on[k] = slices.Equal(p.share.y, newest.y)
		}
		return d.open(live, found)
	}
	points := make([]Share, len(live))
	for k, p := range live {
		points[k] = p.share
	}
	found, ok := decode(points, d.config.Threshold, &d.budget)
	if !ok {
		return Result{Outcome: Counted}
	}
	return d.open(live, found)
}

// open opens the account if the polynomials found give a payload key that
// verifies.
func (d *Detector) open(live []windowed, found decoded) Result {
	if !d.verify(payloadKeyOf(found.polynomials, d.config.Threshold, d.config.Synthetic), live, found.on) {
		return Result{Outcome: Counted}
	}
	result := Result{Outcome: Opened}
	d.polynomials = found.polynomials
	for _, p := range d.window {
		if d.onPolynomials(p.share) {
			result.True = append(result.True, p.ref)
		} else {
			result.Foreign = append(result.Foreign, p.ref)
		}
	}
	d.window = nil
	return result
}

// verify asks Check about the vouchers on the polynomials, newest first, and
// about no more than maxChecks.
func (d *Detector) verify(key PayloadKey, live []windowed, on []bool) bool {
	checks := 0
	for k := len(live) - 1; k >= 0 && checks < maxChecks; k-- {
		if !on[k] {
			continue
		}
		if d.config.Check(key, live[k].ref) {
			return true
		}
		checks++
	}
	return false
}

// onPolynomials reports whether a share lies on the recovered polynomials. The
// share of a conflict has no values and lies nowhere.
func (d *Detector) onPolynomials(share Share) bool {
	for i, y := range share.y {
		if evaluate(d.polynomials[i], share.x) != y {
			return false
		}
	}
	return len(share.y) != 0
}

// Points returns how many distinct points the detector holds, at most T+1+w,
// those without conflict; 0 once open. Synthetic points are among them.
func (d *Detector) Points() int {
	n := 0
	for _, p := range d.window {
		if !p.conflict {
			n++
		}
	}
	return n
}

// PayloadKey returns the payload key once the account is open. It must be kept
// secret.
func (d *Detector) PayloadKey() (key PayloadKey, open bool) {
	if d.polynomials == nil {
		return PayloadKey{}, false
	}
	return payloadKeyOf(d.polynomials, d.config.Threshold, d.config.Synthetic), true
}

// String returns whether the account is open, and no more.
func (d Detector) String() string {
	if d.polynomials != nil {
		return "threshold.Detector(open)"
	}
	return "threshold.Detector(closed, " + strconv.Itoa(d.Points()) + " points)"
}

// GoString is String, for %#v.
func (d Detector) GoString() string { return d.String() }
