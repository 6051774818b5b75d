package sqlite

import (
	"context"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Postpone implements [store.Work].
func (db *DB) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	return db.do(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE vouchers SET due = ?3 WHERE id = ?1 AND attempt = ?2 AND due IS NOT NULL`,
			id[:], attempt, until.UnixMilli())
		return err
	})
}

// LeaveClosed implements [store.Work].
func (db *DB) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, `UPDATE vouchers SET state = 1, due = NULL WHERE id = ?1 AND state = 0`)
}

// Finish implements [store.Work].
func (db *DB) Finish(ctx context.Context, ids ...store.ID) error {
	return db.each(ctx, ids, `UPDATE vouchers SET due = NULL WHERE id = ?1 AND state <> 0`)
}

// each runs a statement for each id, in one transaction.
func (db *DB) each(ctx context.Context, ids []store.ID, query string) error {
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	if len(ids) == 0 {
		return nil
	}
	return db.do(ctx, func(t *tx) error {
		for _, id := range ids {
			if _, err := t.exec(query, id[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reject implements [store.Work].
func (db *DB) Reject(ctx context.Context, id store.ID, reason string) error {
	return db.do(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE vouchers SET state = 3, reason = ?2, due = NULL WHERE id = ?1 AND state = 0`, id[:], reason)
		return err
	})
}

// RecordMatch implements [store.Work].
func (db *DB) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	var ordinal uint64
	var refused error
	err := db.do(ctx, func(t *tx) error {
		decided, err := t.get(`
			UPDATE vouchers AS v SET state = 2, generation = ?2, period = ?3, ordinal = 1 + coalesce((
				SELECT max(m.ordinal) FROM vouchers m
				WHERE m.app = v.app AND m.account = v.account AND m.set_id = v.set_id
				  AND m.generation = ?2 AND m.period = ?3 AND m.ordinal IS NOT NULL), 0)
			WHERE v.id = ?1 AND v.state = 0
			RETURNING ordinal`,
			[]any{id[:], generation, period}, &ordinal)
		if decided || err != nil {
			return err
		}
		var known store.Voucher
		found, err := t.get(`
			SELECT state, coalesce(generation, 0), coalesce(period, 0), coalesce(ordinal, 0) FROM vouchers WHERE id = ?1`,
			[]any{id[:]}, &known.State, &known.Generation, &known.Period, &known.Ordinal)
		switch {
		case err != nil:
			return err
		case !found:
			refused = store.ErrNotFound
		case known.State != store.Match || known.Generation != generation || known.Period != period:
			refused = store.ErrDecided
		}
		ordinal = known.Ordinal
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case refused != nil:
		return 0, refused
	}
	return ordinal, nil
}
