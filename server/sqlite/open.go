package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Config says where the database is.
type Config struct {
	// Path of the database file, made if it does not exist. Its directory must exist.
	Path string

	// QueueBytes is how many bytes of vouchers may wait to be written before Put answers store.ErrBusy. 0 means 64 MiB.
	QueueBytes int

	// Committed, unless nil, is told of each commit: how many calls were in it, how long it took, and why it failed. It must not block.
	Committed func(calls int, took time.Duration, err error)
}

const (
	defaultQueueBytes = 64 << 20

	// checkpointPages is the length of the log, in pages of 4096 bytes, at which it is folded into the database: late enough for the pages of the
	// indexes, which every voucher touches at random, to be written back once for many vouchers.
	checkpointPages = 4096

	// readers bounds the connections that read; each has a page cache of its own.
	readers = 4
)

// DB is a store in a SQLite file. It is safe for concurrent use.
type DB struct {
	read   *sql.DB
	write  *sql.DB
	writer *writer
	path   string
}

var _ store.Store = (*DB)(nil)

// Open opens the database, brings its schema up to date and starts its writer. Errors are *store.NewerError, store.ErrForeign, and those of the file system.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	steps, err := lite.Migrations()
	if err != nil {
		return nil, err
	}
	return open(ctx, cfg, steps)
}

func open(ctx context.Context, cfg Config, steps []string) (db *DB, err error) {
	if cfg.QueueBytes == 0 {
		cfg.QueueBytes = defaultQueueBytes
	}
	if cfg.Path == "" {
		return nil, errors.New("sqlite: no path for the database")
	}
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	// SQLite gives its other files the mode of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	f.Close()

	db = &DB{path: path}
	defer func() {
		if err != nil {
			db.closeFiles()
			db, err = nil, explain(err)
		}
	}()
	db.write, err = sql.Open("sqlite", dsn(path, "_journal_mode", "WAL", "_synchronous", "FULL", "_pragma", "secure_delete(on)",
		"_pragma", fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages)))
	if err != nil {
		return db, err
	}
	db.write.SetMaxOpenConns(1)
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return db, err
	}
	if err := migrate(ctx, conn, steps); err != nil {
		return db, errors.Join(err, conn.Close())
	}
	db.read, err = sql.Open("sqlite", dsn(path, "_query_only", "1"))
	if err != nil {
		return db, errors.Join(err, conn.Close())
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	db.writer = startWriter(conn, cfg)
	return db, nil
}

// dsn names the file with options in pairs, as the driver documents them.
func dsn(path string, options ...string) string {
	q := url.Values{"_busy_timeout": {"10000"}, "_error_rc": {"1"}, "_dqs": {"0"}, "_defensive": {"1"}}
	for i := 0; i < len(options); i += 2 {
		q.Add(options[i], options[i+1])
	}
	path = filepath.ToSlash(path)
	if path[0] != '/' {
		path = "/" + path // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// Queue is how many calls wait to be committed, and the bytes of their vouchers.
func (db *DB) Queue() (calls, bytes int) { return db.writer.queue.Depth() }

// Close implements [store.Store].
func (db *DB) Close() error {
	err := db.writer.close()
	return errors.Join(err, db.closeFiles())
}

// closeFiles closes the connections, the writing one last: it folds the log into the database.
func (db *DB) closeFiles() (err error) {
	for _, d := range []*sql.DB{db.read, db.write} {
		if d != nil {
			err = errors.Join(err, d.Close())
		}
	}
	return err
}

// Ping implements [store.Inbox].
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return db.failed(err)
	}
	return db.do(ctx, func(*tx) error { return nil })
}

// Settings are those of the writing connection that decide what an acknowledgement is worth, as SQLite reports them.
func (db *DB) Settings(ctx context.Context) (string, error) {
	var all []string
	err := db.do(ctx, func(t *tx) error {
		for _, name := range []string{"journal_mode", "synchronous", "wal_autocheckpoint", "page_size"} {
			var v string
			if err := t.conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&v); err != nil {
				return err
			}
			all = append(all, name+"="+v)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return strings.Join(all, " "), nil
}

// failed turns an error of a read into the contract's.
func (db *DB) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return err
	case db.writer.queue.Closed():
		return store.ErrClosed
	}
	return explain(err)
}

// explain wraps an error of the database in what a person can do about it.
func explain(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("%w (%w)", store.ErrForeign, err)
	case lib.SQLITE_FULL:
		return fmt.Errorf("sqlite: the disk is full: %w", err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("sqlite: another process holds the database: %w", err)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("sqlite: the database is damaged; restore a backup: %w", err)
	}
	return fmt.Errorf("sqlite: %w", err)
}
