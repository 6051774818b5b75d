package sqlite

import (
	"context"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Tally implements [store.Work].
func (db *DB) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	t, err := lite.Tally(db.reader(ctx), key)
	return t, db.failed(err)
}

// Generations implements [store.Work].
func (db *DB) Generations(ctx context.Context, key store.TallyKey) (int, error) {
	n, err := lite.Generations(db.reader(ctx), key)
	return n, db.failed(err)
}

// SaveTally implements [store.Work].
func (db *DB) SaveTally(ctx context.Context, t store.Tally) error {
	var saved bool
	err := db.do(ctx, func(x *tx) (err error) {
		saved, err = lite.SaveTally(x, t)
		return err
	})
	switch {
	case err != nil:
		return err
	case !saved:
		return store.ErrStale
	}
	return nil
}

// PutEvidence implements [store.Work].
func (db *DB) PutEvidence(ctx context.Context, e store.Evidence) error {
	var known bool
	err := db.do(ctx, func(t *tx) (err error) {
		known, err = lite.PutEvidence(t, e, "")
		return err
	})
	switch {
	case err != nil:
		return err
	case !known:
		return store.ErrNotFound
	}
	return nil
}

// Evidence implements [store.Records].
func (db *DB) Evidence(ctx context.Context, id store.ID) (store.Evidence, error) {
	e, _, err := lite.Evidence(db.reader(ctx), id)
	return e, db.failed(err)
}

// Tallies implements [store.Records].
func (db *DB) Tallies(ctx context.Context, account store.Account, set store.SetID) ([]store.Summary, error) {
	out, err := lite.Tallies(db.reader(ctx), account, set)
	return out, db.failed(err)
}

// Count implements [store.Records].
func (db *DB) Count(ctx context.Context, set store.SetID) (store.Counts, error) {
	n, err := lite.Count(db.reader(ctx), set)
	return n, db.failed(err)
}

// CountApp implements [store.Records].
func (db *DB) CountApp(ctx context.Context, app string, set store.SetID) (store.Counts, error) {
	n, err := lite.CountApp(db.reader(ctx), app, set)
	return n, db.failed(err)
}

// CountAccount implements [store.Records].
func (db *DB) CountAccount(ctx context.Context, account store.Account, set store.SetID) (store.Counts, error) {
	n, err := lite.CountAccount(db.reader(ctx), account, set)
	return n, db.failed(err)
}

// Backlog implements [store.Work].
func (db *DB) Backlog(ctx context.Context, set store.SetID) (store.Backlog, error) {
	b, err := lite.Backlog(db.reader(ctx), set)
	return b, db.failed(err)
}
