package lite

import (
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// keyArgs are the columns app, account, set_id, generation, period of a tally's key.
func keyArgs(k *store.TallyKey) []any {
	return []any{k.Account.App, k.Account.Name, k.Set[:], k.Generation, k.Period}
}

// inTally picks rows by the arguments of keyArgs.
const inTally = `app = ?1 AND account = ?2 AND set_id = ?3 AND generation = ?4 AND period = ?5`

// Tally reads a tally; one that was never saved is empty.
func Tally(c Conn, key store.TallyKey) (store.Tally, error) {
	t := store.Tally{Key: key}
	found, err := c.Get(`SELECT state, counted, opened, open, version FROM tallies WHERE `+inTally, keyArgs(&key),
		&t.State, &t.Counted, &t.Opened, &t.Open, &t.Version)
	if err != nil || !found {
		return store.Tally{Key: key}, err
	}
	return t, nil
}

// Generations counts the tallies of an account, set and period.
func Generations(c Conn, key store.TallyKey) (n int, err error) {
	_, err = c.Get(`SELECT count(*) FROM tallies WHERE app = ?1 AND account = ?2 AND set_id = ?3 AND period = ?4`,
		[]any{key.Account.App, key.Account.Name, key.Set[:], key.Period}, &n)
	return n, err
}

// SaveTally writes a tally over the version that it was read at, and reports whether that was the stored one.
func SaveTally(c Conn, t store.Tally) (saved bool, err error) {
	query := `
		INSERT INTO tallies (app, account, set_id, generation, period, state, counted, opened, open, version)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 + 1)
		ON CONFLICT DO NOTHING`
	if t.Version > 0 {
		query = `
			UPDATE tallies SET state = ?6, counted = ?7, opened = ?8, open = ?9, version = ?10 + 1
			WHERE ` + inTally + ` AND version = ?10`
	}
	if t.State == nil {
		t.State = []byte{}
	}
	n, err := c.Exec(query, append(keyArgs(&t.Key), t.State, t.Counted, t.Opened, t.Open, t.Version)...)
	return n > 0, err
}

// Tallies sums up an account's tallies.
func Tallies(c Conn, account store.Account, set store.SetID) (out []store.Summary, err error) {
	rows, err := c.Query(`
		SELECT v.generation, v.period, max(v.ordinal),
			coalesce((SELECT t.open FROM tallies t WHERE t.app = v.app AND t.account = v.account AND t.set_id = v.set_id
				AND t.generation = v.generation AND t.period = v.period), 0)
		FROM vouchers v
		WHERE v.app = ?1 AND v.account = ?2 AND v.set_id = ?3 AND v.ordinal IS NOT NULL
		GROUP BY v.generation, v.period ORDER BY v.generation, v.period`, account.App, account.Name, set[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s := store.Summary{Key: store.TallyKey{Account: account, Set: set}}
		if err := rows.Scan(&s.Key.Generation, &s.Key.Period, &s.Matches, &s.Open); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Count counts a set's vouchers.
func Count(c Conn, set store.SetID) (store.Counts, error) {
	return count(c, `set_id = ?1`, set[:])
}

// CountApp counts an application's vouchers under a set.
func CountApp(c Conn, app string, set store.SetID) (store.Counts, error) {
	return count(c, `app = ?1 AND set_id = ?2`, app, set[:])
}

// CountAccount counts an account's vouchers under a set.
func CountAccount(c Conn, account store.Account, set store.SetID) (store.Counts, error) {
	return count(c, `app = ?1 AND account = ?2 AND set_id = ?3`, account.App, account.Name, set[:])
}

func count(c Conn, where string, args ...any) (n store.Counts, err error) {
	_, err = c.Get(`SELECT count(*), count(ordinal), count(due) FROM vouchers WHERE `+where, args, &n.Vouchers, &n.Matches, &n.Waiting)
	return n, err
}

// Backlog sums up a set's vouchers on which work is left.
func Backlog(c Conn, set store.SetID) (b store.Backlog, err error) {
	var oldest int64
	_, err = c.Get(`SELECT count(*), coalesce(sum(attempt >= ?2), 0), coalesce(min(received), 0) FROM vouchers WHERE set_id = ?1 AND due IS NOT NULL`,
		[]any{set[:], store.StuckAttempts}, &b.Waiting, &b.Stuck, &oldest)
	if err == nil && b.Waiting > 0 {
		b.Oldest = time.UnixMilli(oldest).UTC()
	}
	return b, err
}
