package lite

import (
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// A Deleting is the statements of a deletion, to be run as one in their order. The first notes it in the log and returns a row of the numbers of vouchers, tallies and evidence, or
// none if there is nothing to delete.
type Deleting []Statement

// Run runs them on a connection that is in a transaction.
func (d Deleting) Run(c Conn) (n store.Deleted, err error) {
	any, err := c.Get(d[0].Query, d[0].Args, &n.Vouchers, &n.Tallies, &n.Evidence)
	if err != nil || !any {
		return n, err
	}
	for _, s := range d[1:] {
		if _, err := c.Exec(s.Query, s.Args...); err != nil {
			return n, err
		}
	}
	return n, nil
}

// deleting deletes the vouchers that a query names by seq, their bytes and their evidence, and the tallies that a condition names. Neither may depend on bodies, evidence or, the
// condition, on vouchers that the query names; and both must use all arguments, since D1 binds neither fewer nor more.
func deleting(now time.Time, reason store.Reason, seqs, tallies string, args ...any) Deleting {
	fill := strings.NewReplacer("{seqs}", seqs, "{tallies}", tallies)
	statement := func(query string) Statement { return Statement{fill.Replace(query), args} }
	log := statement(`
		INSERT INTO deletions (at, reason, vouchers, tallies, evidence)
		SELECT ?` + itoa(len(args)+1) + `, ?` + itoa(len(args)+2) + `, n.v, n.t, n.e FROM (SELECT
			(SELECT count(*) FROM vouchers WHERE seq IN ({seqs})) AS v,
			(SELECT count(*) FROM tallies WHERE {tallies}) AS t,
			(SELECT count(*) FROM evidence WHERE id IN (SELECT id FROM vouchers WHERE seq IN ({seqs}))) AS e) AS n
		WHERE n.v + n.t + n.e > 0
		RETURNING vouchers, tallies, evidence`)
	log.Args = append(args[:len(args):len(args)], now.UnixMilli(), string(reason))
	return Deleting{
		log,
		statement(`INSERT INTO doomed SELECT place FROM bodies WHERE place <> '' AND seq IN ({seqs}) ON CONFLICT DO NOTHING`),
		statement(`INSERT INTO doomed SELECT place FROM evidence WHERE place <> '' AND id IN (SELECT id FROM vouchers WHERE seq IN ({seqs})) ON CONFLICT DO NOTHING`),
		statement(`DELETE FROM tallies WHERE {tallies}`),
		statement(`DELETE FROM evidence WHERE id IN (SELECT id FROM vouchers WHERE seq IN ({seqs}))`),
		statement(`DELETE FROM bodies WHERE seq IN ({seqs})`),
		statement(`DELETE FROM vouchers WHERE seq IN ({seqs})`),
	}
}

func itoa(n int) string { return string(rune('0' + n)) } // one digit is enough for these

// held says that the account of a row of a table is on hold.
const held = `EXISTS (SELECT 1 FROM holds h WHERE h.app = v.app AND h.account = v.account)`

// ExpireClosed deletes vouchers that stay closed.
func ExpireClosed(e store.Expiry) Deleting {
	return deleting(e.Now, store.ReasonClosed, `
		SELECT v.seq FROM vouchers v WHERE v.set_id = ?1 AND v.ordinal IS NULL AND v.due IS NULL AND v.received < ?2 AND NOT `+held+` ORDER BY v.seq LIMIT ?3`,
		`?1 IS NULL AND ?2 AND ?3`, e.Set[:], e.Closed.UnixMilli(), e.Limit)
}

// A Candidate is a tally that may be over its time.
type Candidate struct {
	Key  store.TallyKey
	Open bool
}

// Candidates are tallies that may be over their time, also those whose matches were not counted, or whose account was removed while they were.
func Candidates(c Conn, e store.Expiry) (out []Candidate, err error) {
	rows, err := c.Query(`
		SELECT v.app, v.account, v.generation, v.period, coalesce(max(t.open), 0) AS is_open FROM vouchers v
		LEFT JOIN tallies t ON t.app = v.app AND t.account = v.account AND t.set_id = v.set_id AND t.generation = v.generation AND t.period = v.period
		WHERE v.set_id = ?1 AND v.ordinal IS NOT NULL AND NOT `+held+`
		GROUP BY v.app, v.account, v.generation, v.period
		HAVING count(v.due) = 0 AND max(v.received) < CASE is_open WHEN 0 THEN ?2 ELSE ?3 END
			AND (is_open = 0 OR coalesce((SELECT max(e.opened) FROM evidence e JOIN vouchers x ON x.id = e.id
				WHERE x.app = v.app AND x.account = v.account AND x.set_id = v.set_id AND x.generation = v.generation AND x.period = v.period AND x.ordinal IS NOT NULL), 0) < ?3)
		UNION ALL
		SELECT v.app, v.account, v.generation, v.period, v.open FROM tallies v
		WHERE v.set_id = ?1 AND ?2 > 0 AND NOT `+held+` AND NOT EXISTS (SELECT 1 FROM vouchers x
			WHERE x.app = v.app AND x.account = v.account AND x.set_id = v.set_id AND x.generation = v.generation AND x.period = v.period AND x.ordinal IS NOT NULL)
		LIMIT ?4`, e.Set[:], millis(e.Tallies), millis(e.Evidence), e.Limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		k := Candidate{Key: store.TallyKey{Set: e.Set}}
		if err := rows.Scan(&k.Key.Account.App, &k.Key.Account.Name, &k.Key.Generation, &k.Key.Period, &k.Open); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// millis is a time as it is stored; the zero time is before all others.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// ExpireTally deletes a tally with all that belongs to it, unless something has come since it was found.
func ExpireTally(e store.Expiry, k Candidate) Deleting {
	reason, before := store.ReasonTally, e.Tallies
	if k.Open {
		reason, before = store.ReasonEvidence, e.Evidence
	}
	// ?6 is the time, ?7 whether the tally was open. That it still is, is checked while there is one.
	still := `NOT EXISTS (SELECT 1 FROM holds WHERE app = ?1 AND account = ?2)
		AND NOT EXISTS (SELECT 1 FROM vouchers WHERE ` + inTally + ` AND ordinal IS NOT NULL AND (due IS NOT NULL OR received >= ?6))
		AND NOT EXISTS (SELECT 1 FROM tallies WHERE ` + inTally + ` AND open <> ?7)`
	return deleting(e.Now, reason,
		`SELECT seq FROM vouchers WHERE `+inTally+` AND ordinal IS NOT NULL AND `+still,
		inTally+` AND `+still, append(keyArgs(&k.Key), millis(before), number(k.Open))...)
}

// Remove deletes an account's records.
func Remove(r store.Removal) Deleting {
	const free = `app = ?1 AND account = ?2 AND NOT EXISTS (SELECT 1 FROM holds WHERE app = ?1 AND account = ?2)`
	return deleting(r.Now, store.ReasonRequest, `
		SELECT v.seq FROM vouchers v WHERE v.`+free+` AND (?3 OR v.ordinal IS NULL OR NOT EXISTS (SELECT 1 FROM tallies t
			WHERE t.app = v.app AND t.account = v.account AND t.set_id = v.set_id AND t.generation = v.generation AND t.period = v.period AND t.open))`,
		free+` AND (?3 OR NOT open)`, r.Account.App, r.Account.Name, number(r.Evidence == store.DeleteEvidence))
}

// number is a condition as it is stored.
func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Held reports whether an account is on hold.
func Held(c Conn, a store.Account) (bool, error) {
	return c.Get(`SELECT 1 FROM holds WHERE app = ?1 AND account = ?2`, []any{a.App, a.Name}, new(int))
}

// Hold puts an account on hold.
func Hold(c Conn, a store.Account, since time.Time) error {
	_, err := c.Exec(`INSERT INTO holds (app, account, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`, a.App, a.Name, since.UnixMilli())
	return err
}

// Release ends a hold.
func Release(c Conn, a store.Account) error {
	_, err := c.Exec(`DELETE FROM holds WHERE app = ?1 AND account = ?2`, a.App, a.Name)
	return err
}

// Deletions reads the log.
func Deletions(c Conn, after uint64, limit int) (out []store.Deletion, err error) {
	rows, err := c.Query(`SELECT number, at, reason, vouchers, tallies, evidence FROM deletions WHERE number > ?1 ORDER BY number LIMIT ?2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d store.Deletion
		var at int64
		if err := rows.Scan(&d.Number, &at, &d.Reason, &d.Vouchers, &d.Tallies, &d.Evidence); err != nil {
			return nil, err
		}
		d.At = time.UnixMilli(at).UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}
