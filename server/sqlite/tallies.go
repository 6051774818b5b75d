package sqlite

import (
	"context"
	"errors"

	"github.com/veilhash/veilhash/server/store"
)

// keyArgs are the columns app, account, set_id, generation, period of a tally's key.
func keyArgs(k *store.TallyKey) []any {
	return []any{k.Account.App, k.Account.Name, k.Set[:], k.Generation, k.Period}
}

// inTally picks rows by the arguments of keyArgs.
const inTally = `app = ?1 AND account = ?2 AND set_id = ?3 AND generation = ?4 AND period = ?5`

// Tally implements [store.Work].
func (db *DB) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	t := store.Tally{Key: key}
	err := db.read.QueryRowContext(ctx, `SELECT state, counted, opened, open, version FROM tallies WHERE `+inTally, keyArgs(&key)...).
		Scan(&t.State, &t.Counted, &t.Opened, &t.Open, &t.Version)
	if err = db.failed(err); errors.Is(err, store.ErrNotFound) {
		return store.Tally{Key: key}, nil
	}
	return t, err
}

// SaveTally implements [store.Work].
func (db *DB) SaveTally(ctx context.Context, t store.Tally) error {
	query := `
		INSERT INTO tallies (app, account, set_id, generation, period, state, counted, opened, open, version)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 + 1)
		ON CONFLICT DO NOTHING`
	if t.Version > 0 {
		query = `
			UPDATE tallies SET state = ?6, counted = ?7, opened = ?8, open = ?9, version = ?10 + 1
			WHERE ` + inTally + ` AND version = ?10`
	}
	if t.State == nil {
		t.State = []byte{}
	}
	var saved int64
	err := db.do(ctx, func(x *tx) (err error) {
		saved, err = x.exec(query, append(keyArgs(&t.Key), t.State, t.Counted, t.Opened, t.Open, t.Version)...)
		return err
	})
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
	rows, err := db.read.QueryContext(ctx, `
		SELECT `+columns+` FROM vouchers
		WHERE `+inTally+` AND ordinal IS NOT NULL AND ordinal > ?6
		ORDER BY ordinal LIMIT ?7`, append(keyArgs(&key), after, limit)...)
	if err != nil {
		return nil, db.failed(err)
	}
	out, err := collect(rows)
	if err != nil {
		return nil, db.failed(err)
	}
	return vouchers(out), nil
}

// Tallies implements [store.Records].
func (db *DB) Tallies(ctx context.Context, account store.Account, set store.SetID) ([]store.Summary, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT v.generation, v.period, max(v.ordinal),
			coalesce((SELECT t.open FROM tallies t WHERE t.app = v.app AND t.account = v.account AND t.set_id = v.set_id
				AND t.generation = v.generation AND t.period = v.period), 0)
		FROM vouchers v
		WHERE v.app = ?1 AND v.account = ?2 AND v.set_id = ?3 AND v.ordinal IS NOT NULL
		GROUP BY v.generation, v.period ORDER BY v.generation, v.period`, account.App, account.Name, set[:])
	if err != nil {
		return nil, db.failed(err)
	}
	defer rows.Close()
	var out []store.Summary
	for rows.Next() {
		s := store.Summary{Key: store.TallyKey{Account: account, Set: set}}
		if err := rows.Scan(&s.Key.Generation, &s.Key.Period, &s.Matches, &s.Open); err != nil {
			return nil, db.failed(err)
		}
		out = append(out, s)
	}
	return out, db.failed(rows.Err())
}
