package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"slices"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Put implements [store.Inbox].
func (db *DB) Put(ctx context.Context, v store.Voucher) (store.Receipt, error) {
	if len(v.Raw) == 0 {
		return 0, store.ErrArgument
	}
	var receipt store.Receipt
	var conflict bool
	digest := sha256.Sum256(v.Raw)
	err := db.writer.queue.Do(ctx, func(t *tx) error {
		var seq int64
		fresh, err := t.get(`
			INSERT INTO vouchers (id, app, account, message, set_id, digest, received)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT (id) DO NOTHING
			RETURNING seq`,
			[]any{v.ID[:], v.Account.App, v.Account.Name, v.Message, v.Set[:], digest[:], v.Received.UnixMilli()}, &seq)
		if err != nil {
			return err
		}
		if fresh {
			receipt = store.Stored
			_, err = t.exec(`INSERT INTO bodies (seq, raw) VALUES (?1, ?2)`, seq, v.Raw)
			return err
		}
		receipt = store.Repeated
		same, err := t.get(`
			SELECT 1 FROM vouchers
			WHERE id = ?1 AND app = ?2 AND account = ?3 AND message = ?4 AND set_id = ?5 AND digest = ?6`,
			[]any{v.ID[:], v.Account.App, v.Account.Name, v.Message, v.Set[:], digest[:]}, new(int))
		conflict = !same
		return err
	}, len(v.Raw))
	switch {
	case err != nil:
		return 0, err
	case conflict:
		return 0, store.ErrConflict
	}
	return receipt, nil
}

// A row is a voucher and its place in the order of arrival.
type row struct {
	store.Voucher
	seq int64
}

// columns are a row's, for scan.
const columns = `
	vouchers.seq, id, app, account, message, set_id, received, state, reason, due IS NOT NULL, attempt,
	coalesce(generation, 0), coalesce(period, 0), coalesce(ordinal, 0),
	coalesce((SELECT raw FROM bodies WHERE bodies.seq = vouchers.seq), x'')`

// scan reads a row of columns.
func scan(from interface{ Scan(...any) error }) (v row, err error) {
	var id, set []byte
	var received int64
	err = from.Scan(&v.seq, &id, &v.Account.App, &v.Account.Name, &v.Message, &set, &received, &v.State, &v.Reason, &v.Waiting, &v.Attempt,
		&v.Generation, &v.Period, &v.Ordinal, &v.Raw)
	copy(v.ID[:], id)
	copy(v.Set[:], set)
	v.Received = time.UnixMilli(received).UTC()
	return v, err
}

// Voucher implements [store.Work] and [store.Records].
func (db *DB) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	v, err := scan(db.read.QueryRowContext(ctx, `SELECT`+columns+` FROM vouchers WHERE id = ?1`, id[:]))
	if err != nil {
		return store.Voucher{}, db.failed(err)
	}
	return v.Voucher, nil
}

// Claim implements [store.Work].
func (db *DB) Claim(ctx context.Context, c store.Claim) (claimed []store.Voucher, err error) {
	if c.Limit < 1 || c.Limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	err = db.do(ctx, func(t *tx) (err error) {
		claimed, err = t.claim(c)
		return err
	})
	if err != nil {
		return nil, err // claimed may still be written to
	}
	return claimed, nil
}

func (t *tx) claim(c store.Claim) ([]store.Voucher, error) {
	rows, err := t.query(`
		UPDATE vouchers SET due = ?3, attempt = attempt + 1
		WHERE seq IN (SELECT seq FROM vouchers WHERE set_id = ?1 AND due <= ?2 ORDER BY seq LIMIT ?4)
		RETURNING `+columns,
		c.Set[:], c.Now.UnixMilli(), c.Now.Add(c.Lease).UnixMilli(), c.Limit)
	if err != nil {
		return nil, err
	}
	out, err := collect(rows)
	// The order of RETURNING is not defined.
	slices.SortFunc(out, func(a, b row) int { return cmp.Compare(a.seq, b.seq) })
	return vouchers(out), err
}

// collect reads rows of columns to their end.
func collect(rows *sql.Rows) (out []row, err error) {
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func vouchers(rows []row) []store.Voucher {
	out := make([]store.Voucher, len(rows))
	for i, r := range rows {
		out[i] = r.Voucher
	}
	return out
}
