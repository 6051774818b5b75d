//go:build js && wasm

package d1

import (
	"context"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Expire implements [store.Retention].
func (db *DB) Expire(ctx context.Context, e store.Expiry) (sum store.Deleted, err error) {
	c, err := db.begin(ctx)
	if err != nil {
		return sum, err
	}
	if e.Limit < 1 || e.Limit > store.MaxBatch {
		return sum, store.ErrArgument
	}
	if !e.Closed.IsZero() {
		if sum, err = db.erase(lite.ExpireClosed(e)); err != nil {
			return sum, err
		}
	}
	candidates, err := lite.Candidates(c, e)
	if err != nil {
		return sum, explain(err)
	}
	for _, k := range candidates {
		n, err := db.erase(lite.ExpireTally(e, k))
		sum = sum.Add(n)
		if err != nil {
			return sum, err
		}
	}
	return sum, db.buryObjects(c)
}

// erase does a deletion in one batch, which is a transaction.
func (db *DB) erase(d lite.Deleting) (n store.Deleted, err error) {
	results, err := runBatch(db.raw, d)
	if err != nil {
		return n, explain(err)
	}
	if rows := results.Index(0).Get("results"); rows.Length() > 0 {
		row := rows.Index(0)
		n = store.Deleted{
			Vouchers: uint64(row.Get("vouchers").Int()), Tallies: uint64(row.Get("tallies").Int()), Evidence: uint64(row.Get("evidence").Int()),
		}
	}
	return n, nil
}

// buryObjects deletes the objects whose records were deleted, those that an earlier Worker has left undone included. A voucher that was decided and deleted, and that a client
// sends again in the very moment in which its old object is deleted, may lose its bytes: it then counts as stuck. It has been decided before.
func (db *DB) buryObjects(c conn) error {
	for {
		rows, err := c.Query(`
			SELECT place FROM doomed d WHERE NOT EXISTS (SELECT 1 FROM bodies b WHERE b.place <> '' AND b.place = d.place)
				AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.place <> '' AND e.place = d.place)
			LIMIT ?1`, store.MaxBatch)
		if err != nil {
			return explain(err)
		}
		var places []string
		for rows.Next() {
			var place string
			if err := rows.Scan(&place); err != nil {
				rows.Close()
				return explain(err)
			}
			places = append(places, place)
		}
		if err := rows.Err(); err != nil {
			return explain(err)
		}
		rows.Close()
		if len(places) == 0 {
			return nil
		}
		for _, place := range places {
			if err := db.bucket.Delete(place); err != nil {
				return explain(err)
			}
			if _, err := c.Exec(`DELETE FROM doomed WHERE place = ?1`, place); err != nil {
				return explain(err)
			}
		}
	}
}

// Remove implements [store.Retention].
func (db *DB) Remove(ctx context.Context, r store.Removal) (store.Deleted, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return store.Deleted{}, err
	}
	// The deletion looks again; this is for the answer.
	switch held, err := lite.Held(c, r.Account); {
	case err != nil:
		return store.Deleted{}, explain(err)
	case held:
		return store.Deleted{}, store.ErrHeld
	}
	n, err := db.erase(lite.Remove(r))
	if err != nil {
		return n, err
	}
	return n, db.buryObjects(c)
}

// Hold implements [store.Retention].
func (db *DB) Hold(ctx context.Context, a store.Account, since time.Time) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	return explain(lite.Hold(c, a, since))
}

// Release implements [store.Retention].
func (db *DB) Release(ctx context.Context, a store.Account) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	return explain(lite.Release(c, a))
}

// Deletions implements [store.Retention].
func (db *DB) Deletions(ctx context.Context, after uint64, limit int) ([]store.Deletion, error) {
	c, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	out, err := lite.Deletions(c, after, limit)
	return out, explain(err)
}

// Scrub implements [store.Retention]: it deletes the objects of deleted records that are left. D1's own files are Cloudflare's, and its Time Travel keeps every state of a database for
// up to thirty days.
func (db *DB) Scrub(ctx context.Context) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	return db.buryObjects(c)
}
