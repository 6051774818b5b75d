package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/store"
)

// Postpone implements [store.Work].
func (db *DB) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	_, err := db.exec(ctx, `UPDATE veilhash.vouchers SET due = $3 WHERE id = $1 AND attempt = $2 AND due IS NOT NULL`,
		id[:], attempt, until.UnixMilli())
	return err
}

// LeaveClosed implements [store.Work].
func (db *DB) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, `SET state = 1, due = NULL`, `state = 0`)
}

// Finish implements [store.Work].
func (db *DB) Finish(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, `SET due = NULL`, `state <> 0 AND due IS NOT NULL`)
}

// each changes those of the vouchers that a condition holds for. Rows are locked by order, so that two calls with the same ids wait for
// each other rather than block each other.
func (db *DB) each(ctx context.Context, ids []store.ID, set, condition string) error {
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	if len(ids) == 0 {
		return nil
	}
	names := make([][]byte, len(ids))
	for i := range ids {
		names[i] = ids[i][:]
	}
	_, err := db.exec(ctx, `
		WITH named AS (SELECT seq FROM veilhash.vouchers WHERE id = ANY ($1) AND `+condition+` ORDER BY seq FOR UPDATE)
		UPDATE veilhash.vouchers v `+set+` FROM named WHERE v.seq = named.seq`, names)
	return err
}

// Reject implements [store.Work].
func (db *DB) Reject(ctx context.Context, id store.ID, reason string) error {
	_, err := db.exec(ctx, `UPDATE veilhash.vouchers SET state = 3, reason = $2, due = NULL WHERE id = $1 AND state = 0`, id[:], reason)
	return err
}

// RecordMatch implements [store.Work].
func (db *DB) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	for {
		ordinal, err := db.recordMatch(ctx, id, generation, period)
		// Two that take the same ordinal at once meet in the unique index vouchers_match. One has it; the other looks again.
		if !hasCode(err, uniqueViolation) {
			return ordinal, err
		}
	}
}

func (db *DB) recordMatch(ctx context.Context, id store.ID, generation, period uint32) (ordinal uint64, err error) {
	err = db.row(ctx, `
		UPDATE veilhash.vouchers AS v SET state = 2, generation = $2, period = $3, ordinal = 1 + coalesce((
			SELECT max(m.ordinal) FROM veilhash.vouchers m
			WHERE m.app = v.app AND m.account = v.account AND m.set_id = v.set_id
			  AND m.generation = $2 AND m.period = $3 AND m.ordinal IS NOT NULL), 0)
		WHERE v.id = $1 AND v.state = 0
		RETURNING ordinal`, id[:], generation, period).Scan(&ordinal)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return ordinal, db.failed(err)
	}
	// It is decided, or not there; neither changes any more.
	var known store.Voucher
	err = db.row(ctx, `
		SELECT state, coalesce(generation, 0), coalesce(period, 0), coalesce(ordinal, 0) FROM veilhash.vouchers WHERE id = $1`, id[:]).
		Scan(&known.State, &known.Generation, &known.Period, &known.Ordinal)
	switch {
	case err != nil:
		return 0, db.failed(err)
	case known.State != store.Match || known.Generation != generation || known.Period != period:
		return 0, store.ErrDecided
	}
	return known.Ordinal, nil
}
