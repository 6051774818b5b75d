package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/veilhash/veilhash/server/internal/groupcommit"
	"github.com/veilhash/veilhash/server/store"
)

// Config says where the database is.
type Config struct {
	// URL of the database, "postgres://user@host:5432/name", or key=value pairs: whatever PostgreSQL's own programs take. A password is better left to
	// PGPASSWORD or a password file, which keeps it out of lists of processes.
	URL string

	// QueueBytes is how many bytes of vouchers may wait to be written before Put answers store.ErrBusy. 0 means 64 MiB.
	QueueBytes int

	// Connections bounds those to the database, but for the two that write Puts. 0 means 8.
	Connections int

	// Committed, unless nil, is told of each commit of Puts: how many were in it, how long it took, and why it failed. It must not block.
	Committed func(calls int, took time.Duration, err error)
}

const (
	defaultQueueBytes  = 64 << 20
	defaultConnections = 8

	// maxGroup bounds the vouchers in one statement, and so how long the first of them waits for the last.
	maxGroup = 256

	// writers is how many groups are under way at once: while one waits for the disk, another is being parsed.
	writers = 2

	connectTimeout = 10 * time.Second
	groupTimeout   = 30 * time.Second // of one statement of Puts, whose callers may all have gone
)

// DB is a store in a PostgreSQL database. It is safe for concurrent use.
type DB struct {
	pool  *pgxpool.Pool
	queue *groupcommit.Queue[*put]
}

var _ store.Store = (*DB)(nil)

// Open connects to the database and brings its schema up to date, if the credentials may. Errors are *store.NewerError, store.ErrForeign,
// ErrOutdated, and the database's.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	steps, err := schemaSteps()
	if err != nil {
		return nil, err
	}
	return open(ctx, cfg, steps)
}

func open(ctx context.Context, cfg Config, steps []string) (*DB, error) {
	if cfg.QueueBytes == 0 {
		cfg.QueueBytes = defaultQueueBytes
	}
	if cfg.Connections == 0 {
		cfg.Connections = defaultConnections
	}
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, explain(err)
	}
	pc.MaxConns = int32(cfg.Connections + writers)
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = connectTimeout
	}
	if pc.ConnConfig.RuntimeParams["application_name"] == "" {
		pc.ConnConfig.RuntimeParams["application_name"] = "veilhash"
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, explain(err)
	}
	err = pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return migrate(ctx, c.Conn(), steps) })
	if err != nil {
		pool.Close()
		return nil, explain(err)
	}
	db := &DB{pool: pool}
	db.queue = groupcommit.Start(groupcommit.Config{Jobs: maxGroup, Bytes: cfg.QueueBytes, Writers: writers, Committed: cfg.Committed}, db.commit)
	return db, nil
}

// Queue is how many Puts wait to be committed, and their bytes.
func (db *DB) Queue() (calls, bytes int) { return db.queue.Depth() }

// Close implements [store.Store].
func (db *DB) Close() error {
	if db.queue.Close() {
		db.pool.Close()
	}
	return nil
}

// Ping implements [store.Inbox].
func (db *DB) Ping(ctx context.Context) error {
	var readOnly string
	if err := db.row(ctx, "SELECT current_setting('transaction_read_only')").Scan(&readOnly); err != nil {
		return db.failed(err)
	}
	if readOnly != "off" {
		return errors.New("postgres: the database cannot be written: it is a standby, or set to be read only")
	}
	return nil
}

// row asks for one row; Scan has the errors.
func (db *DB) row(ctx context.Context, query string, args ...any) pgx.Row {
	return db.pool.QueryRow(ctx, query, args...)
}

// exec returns the number of rows that changed.
func (db *DB) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := db.pool.Exec(ctx, query, args...)
	return tag.RowsAffected(), db.failed(err)
}

// failed turns an error of the database into the contract's.
func (db *DB) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return store.ErrNotFound
	case db.queue.Closed():
		return store.ErrClosed
	}
	return explain(err)
}

// Codes of errors, from appendix A of PostgreSQL's manual.
const (
	uniqueViolation       = "23505"
	insufficientPrivilege = "42501"
	diskFull              = "53100"
)

func hasCode(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}

var errAddress = errors.New("postgres: the database's address is not understood; it looks like postgres://user@host:5432/name")

// explain wraps an error of the database in what a person can do about it. Neither it nor the driver quotes what was to be stored.
func explain(err error) error {
	var newer *store.NewerError
	var address *pgconn.ParseConfigError
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.As(err, &newer), errors.Is(err, store.ErrForeign), errors.Is(err, ErrOutdated):
		return err
	case errors.As(err, &address): // its text quotes the address, which may hold a password
		return errAddress
	case hasCode(err, diskFull):
		return fmt.Errorf("postgres: the database's disk is full: %w", err)
	case hasCode(err, insufficientPrivilege):
		return fmt.Errorf("postgres: these credentials may not do this; give them the rights of their role: %w", err)
	}
	return fmt.Errorf("postgres: %w", err)
}
