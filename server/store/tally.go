package store

import (
	"strconv"
	"time"
)

// A TallyKey says what is counted together: matches of one account under the sets of one origin, in one period, sealed under one generation of
// the account's secret.
type TallyKey struct {
	Account    Account
	Set        SetID
	Generation uint32
	Period     uint32
}

// A Tally is how far a tally's matches have been counted, and what came of it.
type Tally struct {
	Key     TallyKey
	State   []byte // the detector's, opaque here; once Open it must be kept secret
	Counted uint64 // matches with ordinals up to this are in State
	Opened  uint64 // those with ordinals up to this have evidence
	Open    bool   // the account has reached the threshold

	// Version rises by one whenever the tally is saved. That of a tally which was never saved is 0.
	Version uint64
}

// String hides the state.
func (t Tally) String() string {
	return "[tally: " + strconv.FormatUint(t.Counted, 10) + " counted, open: " + strconv.FormatBool(t.Open) + "]"
}

// GoString hides the state.
func (t Tally) GoString() string { return t.String() }

// A Summary is a tally without its state, for those who may see how far it is but not what it holds.
type Summary struct {
	Key     TallyKey
	Matches uint64 // outer layers that opened, synthetic ones among them
	Open    bool
}

// An Outcome is what a match turned out to be once its account was open. The numbers are stored.
type Outcome int

const (
	// Readable: a true match, and Payload is what it carried.
	Readable Outcome = 1
	// Foreign: a synthetic voucher, or a forged one: it lies on no polynomial of the account's.
	Foreign Outcome = 2
	// Damaged: it claims to be a true match, but its payload does not open.
	Damaged Outcome = 3
)

// String is the outcome in a word.
func (o Outcome) String() string {
	names := [...]string{"unknown", "readable", "foreign", "damaged"}
	if o < 0 || int(o) >= len(names) {
		o = 0
	}
	return names[o]
}

// Evidence is what a match turned out to hold. It exists only for matches of accounts that have reached the threshold.
type Evidence struct {
	Voucher ID
	Outcome Outcome
	Kind    uint16 // of the payload, as the voucher states it
	Payload []byte // of a Readable one; whoever sealed it may be hostile
	Opened  time.Time
}

// String hides the payload.
func (e Evidence) String() string { return "[evidence of voucher " + e.Voucher.String() + "]" }

// GoString hides the payload.
func (e Evidence) GoString() string { return e.String() }

// Counts are numbers of vouchers.
type Counts struct {
	Vouchers uint64 // all that were put
	Matches  uint64 // those whose outer layer opened
	Waiting  uint64 // those on which work is left
}

// A Backlog is what is left to do.
type Backlog struct {
	Waiting uint64    // vouchers on which work is left
	Stuck   uint64    // those of them that were claimed StuckAttempts times or more
	Oldest  time.Time // when the oldest of them came in; zero if there is none
}

// StuckAttempts is the number of claims from which on a voucher counts as stuck: something is wrong that does not pass by itself.
const StuckAttempts = 8
