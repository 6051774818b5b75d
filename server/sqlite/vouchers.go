package sqlite

import (
	"context"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Put implements [store.Inbox].
func (db *DB) Put(ctx context.Context, v store.Voucher) (receipt store.Receipt, err error) {
	if len(v.Raw) == 0 {
		return 0, store.ErrArgument
	}
	p := lite.NewPutting(v)
	if err := db.writer.queue.Do(ctx, job{put: p}, len(v.Raw)); err != nil {
		return 0, err
	}
	return p.Receipt()
}

// Voucher implements [store.Work] and [store.Records].
func (db *DB) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	r, err := lite.Voucher(db.reader(ctx), id)
	if err != nil {
		return store.Voucher{}, db.failed(err)
	}
	return r.Voucher, nil
}

// Claim implements [store.Work].
func (db *DB) Claim(ctx context.Context, c store.Claim) ([]store.Voucher, error) {
	if c.Limit < 1 || c.Limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	var claimed []lite.Row
	err := db.do(ctx, func(t *tx) (err error) {
		claimed, err = lite.Claim(t, c)
		return err
	})
	if err != nil {
		return nil, err // claimed may still be written to
	}
	return lite.Vouchers(claimed), nil
}

// Matches implements [store.Work].
func (db *DB) Matches(ctx context.Context, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := lite.Matches(db.reader(ctx), key, after, limit)
	if err != nil {
		return nil, db.failed(err)
	}
	return lite.Vouchers(rows), nil
}

// Postpone implements [store.Work].
func (db *DB) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	return db.do(ctx, func(t *tx) error { return lite.Postpone(t, id, attempt, until) })
}

// LeaveClosed implements [store.Work].
func (db *DB) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	return db.do(ctx, func(t *tx) error { return lite.LeaveClosed(t, ids) })
}

// Finish implements [store.Work].
func (db *DB) Finish(ctx context.Context, ids ...store.ID) error {
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	return db.do(ctx, func(t *tx) error { return lite.Finish(t, ids) })
}

// Reject implements [store.Work].
func (db *DB) Reject(ctx context.Context, id store.ID, reason string) error {
	return db.do(ctx, func(t *tx) error { return lite.Reject(t, id, reason) })
}

// RecordMatch implements [store.Work].
func (db *DB) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	var ordinal uint64
	var refused error
	err := db.do(ctx, func(t *tx) (err error) {
		ordinal, refused, err = lite.RecordMatch(t, id, generation, period)
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case refused != nil:
		return 0, refused
	}
	return ordinal, nil
}
