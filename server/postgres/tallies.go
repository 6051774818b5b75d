package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/store"
)

// keyArgs are the columns app, account, set_id, generation, period of a tally's key.
func keyArgs(k *store.TallyKey) []any {
	return append(accountArgs(k.Account, k.Set), k.Generation, k.Period)
}

// accountArgs are the columns app, account, set_id.
func accountArgs(a store.Account, set store.SetID) []any {
	return []any{[]byte(a.App), []byte(a.Name), set[:]}
}

// inTally picks rows by the arguments of keyArgs, ofAccount by those of accountArgs.
const (
	ofAccount = `app = $1 AND account = $2 AND set_id = $3`
	inTally   = ofAccount + ` AND generation = $4 AND period = $5`
)

// Tally implements [store.Work].
func (db *DB) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	t := store.Tally{Key: key}
	err := db.row(ctx, `SELECT state, counted, opened, open, version FROM veilhash.tallies WHERE `+inTally, keyArgs(&key)...).
		Scan(&t.State, &t.Counted, &t.Opened, &t.Open, &t.Version)
	if err = db.failed(err); errors.Is(err, store.ErrNotFound) {
		return store.Tally{Key: key}, nil
	}
	return t, err
}

// Generations implements [store.Work].
func (db *DB) Generations(ctx context.Context, key store.TallyKey) (n int, err error) {
	err = db.row(ctx, `SELECT count(*) FROM veilhash.tallies WHERE `+ofAccount+` AND period = $4`,
		append(accountArgs(key.Account, key.Set), key.Period)...).Scan(&n)
	return n, db.failed(err)
}

// SaveTally implements [store.Work].
func (db *DB) SaveTally(ctx context.Context, t store.Tally) error {
	query := `
		INSERT INTO veilhash.tallies (app, account, set_id, generation, period, state, counted, opened, open, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bigint + 1)
		ON CONFLICT DO NOTHING`
	if t.Version > 0 {
		query = `
			UPDATE veilhash.tallies SET state = $6, counted = $7, opened = $8, open = $9, version = $10::bigint + 1
			WHERE ` + inTally + ` AND version = $10`
	}
	if t.State == nil {
		t.State = []byte{}
	}
	saved, err := db.exec(ctx, query, append(keyArgs(&t.Key), t.State, t.Counted, t.Opened, t.Open, t.Version)...)
	switch {
	case err != nil:
		return err
	case saved == 0:
		return store.ErrStale
	}
	return nil
}

// Matches implements [store.Work].
func (db *DB) Matches(ctx context.Context, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := db.rows(ctx, `
		SELECT `+columns+` FROM veilhash.vouchers v
		WHERE `+inTally+` AND ordinal IS NOT NULL AND ordinal > $6
		ORDER BY ordinal LIMIT $7`, append(keyArgs(&key), after, limit)...)
	if err != nil {
		return nil, err
	}
	return vouchers(rows), nil
}

// Tallies implements [store.Records].
func (db *DB) Tallies(ctx context.Context, account store.Account, set store.SetID) ([]store.Summary, error) {
	rows, err := db.pool.Query(ctx, `
		SELECT v.generation, v.period, max(v.ordinal),
			coalesce((SELECT t.open FROM veilhash.tallies t WHERE t.app = v.app AND t.account = v.account AND t.set_id = v.set_id
				AND t.generation = v.generation AND t.period = v.period), false)
		FROM veilhash.vouchers v
		WHERE `+ofAccount+` AND ordinal IS NOT NULL
		GROUP BY app, account, set_id, generation, period ORDER BY generation, period`, accountArgs(account, set)...)
	if err != nil {
		return nil, db.failed(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (store.Summary, error) {
		s := store.Summary{Key: store.TallyKey{Account: account, Set: set}}
		err := r.Scan(&s.Key.Generation, &s.Key.Period, &s.Matches, &s.Open)
		return s, err
	})
	return out, db.failed(err)
}

// Backlog implements [store.Work].
func (db *DB) Backlog(ctx context.Context, set store.SetID) (b store.Backlog, err error) {
	var oldest int64
	err = db.row(ctx, `
		SELECT count(*), count(*) FILTER (WHERE attempt >= $2), coalesce(min(received), 0) FROM veilhash.vouchers WHERE set_id = $1 AND due IS NOT NULL`,
		set[:], store.StuckAttempts).Scan(&b.Waiting, &b.Stuck, &oldest)
	if err == nil && b.Waiting > 0 {
		b.Oldest = time.UnixMilli(oldest).UTC()
	}
	return b, db.failed(err)
}

// Count implements [store.Records].
func (db *DB) Count(ctx context.Context, set store.SetID) (store.Counts, error) {
	return db.count(ctx, `set_id = $1`, set[:])
}

// CountApp implements [store.Records].
func (db *DB) CountApp(ctx context.Context, app string, set store.SetID) (store.Counts, error) {
	return db.count(ctx, `app = $1 AND set_id = $2`, []byte(app), set[:])
}

// CountAccount implements [store.Records].
func (db *DB) CountAccount(ctx context.Context, account store.Account, set store.SetID) (store.Counts, error) {
	return db.count(ctx, ofAccount, accountArgs(account, set)...)
}

func (db *DB) count(ctx context.Context, where string, args ...any) (c store.Counts, err error) {
	err = db.row(ctx, `SELECT count(*), count(ordinal), count(due) FROM veilhash.vouchers WHERE `+where, args...).
		Scan(&c.Vouchers, &c.Matches, &c.Waiting)
	return c, db.failed(err)
}
