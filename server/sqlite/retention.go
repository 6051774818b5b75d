package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Expire implements [store.Retention].
func (db *DB) Expire(ctx context.Context, e store.Expiry) (sum store.Deleted, err error) {
	if e.Limit < 1 || e.Limit > store.MaxBatch {
		return sum, store.ErrArgument
	}
	if !e.Closed.IsZero() {
		if sum, err = db.erase(ctx, lite.ExpireClosed(e)); err != nil {
			return sum, err
		}
	}
	candidates, err := lite.Candidates(db.reader(ctx), e)
	if err != nil {
		return sum, db.failed(err)
	}
	for _, k := range candidates {
		n, err := db.erase(ctx, lite.ExpireTally(e, k))
		sum = sum.Add(n)
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// erase does a deletion in one transaction.
func (db *DB) erase(ctx context.Context, d lite.Deleting) (n store.Deleted, err error) {
	err = db.do(ctx, func(t *tx) (err error) {
		n, err = d.Run(t)
		return err
	})
	if err != nil {
		return store.Deleted{}, err
	}
	return n, nil
}

// Remove implements [store.Retention].
func (db *DB) Remove(ctx context.Context, r store.Removal) (n store.Deleted, err error) {
	var held bool
	err = db.do(ctx, func(t *tx) (err error) {
		if held, err = lite.Held(t, r.Account); err == nil && !held {
			n, err = lite.Remove(r).Run(t)
		}
		return err
	})
	switch {
	case err != nil:
		return store.Deleted{}, err
	case held:
		return store.Deleted{}, store.ErrHeld
	}
	return n, nil
}

// Hold implements [store.Retention].
func (db *DB) Hold(ctx context.Context, a store.Account, since time.Time) error {
	return db.do(ctx, func(t *tx) error { return lite.Hold(t, a, since) })
}

// Release implements [store.Retention].
func (db *DB) Release(ctx context.Context, a store.Account) error {
	return db.do(ctx, func(t *tx) error { return lite.Release(t, a) })
}

// Deletions implements [store.Retention].
func (db *DB) Deletions(ctx context.Context, after uint64, limit int) ([]store.Deletion, error) {
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	out, err := lite.Deletions(db.reader(ctx), after, limit)
	return out, db.failed(err)
}

// errReaders: other connections are in the midst of reading old pages.
var errReaders = errors.New("sqlite: the write-ahead log could not be emptied, because others are reading; try again")

// Scrub implements [store.Retention]: it rewrites the database, for which the disk needs room for a second one, and empties the write-ahead log. Meanwhile nothing else can be written;
// what waits for longer than ten seconds fails, and is to be tried again.
func (db *DB) Scrub(ctx context.Context) error {
	if db.writer.queue.Closed() {
		return store.ErrClosed
	}
	file, err := sql.Open("sqlite", dsn(db.path, "_pragma", "secure_delete(on)"))
	if err != nil {
		return explain(err)
	}
	defer file.Close()
	if _, err := file.ExecContext(ctx, "VACUUM"); err != nil {
		return explain(err)
	}
	for range 50 {
		var busy, log, done int
		if err := file.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
			return explain(err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errReaders
}
