//go:build js && wasm

package d1

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"syscall/js"

	"github.com/syumai/workers/cloudflare"
	cfd1 "github.com/syumai/workers/cloudflare/d1"
	"github.com/syumai/workers/cloudflare/r2"

	"github.com/veilhash/veilhash/server/store"
)

// Config names the Worker's bindings.
type Config struct {
	Database string // a D1 database with the schema
	Bucket   string // an R2 bucket, which holds opened evidence: it must not be public
}

// DB is a store at Cloudflare, for the event that the Worker is handling. It is safe for concurrent use.
type DB struct {
	db     *sql.DB
	raw    js.Value
	bucket *r2.Bucket
	closed atomic.Bool
}

var _ store.Store = (*DB)(nil)

// Open binds a store. It asks the database nothing. The error is that a binding is missing.
func Open(cfg Config) (*DB, error) {
	connector, err := cfd1.OpenConnector(cfg.Database)
	if err != nil {
		return nil, fmt.Errorf("d1: no D1 database is bound as %s", cfg.Database)
	}
	bucket, err := r2.NewBucket(cfg.Bucket)
	if err != nil {
		return nil, fmt.Errorf("d1: no R2 bucket is bound as %s", cfg.Bucket)
	}
	return &DB{db: sql.OpenDB(connector), raw: cloudflare.GetBinding(cfg.Database), bucket: bucket}, nil
}

// Close implements [store.Store].
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	return db.db.Close()
}

// Ping implements [store.Inbox].
func (db *DB) Ping(ctx context.Context) error {
	c, err := db.begin(ctx)
	if err != nil {
		return err
	}
	// Changes nothing, but needs the newest schema and the right to write.
	_, err = c.Exec(`UPDATE bodies SET place = place WHERE seq = 0`)
	return explain(err)
}

// begin begins a call.
func (db *DB) begin(ctx context.Context) (conn, error) {
	if err := ctx.Err(); err != nil {
		return conn{}, err
	}
	if db.closed.Load() {
		return conn{}, store.ErrClosed
	}
	return conn{ctx, db.db}, nil
}

// keep writes an object, unless the place is the database.
func (db *DB) keep(place string, content []byte) error {
	if place == "" {
		return nil
	}
	_, err := db.bucket.Put(place, io.NopCloser(bytes.NewReader(content)), nil)
	return explain(err)
}

// fetch reads an object into what the database has given in its stead.
func (db *DB) fetch(place string, into *[]byte) error {
	if place == "" {
		return nil
	}
	o, err := db.bucket.Get(place)
	switch {
	case err != nil:
		return explain(err)
	case o == nil:
		return fmt.Errorf("d1: the bucket has lost %s", place)
	}
	*into, err = io.ReadAll(o.Body)
	return explain(err)
}

// explain says where an error comes from.
func explain(err error) error {
	var limit *LimitError
	if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &limit) {
		return err
	}
	return fmt.Errorf("d1: %w", err)
}
