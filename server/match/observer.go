package match

import (
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// An Observer counts. Its calls must not block, and say nothing of whose vouchers these are. How many matched is sensitive all the same (see package metrics).
type Observer interface {
	// Batch: a batch was done, or an error has ended it. Of its vouchers, reclaimed were claimed before: by a matcher whose lease has ended, or they were postponed.
	Batch(reclaimed int, took time.Duration, err error)

	// Decided: vouchers were decided. reason is that of store.Invalid, one of the SDK's codes.
	Decided(state store.State, reason string, vouchers int)

	// Postponed: a voucher could not be tried or counted, and was put back for later.
	Postponed()

	// ThresholdReached: an account has reached the threshold.
	ThresholdReached()

	// Opened: a match of an open account was opened, and is kept as evidence.
	Opened(outcome store.Outcome)
}

type nobody struct{}

func (nobody) Batch(int, time.Duration, error)  {}
func (nobody) Decided(store.State, string, int) {}
func (nobody) Postponed()                       {}
func (nobody) ThresholdReached()                {}
func (nobody) Opened(store.Outcome)             {}
