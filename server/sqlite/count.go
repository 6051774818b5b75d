package sqlite

import (
	"context"

	"github.com/veilhash/veilhash/server/store"
)

// Count implements [store.Records].
func (db *DB) Count(ctx context.Context, set store.SetID) (store.Counts, error) {
	return db.count(ctx, `set_id = ?1`, set[:])
}

// CountAccount implements [store.Records].
func (db *DB) CountAccount(ctx context.Context, account store.Account, set store.SetID) (store.Counts, error) {
	return db.count(ctx, `app = ?1 AND account = ?2 AND set_id = ?3`, account.App, account.Name, set[:])
}

func (db *DB) count(ctx context.Context, where string, args ...any) (c store.Counts, err error) {
	err = db.read.QueryRowContext(ctx, `SELECT count(*), count(ordinal), count(due) FROM vouchers WHERE `+where, args...).
		Scan(&c.Vouchers, &c.Matches, &c.Waiting)
	return c, db.failed(err)
}
