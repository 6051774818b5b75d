package postgres

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
	stored, err := db.exec(ctx, `
		INSERT INTO veilhash.evidence (id, outcome, kind, payload, opened)
		SELECT id, $2, $3, $4, $5 FROM veilhash.vouchers WHERE id = $1
		ON CONFLICT (id) DO NOTHING`,
		e.Voucher[:], int(e.Outcome), e.Kind, e.Payload, e.Opened.UnixMilli())
	if stored > 0 || err != nil {
		return err
	}
	var one int
	return db.failed(db.row(ctx, `SELECT 1 FROM veilhash.vouchers WHERE id = $1`, e.Voucher[:]).Scan(&one))
}

// Evidence implements [store.Records].
func (db *DB) Evidence(ctx context.Context, id store.ID) (store.Evidence, error) {
	e := store.Evidence{Voucher: id}
	var opened int64
	err := db.row(ctx, `SELECT outcome, kind, payload, opened FROM veilhash.evidence WHERE id = $1`, id[:]).
		Scan(&e.Outcome, &e.Kind, &e.Payload, &opened)
	if err != nil {
		return store.Evidence{}, db.failed(err)
	}
	e.Opened = time.UnixMilli(opened).UTC()
	return e, nil
}
