package store

import (
	"errors"
	"strconv"
)

// The conditions that a caller may want to tell apart.
var (
	// ErrConflict: the id is taken by a voucher with other bytes or another binding.
	ErrConflict = errors.New("store: the id is taken by another voucher")

	// ErrNotFound: there is no such record.
	ErrNotFound = errors.New("store: no such record")

	// ErrDecided: the voucher was decided to be something else.
	ErrDecided = errors.New("store: the voucher was decided otherwise")

	// ErrStale: the tally was saved by someone else since it was read.
	ErrStale = errors.New("store: the tally has changed since it was read")

	// ErrBusy: too much is waiting to be written. Nothing has happened.
	ErrBusy = errors.New("store: too much is waiting to be written; try again later")

	// ErrClosed: the store was closed.
	ErrClosed = errors.New("store: is closed")

	// ErrForeign: the database belongs to another program.
	ErrForeign = errors.New("store: the database belongs to another program; name another file")

	// ErrHeld: the account is on hold, and its records must not be deleted.
	ErrHeld = errors.New("store: the account is on hold")

	// ErrArgument: a caller's mistake: an empty voucher, more than MaxBatch of something.
	ErrArgument = errors.New("store: argument out of range")
)

// A NewerError reports a database that was written by a newer version of this program. Migrations go forward only.
type NewerError struct {
	Found, Known int // schema versions: the database's, and the newest that this program knows
}

func (e *NewerError) Error() string {
	return "store: the database has schema version " + strconv.Itoa(e.Found) + ", this program knows versions up to " +
		strconv.Itoa(e.Known) + "; use the newer program that wrote it, or restore a backup"
}
