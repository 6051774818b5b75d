package sqlite

import (
	"context"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// PutEvidence implements [store.Work].
func (db *DB) PutEvidence(ctx context.Context, e store.Evidence) error {
	if e.Payload == nil {
		e.Payload = []byte{}
	}
	known := true
	err := db.do(ctx, func(t *tx) error {
		stored, err := t.exec(`
			INSERT INTO evidence (id, outcome, kind, payload, opened)
			SELECT id, ?2, ?3, ?4, ?5 FROM vouchers WHERE id = ?1
			ON CONFLICT (id) DO NOTHING`,
			e.Voucher[:], e.Outcome, e.Kind, e.Payload, e.Opened.UnixMilli())
		if stored > 0 || err != nil {
			return err
		}
		known, err = t.get(`SELECT 1 FROM vouchers WHERE id = ?1`, []any{e.Voucher[:]}, new(int))
		return err
	})
	switch {
	case err != nil:
		return err
	case !known:
		return store.ErrNotFound
	}
	return nil
}

// Evidence implements [store.Records].
func (db *DB) Evidence(ctx context.Context, id store.ID) (store.Evidence, error) {
	e := store.Evidence{Voucher: id}
	var opened int64
	err := db.read.QueryRowContext(ctx, `SELECT outcome, kind, payload, opened FROM evidence WHERE id = ?1`, id[:]).
		Scan(&e.Outcome, &e.Kind, &e.Payload, &opened)
	if err != nil {
		return store.Evidence{}, db.failed(err)
	}
	e.Opened = time.UnixMilli(opened).UTC()
	return e, nil
}
