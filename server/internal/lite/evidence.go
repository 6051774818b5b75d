package lite

import (
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// PutEvidence keeps evidence, whose payload is kept here, or at a place. known is whether there is such a voucher; the second statement only looks.
func PutEvidence(c Conn, e store.Evidence, place string) (known bool, err error) {
	if e.Payload == nil || place != "" {
		e.Payload = []byte{}
	}
	stored, err := c.Exec(`
		INSERT INTO evidence (id, outcome, kind, payload, opened, place)
		SELECT id, ?2, ?3, ?4, ?5, ?6 FROM vouchers WHERE id = ?1
		ON CONFLICT (id) DO NOTHING`,
		e.Voucher[:], int(e.Outcome), e.Kind, e.Payload, e.Opened.UnixMilli(), place)
	if stored > 0 || err != nil {
		return true, err
	}
	return c.Get(`SELECT 1 FROM vouchers WHERE id = ?1`, []any{e.Voucher[:]}, new(int))
}

// Evidence reads evidence, and the place of its payload unless that is empty; the error is store.ErrNotFound.
func Evidence(c Conn, id store.ID) (e store.Evidence, place string, err error) {
	e.Voucher = id
	var opened int64
	found, err := c.Get(`SELECT outcome, kind, payload, opened, place FROM evidence WHERE id = ?1`, []any{id[:]},
		&e.Outcome, &e.Kind, &e.Payload, &opened, &place)
	if err == nil && !found {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Evidence{}, "", err
	}
	e.Opened = time.UnixMilli(opened).UTC()
	return e, place, nil
}
