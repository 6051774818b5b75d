package lite

import (
	"crypto/sha256"

	"github.com/veilhash/veilhash/server/store"
)

// A Put is the statements that keep a new voucher, in their order, and their arguments. They are to be run as one.
type Put struct{ Record, Body, Same Statement }

// A Statement is SQL and its arguments.
type Statement struct {
	Query string
	Args  []any
}

// NewPut takes a voucher whose bytes are kept here, or at a place.
func NewPut(v *store.Voucher, place string) Put {
	digest := sha256.Sum256(v.Raw)
	raw := v.Raw
	if place != "" {
		raw = []byte{}
	}
	names := []any{v.ID[:], v.Account.App, v.Account.Name, v.Message, v.Set[:], digest[:]}
	return Put{
		// A row if the voucher is new.
		Record: Statement{`
			INSERT INTO vouchers (id, app, account, message, set_id, digest, received)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT (id) DO NOTHING
			RETURNING seq`, append(names[:6:6], v.Received.UnixMilli())},
		// Only while work is left: bytes that were deleted since do not come back.
		Body: Statement{`
			INSERT INTO bodies (seq, raw, place)
			SELECT seq, ?3, ?4 FROM vouchers WHERE id = ?1 AND digest = ?2 AND due IS NOT NULL
			ON CONFLICT (seq) DO NOTHING`, []any{v.ID[:], digest[:], raw, place}},
		Same: Statement{sameQuery, names},
	}
}

// sameQuery gives a row if the voucher that is there, new or not, is this one.
const sameQuery = `
	SELECT 1 AS same FROM vouchers
	WHERE id = ?1 AND app = ?2 AND account = ?3 AND message = ?4 AND set_id = ?5 AND digest = ?6`

// Receipt is what the statements have done: whether Record and Same returned a row.
func (Put) Receipt(fresh, same bool) (store.Receipt, error) {
	switch {
	case fresh:
		return store.Stored, nil
	case same:
		return store.Repeated, nil
	}
	return 0, store.ErrConflict
}
