package store

import (
	"context"
	"time"
)

// Inbox is what ingest needs of a store.
type Inbox interface {
	// Put keeps a new voucher: ID, Account, Message, Set, Raw and Received of v; it is Pending and can be claimed at once. The voucher is durable
	// when Put returns without an error. Errors are ErrConflict if the id is taken by other bytes or another binding, ErrBusy if
	// more is waiting to be written than the store will hold (nothing has happened, the caller should try again later), and ErrClosed.
	Put(ctx context.Context, v Voucher) (Receipt, error)

	// Ping reports whether the store can be read and written.
	Ping(ctx context.Context) error
}

// Work is what a matcher needs of a store.
type Work interface {
	// Claim hands out vouchers on which work is left, oldest first, and leases them to the caller. Those that are Pending wait for a decision; those that
	// are a Match were decided by someone who died before Finish.
	Claim(ctx context.Context, c Claim) ([]Voucher, error)

	// Postpone gives a claimed voucher back until a time. It changes nothing if the voucher was claimed again or finished since.
	Postpone(ctx context.Context, id ID, attempt int, until time.Time) error

	// LeaveClosed decides that these vouchers stay closed, and finishes them. At most MaxBatch. Those that are decided stay as they are.
	LeaveClosed(ctx context.Context, ids ...ID) error

	// Reject decides that a voucher is invalid, and finishes it. A voucher that is decided stays as it is.
	Reject(ctx context.Context, id ID, reason string) error

	// RecordMatch decides that a voucher is a match, and gives it the next ordinal of its tally. A voucher that is a match already keeps its ordinal,
	// which is returned. The work on it is not finished. Errors are ErrDecided for one that was decided to be something else, and ErrNotFound.
	RecordMatch(ctx context.Context, id ID, generation, period uint32) (ordinal uint64, err error)

	// Finish says that no work is left on matches. At most MaxBatch. It changes nothing for a voucher that is still Pending.
	Finish(ctx context.Context, ids ...ID) error

	// Matches returns the matches of a tally with ordinals above after, in their order, at most limit.
	Matches(ctx context.Context, key TallyKey, after uint64, limit int) ([]Voucher, error)

	// Tally returns a tally; one that was never saved is empty, with version 0.
	Tally(ctx context.Context, key TallyKey) (Tally, error)

	// Generations returns how many tallies of the key's account, set and period were saved, whatever their generation.
	Generations(ctx context.Context, key TallyKey) (int, error)

	// SaveTally writes a tally over the version that t was read at. The error is ErrStale if that is not the stored one.
	SaveTally(ctx context.Context, t Tally) error

	// PutEvidence keeps evidence. Where there is some for the voucher already it changes nothing. The error is ErrNotFound if there is no such
	// voucher.
	PutEvidence(ctx context.Context, e Evidence) error

	// Voucher returns a voucher. The error is ErrNotFound.
	Voucher(ctx context.Context, id ID) (Voucher, error)

	// Backlog sums up a set's vouchers on which work is left.
	Backlog(ctx context.Context, set SetID) (Backlog, error)
}

// Records is what a console needs of a store.
type Records interface {
	// Voucher returns a voucher. The error is ErrNotFound.
	Voucher(ctx context.Context, id ID) (Voucher, error)

	// Evidence returns what a match held. The error is ErrNotFound, in particular for every match of an account below the threshold.
	Evidence(ctx context.Context, id ID) (Evidence, error)

	// Tallies sums up an account's tallies under a set, those with matches, by generation and period.
	Tallies(ctx context.Context, account Account, set SetID) ([]Summary, error)

	// Count counts a set's vouchers.
	Count(ctx context.Context, set SetID) (Counts, error)

	// CountApp counts an application's vouchers under a set.
	CountApp(ctx context.Context, app string, set SetID) (Counts, error)

	// CountAccount counts an account's vouchers under a set.
	CountAccount(ctx context.Context, account Account, set SetID) (Counts, error)
}

// Store is all of it, as a backend implements it. It is safe for concurrent use.
type Store interface {
	Inbox
	Work
	Records
	Retention

	// Close ends what was begun and closes the store. Calls that come later fail with ErrClosed.
	Close() error
}
