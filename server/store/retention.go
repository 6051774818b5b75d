package store

import (
	"context"
	"time"
)

// Retention is what deleting needs of a store. Each deletion is atomic, and is noted in the same moment in a log that nobody can change: when, why and how many records, never which.
//
// What may be deleted is decided by what could still be needed. A voucher that was decided to stay closed, or is invalid, stays so for ever: its table's key does not open it, whatever the account sends later.
// A match does not stay closed: with enough later ones of its period it is opened. So matches go only all together, those of a tally, its evidence and its state, and only when no more can come.
type Retention interface {
	// Expire deletes records that are over their time, at most about e.Limit, and returns how many; none when nothing is left. Accounts on hold are left out.
	Expire(ctx context.Context, e Expiry) (Deleted, error)

	// Remove deletes an account's records, those on which work is left included. The error is ErrHeld for one on hold. A matcher that is at work on the account in the same
	// moment may leave a tally without matches, which the next Expire deletes.
	Remove(ctx context.Context, r Removal) (Deleted, error)

	// Hold keeps an account's records from being deleted until Release. Holding it again changes nothing, nor does releasing one that is not held.
	Hold(ctx context.Context, account Account, since time.Time) error
	Release(ctx context.Context, account Account) error

	// Deletions returns the log's records after a number, in their order, at most limit.
	Deletions(ctx context.Context, after uint64, limit int) ([]Deletion, error)

	// Scrub has the bytes of what was deleted overwritten or given up, as far as the backend can, in the database's own files. It may take long. See each backend's
	// documentation for what it cannot reach; none reaches backups.
	Scrub(ctx context.Context) error
}

// An Expiry says what is over its time. The zero value of a time is that nothing is.
type Expiry struct {
	Set   SetID
	Now   time.Time // for the log
	Limit int       // at most MaxBatch

	// Closed: vouchers that came in before this, were decided to be Closed or Invalid, and have no work left.
	Closed time.Time

	// Tallies: tallies that are not open and whose newest match came in before this. It must be at least a period in the past: matches of one period may come in all through it.
	Tallies time.Time

	// Evidence: open tallies whose newest match came in, and whose newest evidence was opened, before this. At least a period in the past, likewise.
	Evidence time.Time
}

// A Removal says whose records are to be deleted.
type Removal struct {
	Account  Account
	Now      time.Time // for the log
	Evidence Keeping
}

// Keeping says what becomes of tallies that are open, with their matches and their evidence.
type Keeping int

const (
	// KeepEvidence: they stay until their time is over. The law may ask for it.
	KeepEvidence Keeping = iota
	// DeleteEvidence: they are deleted too.
	DeleteEvidence
)

// Deleted is how many records were deleted.
type Deleted struct{ Vouchers, Tallies, Evidence uint64 }

// Add is the sum.
func (d Deleted) Add(o Deleted) Deleted {
	return Deleted{d.Vouchers + o.Vouchers, d.Tallies + o.Tallies, d.Evidence + o.Evidence}
}

// A Reason is why something was deleted. The words are stored.
type Reason string

// The reasons.
const (
	ReasonClosed   Reason = "closed"   // vouchers that stay closed, after their time
	ReasonTally    Reason = "tally"    // a tally that was never open, after its period
	ReasonEvidence Reason = "evidence" // an open tally and what it held, after the time for which it is to be kept
	ReasonRequest  Reason = "request"  // an account was deleted
)

// A Deletion is a record of the log.
type Deletion struct {
	Number uint64 // from 1, rising
	At     time.Time
	Reason Reason
	Deleted
}
