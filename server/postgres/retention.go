package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/store"
)

// unheld says that the account of a row v is not on hold, ofMatch that a row x is of the same tally as a row v.
const (
	unheld  = `NOT EXISTS (SELECT FROM veilhash.holds h WHERE h.app = v.app AND h.account = v.account)`
	ofMatch = `x.app = v.app AND x.account = v.account AND x.set_id = v.set_id AND x.generation = v.generation AND x.period = v.period`
)

// Expire implements [store.Retention].
func (db *DB) Expire(ctx context.Context, e store.Expiry) (sum store.Deleted, err error) {
	if e.Limit < 1 || e.Limit > store.MaxBatch {
		return sum, store.ErrArgument
	}
	if !e.Closed.IsZero() {
		sum, err = db.erase(ctx, e.Now, store.ReasonClosed, `
			SELECT v.seq FROM veilhash.vouchers v WHERE v.set_id = $1 AND v.ordinal IS NULL AND v.due IS NULL AND v.received < $2 AND `+unheld+` ORDER BY v.seq LIMIT $3`,
			`false`, e.Set[:], e.Closed.UnixMilli(), e.Limit)
		if err != nil {
			return sum, err
		}
	}
	candidates, err := db.candidates(ctx, e)
	if err != nil {
		return sum, err
	}
	for _, k := range candidates {
		reason, before := store.ReasonTally, e.Tallies
		if k.open {
			reason, before = store.ReasonEvidence, e.Evidence
		}
		still := `NOT EXISTS (SELECT FROM veilhash.holds WHERE app = $1 AND account = $2)
			AND NOT EXISTS (SELECT FROM veilhash.vouchers WHERE ` + inTally + ` AND ordinal IS NOT NULL AND (due IS NOT NULL OR received >= $6))
			AND NOT EXISTS (SELECT FROM veilhash.tallies WHERE ` + inTally + ` AND open <> $7)`
		n, err := db.erase(ctx, e.Now, reason, `SELECT seq FROM veilhash.vouchers WHERE `+inTally+` AND ordinal IS NOT NULL AND `+still, inTally+` AND `+still,
			append(keyArgs(&k.key), millis(before), k.open)...)
		sum = sum.Add(n)
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// A candidate is a tally that may be over its time.
type candidate struct {
	key  store.TallyKey
	open bool
}

// candidates also has tallies whose matches were not counted, or whose account was removed while they were.
func (db *DB) candidates(ctx context.Context, e store.Expiry) ([]candidate, error) {
	rows, err := db.pool.Query(ctx, `
		WITH matched AS (
			SELECT v.app, v.account, v.set_id, v.generation, v.period, max(v.received) AS newest, coalesce(bool_or(t.open), false) AS open, max(e.opened) AS opened
			FROM veilhash.vouchers v
			LEFT JOIN veilhash.tallies t USING (app, account, set_id, generation, period)
			LEFT JOIN veilhash.evidence e ON e.id = v.id
			WHERE v.set_id = $1 AND v.ordinal IS NOT NULL AND `+unheld+`
			GROUP BY v.app, v.account, v.set_id, v.generation, v.period HAVING count(v.due) = 0)
		SELECT app, account, generation, period, open FROM matched
		WHERE newest < CASE WHEN open THEN $3::bigint ELSE $2::bigint END AND (NOT open OR coalesce(opened, 0) < $3)
		UNION ALL
		SELECT v.app, v.account, v.generation, v.period, v.open FROM veilhash.tallies v
		WHERE v.set_id = $1 AND $2 > 0 AND `+unheld+` AND NOT EXISTS (SELECT FROM veilhash.vouchers x WHERE `+ofMatch+` AND x.ordinal IS NOT NULL)
		LIMIT $4`, e.Set[:], millis(e.Tallies), millis(e.Evidence), e.Limit)
	if err != nil {
		return nil, db.failed(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (candidate, error) {
		k := candidate{key: store.TallyKey{Set: e.Set}}
		var app, account []byte
		err := r.Scan(&app, &account, &k.key.Generation, &k.key.Period, &k.open)
		k.key.Account = store.Account{App: string(app), Name: string(account)}
		return k, err
	})
	return out, db.failed(err)
}

// millis is a time as it is stored; the zero time is before all others.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// serializationFailure: another transaction has changed what this one was to delete.
const serializationFailure = "40001"

// erase deletes the vouchers that a query names by seq, their evidence, and the tallies that a condition names, and notes how many. All of it sees one state of the database, and nothing
// happens where another transaction changes it meanwhile: the next sweep looks again.
func (db *DB) erase(ctx context.Context, now time.Time, reason store.Reason, seqs, tallies string, args ...any) (n store.Deleted, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		for _, s := range []struct {
			query string
			into  *uint64
		}{
			{`DELETE FROM veilhash.evidence WHERE id IN (SELECT id FROM veilhash.vouchers WHERE seq IN ({seqs}))`, &n.Evidence},
			{`WITH named AS MATERIALIZED ({seqs}) DELETE FROM veilhash.vouchers WHERE seq IN (SELECT seq FROM named)`, &n.Vouchers},
			{`DELETE FROM veilhash.tallies WHERE ` + tallies, &n.Tallies},
		} {
			if tallies == "false" && s.into == &n.Tallies {
				continue
			}
			done, err := tx.Exec(ctx, strings.ReplaceAll(s.query, "{seqs}", seqs), args...)
			if err != nil {
				return err
			}
			*s.into = uint64(done.RowsAffected())
		}
		if n == (store.Deleted{}) {
			return nil
		}
		_, err := tx.Exec(ctx, `INSERT INTO veilhash.deletions (at, reason, vouchers, tallies, evidence) VALUES ($1, $2, $3, $4, $5)`,
			now.UnixMilli(), string(reason), n.Vouchers, n.Tallies, n.Evidence)
		return err
	})
	if hasCode(err, serializationFailure) {
		return store.Deleted{}, nil
	}
	if err != nil {
		return store.Deleted{}, db.failed(err)
	}
	return n, nil
}

// Remove implements [store.Retention]. Where a matcher is at work on the account, it is tried again.
func (db *DB) Remove(ctx context.Context, r store.Removal) (sum store.Deleted, err error) {
	const free = `v.app = $1 AND v.account = $2 AND ` + unheld
	for {
		var held bool
		err := db.row(ctx, `SELECT true FROM veilhash.holds WHERE app = $1 AND account = $2`, []byte(r.Account.App), []byte(r.Account.Name)).Scan(&held)
		switch {
		case err == nil:
			return sum, store.ErrHeld
		case !errors.Is(err, pgx.ErrNoRows):
			return sum, db.failed(err)
		}
		n, err := db.erase(ctx, r.Now, store.ReasonRequest, `
			SELECT v.seq FROM veilhash.vouchers v WHERE `+free+` AND ($3 OR v.ordinal IS NULL
				OR NOT EXISTS (SELECT FROM veilhash.tallies x WHERE `+ofMatch+` AND x.open))`,
			`app = $1 AND account = $2 AND ($3 OR NOT open) AND NOT EXISTS (SELECT FROM veilhash.holds WHERE app = $1 AND account = $2)`,
			[]byte(r.Account.App), []byte(r.Account.Name), r.Evidence == store.DeleteEvidence)
		sum = sum.Add(n)
		if err != nil || n == (store.Deleted{}) {
			var left bool
			if err == nil {
				err = db.failed(db.row(ctx, `SELECT EXISTS (SELECT FROM veilhash.vouchers v WHERE `+free+` AND ($3 OR v.ordinal IS NULL
					OR NOT EXISTS (SELECT FROM veilhash.tallies x WHERE `+ofMatch+` AND x.open)))`,
					[]byte(r.Account.App), []byte(r.Account.Name), r.Evidence == store.DeleteEvidence).Scan(&left))
			}
			if err != nil || !left {
				return sum, err
			}
		}
	}
}

// Hold implements [store.Retention].
func (db *DB) Hold(ctx context.Context, a store.Account, since time.Time) error {
	_, err := db.exec(ctx, `INSERT INTO veilhash.holds (app, account, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, []byte(a.App), []byte(a.Name), since.UnixMilli())
	return err
}

// Release implements [store.Retention].
func (db *DB) Release(ctx context.Context, a store.Account) error {
	_, err := db.exec(ctx, `DELETE FROM veilhash.holds WHERE app = $1 AND account = $2`, []byte(a.App), []byte(a.Name))
	return err
}

// Deletions implements [store.Retention].
func (db *DB) Deletions(ctx context.Context, after uint64, limit int) ([]store.Deletion, error) {
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	rows, err := db.pool.Query(ctx, `SELECT number, at, reason, vouchers, tallies, evidence FROM veilhash.deletions WHERE number > $1 ORDER BY number LIMIT $2`, after, limit)
	if err != nil {
		return nil, db.failed(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d store.Deletion, err error) {
		var at int64
		err = r.Scan(&d.Number, &at, &d.Reason, &d.Vouchers, &d.Tallies, &d.Evidence)
		d.At = time.UnixMilli(at).UTC()
		return d, err
	})
	return out, db.failed(err)
}

// Scrub implements [store.Retention]: VACUUM takes rows that were deleted out of the tables, once no older transaction can see them. Their bytes stay in pages until these are used again, in the
// write-ahead log until it is recycled, and in every standby and backup; VACUUM FULL, by the owner, with the tables locked, rewrites the files.
func (db *DB) Scrub(ctx context.Context) error {
	for _, table := range []string{"vouchers", "tallies", "evidence"} {
		if _, err := db.exec(ctx, "VACUUM veilhash."+table); err != nil {
			return err
		}
	}
	return nil
}
