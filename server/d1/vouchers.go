//go:build js && wasm

package d1

import (
	"context"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Put implements [store.Inbox].
func (db *DB) Put(ctx context.Context, v store.Voucher) (store.Receipt, error) {
	if _, err := db.begin(ctx); err != nil {
		return 0, err
	}
	if len(v.Raw) == 0 {
		return 0, store.ErrArgument
	}
	place := place("vouchers", v.ID.String(), v.Raw)
	if err := db.keep(place, v.Raw); err != nil {
		return 0, err
	}
	p := lite.NewPut(&v, place)
	rows, err := batch(db.raw, p.Record, p.Body, p.Same)
	if err != nil {
		return 0, explain(err)
	}
	return p.Receipt(rows[0] > 0, rows[2] > 0)
}

// Voucher implements [store.Work] and [store.Records].
func (db *DB) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Voucher{}, err
	}
	r, err := lite.Voucher(c, id)
	if err == nil {
		err = db.fetch(r.Place, &r.Raw)
	}
	if err != nil {
		return store.Voucher{}, explain(err)
	}
	return r.Voucher, nil
}

// Claim implements [store.Work].
func (db *DB) Claim(ctx context.Context, claim store.Claim) ([]store.Voucher, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	if claim.Limit < 1 || claim.Limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := lite.Claim(c, claim)
	return db.whole(rows, err)
}

// Matches implements [store.Work].
func (db *DB) Matches(ctx context.Context, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := lite.Matches(c, key, after, limit)
	return db.whole(rows, err)
}

// whole fetches the bytes that are not in the database.
func (db *DB) whole(rows []lite.Row, err error) ([]store.Voucher, error) {
	for i := 0; err == nil && i < len(rows); i++ {
		err = db.fetch(rows[i].Place, &rows[i].Raw)
	}
	if err != nil {
		return nil, explain(err)
	}
	return lite.Vouchers(rows), nil
}

// Postpone implements [store.Work].
func (db *DB) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	return explain(lite.Postpone(c, id, attempt, until))
}

// LeaveClosed implements [store.Work].
func (db *DB) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, lite.LeaveClosed)
}

// Finish implements [store.Work].
func (db *DB) Finish(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, lite.Finish)
}

func (db *DB) each(ctx context.Context, ids []store.ID, do func(lite.Conn, []store.ID) error) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	return explain(do(c, ids))
}

// Reject implements [store.Work].
func (db *DB) Reject(ctx context.Context, id store.ID, reason string) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	return explain(lite.Reject(c, id, reason))
}

// RecordMatch implements [store.Work].
func (db *DB) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return 0, err
	}
	ordinal, refused, err := lite.RecordMatch(c, id, generation, period)
	switch {
	case err != nil:
		return 0, explain(err)
	case refused != nil:
		return 0, refused
	}
	return ordinal, nil
}
