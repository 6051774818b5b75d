package lite

import (
	"cmp"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// A Row is a voucher, its place in the order of arrival and, unless it is empty, the place where its bytes are.
type Row struct {
	store.Voucher
	Seq   int64
	Place string
}

// columns are a row's, for scan.
const columns = `
	vouchers.seq, id, app, account, message, set_id, received, state, reason, due IS NOT NULL, attempt,
	coalesce(generation, 0), coalesce(period, 0), coalesce(ordinal, 0),
	coalesce((SELECT raw FROM bodies WHERE bodies.seq = vouchers.seq), x''), coalesce((SELECT place FROM bodies WHERE bodies.seq = vouchers.seq), '')`

// fields are where columns are scanned into; finish does the rest.
func (r *Row) fields(id, set *[]byte, received *int64) []any {
	return []any{&r.Seq, id, &r.Account.App, &r.Account.Name, &r.Message, set, received, &r.State, &r.Reason, &r.Waiting, &r.Attempt,
		&r.Generation, &r.Period, &r.Ordinal, &r.Raw, &r.Place}
}

func (r *Row) finish(id, set []byte, received int64) {
	copy(r.ID[:], id)
	copy(r.Set[:], set)
	r.Received = time.UnixMilli(received).UTC()
}

// Voucher reads a voucher; the error is store.ErrNotFound.
func Voucher(c Conn, id store.ID) (r Row, err error) {
	var name, set []byte
	var received int64
	found, err := c.Get(`SELECT`+columns+` FROM vouchers WHERE id = ?1`, []any{id[:]}, r.fields(&name, &set, &received)...)
	if err == nil && !found {
		err = store.ErrNotFound
	}
	r.finish(name, set, received)
	return r, err
}

// Claim leases vouchers. Their number must be one that a claim may have.
func Claim(c Conn, claim store.Claim) ([]Row, error) {
	rows, err := c.Query(`
		UPDATE vouchers SET due = ?3, attempt = attempt + 1
		WHERE seq IN (SELECT seq FROM vouchers WHERE set_id = ?1 AND due <= ?2 ORDER BY seq LIMIT ?4)
		RETURNING `+columns,
		claim.Set[:], claim.Now.UnixMilli(), claim.Now.Add(claim.Lease).UnixMilli(), claim.Limit)
	if err != nil {
		return nil, err
	}
	out, err := collect(rows)
	// The order of RETURNING is not defined.
	slices.SortFunc(out, func(a, b Row) int { return cmp.Compare(a.Seq, b.Seq) })
	return out, err
}

// collect reads rows of columns to their end.
func collect(rows *sql.Rows) (out []Row, err error) {
	defer rows.Close()
	for rows.Next() {
		var r Row
		var id, set []byte
		var received int64
		if err := rows.Scan(r.fields(&id, &set, &received)...); err != nil {
			return nil, err
		}
		r.finish(id, set, received)
		out = append(out, r)
	}
	return out, rows.Err()
}

// Vouchers are the vouchers of rows.
func Vouchers(rows []Row) []store.Voucher {
	out := make([]store.Voucher, len(rows))
	for i, r := range rows {
		out[i] = r.Voucher
	}
	return out
}

// Matches reads a page of a tally's matches.
func Matches(c Conn, key store.TallyKey, after uint64, limit int) ([]Row, error) {
	rows, err := c.Query(`
		SELECT `+columns+` FROM vouchers
		WHERE `+inTally+` AND ordinal IS NOT NULL AND ordinal > ?6
		ORDER BY ordinal LIMIT ?7`, append(keyArgs(&key), after, limit)...)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

// idList is ids as one parameter, for namedIDs: some databases bind no more than a hundred.
func idList(ids []store.ID) (string, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = hex.EncodeToString(id[:])
	}
	text, err := json.Marshal(names)
	return string(text), err
}

const namedIDs = `id IN (SELECT unhex(value) FROM json_each(?1))`
