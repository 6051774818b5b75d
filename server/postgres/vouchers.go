package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/store"
)

// A row is a voucher and its place in the order of arrival.
type row struct {
	store.Voucher
	seq int64
}

// columns are a row's, for scan.
const columns = `
	v.seq, v.id, v.app, v.account, v.message, v.set_id, v.received, v.state, v.reason, v.due IS NOT NULL, v.attempt,
	coalesce(v.generation, 0), coalesce(v.period, 0), coalesce(v.ordinal, 0), coalesce(v.raw, '')`

// scan reads a row of columns.
func scan(from pgx.Row) (v row, err error) {
	var id, app, account, message, set []byte
	var received int64
	err = from.Scan(&v.seq, &id, &app, &account, &message, &set, &received, &v.State, &v.Reason, &v.Waiting, &v.Attempt,
		&v.Generation, &v.Period, &v.Ordinal, &v.Raw)
	copy(v.ID[:], id)
	copy(v.Set[:], set)
	v.Account, v.Message = store.Account{App: string(app), Name: string(account)}, string(message)
	v.Received = time.UnixMilli(received).UTC()
	return v, err
}

// Voucher implements [store.Work] and [store.Records].
func (db *DB) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	v, err := scan(db.row(ctx, `SELECT `+columns+` FROM veilhash.vouchers v WHERE id = $1`, id[:]))
	if err != nil {
		return store.Voucher{}, db.failed(err)
	}
	return v.Voucher, nil
}

// Claim implements [store.Work].
func (db *DB) Claim(ctx context.Context, c store.Claim) ([]store.Voucher, error) {
	if c.Limit < 1 || c.Limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := db.rows(ctx, `
		WITH oldest AS (
			SELECT seq FROM veilhash.vouchers WHERE set_id = $1 AND due <= $2 ORDER BY seq LIMIT $4 FOR UPDATE SKIP LOCKED)
		UPDATE veilhash.vouchers v SET due = $3, attempt = v.attempt + 1 FROM oldest WHERE v.seq = oldest.seq
		RETURNING `+columns,
		c.Set[:], c.Now.UnixMilli(), c.Now.Add(c.Lease).UnixMilli(), c.Limit)
	if err != nil {
		return nil, err
	}
	// The order of RETURNING is not defined.
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.seq, b.seq) })
	return vouchers(rows), nil
}

// rows reads rows of columns.
func (db *DB) rows(ctx context.Context, query string, args ...any) ([]row, error) {
	rows, err := db.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, db.failed(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) { return scan(r) })
	return out, db.failed(err)
}

func vouchers(rows []row) []store.Voucher {
	out := make([]store.Voucher, len(rows))
	for i, r := range rows {
		out[i] = r.Voucher
	}
	return out
}
