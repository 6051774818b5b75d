//go:build js && wasm

package d1

import (
	"context"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Tally implements [store.Work].
func (db *DB) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Tally{}, err
	}
	t, err := lite.Tally(c, key)
	return t, explain(err)
}

// Generations implements [store.Work].
func (db *DB) Generations(ctx context.Context, key store.TallyKey) (int, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return 0, err
	}
	n, err := lite.Generations(c, key)
	return n, explain(err)
}

// SaveTally implements [store.Work].
func (db *DB) SaveTally(ctx context.Context, t store.Tally) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	saved, err := lite.SaveTally(c, t)
	switch {
	case err != nil:
		return explain(err)
	case !saved:
		return store.ErrStale
	}
	return nil
}

// PutEvidence implements [store.Work].
func (db *DB) PutEvidence(ctx context.Context, e store.Evidence) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	place := place("evidence", e.Voucher.String(), e.Payload)
	if err := db.keep(place, e.Payload); err != nil {
		return err
	}
	known, err := lite.PutEvidence(c, e, place)
	switch {
	case err != nil:
		return explain(err)
	case !known:
		return store.ErrNotFound
	}
	return nil
}

// Evidence implements [store.Records].
func (db *DB) Evidence(ctx context.Context, id store.ID) (store.Evidence, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Evidence{}, err
	}
	e, place, err := lite.Evidence(c, id)
	if err == nil {
		err = db.fetch(place, &e.Payload)
	}
	if err != nil {
		return store.Evidence{}, explain(err)
	}
	return e, nil
}

// Tallies implements [store.Records].
func (db *DB) Tallies(ctx context.Context, account store.Account, set store.SetID) ([]store.Summary, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	out, err := lite.Tallies(c, account, set)
	return out, explain(err)
}

// Count implements [store.Records].
func (db *DB) Count(ctx context.Context, set store.SetID) (store.Counts, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Counts{}, err
	}
	n, err := lite.Count(c, set)
	return n, explain(err)
}

// CountApp implements [store.Records].
func (db *DB) CountApp(ctx context.Context, app string, set store.SetID) (store.Counts, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Counts{}, err
	}
	n, err := lite.CountApp(c, app, set)
	return n, explain(err)
}

// CountAccount implements [store.Records].
func (db *DB) CountAccount(ctx context.Context, account store.Account, set store.SetID) (store.Counts, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Counts{}, err
	}
	n, err := lite.CountAccount(c, account, set)
	return n, explain(err)
}

// Backlog implements [store.Work].
func (db *DB) Backlog(ctx context.Context, set store.SetID) (store.Backlog, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Backlog{}, err
	}
	b, err := lite.Backlog(c, set)
	return b, explain(err)
}
