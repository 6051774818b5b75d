package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/veilhash/veilhash/server/internal/groupcommit"
	"github.com/veilhash/veilhash/server/internal/lite"
)

// maxGroup bounds the calls in one commit, and so how long the first of them waits for the last.
const maxGroup = 512

// A job is a voucher to be put, or else another call's statements, which run inside the group's transaction. The error that run returns is the
// database's, and undoes the group; what a caller is to be told apart from that it leaves in variables of its own.
type job struct {
	put *lite.Putting
	run func(*tx) error
}

// A writer owns the writing connection.
type writer struct {
	tx    tx
	queue *groupcommit.Queue[job]
	puts  []*lite.Putting // of the group at hand
}

func startWriter(conn *sql.Conn, cfg Config) *writer {
	w := &writer{tx: tx{conn: conn, statements: make(map[string]*sql.Stmt)}}
	w.queue = groupcommit.Start(groupcommit.Config{Jobs: maxGroup, Bytes: cfg.QueueBytes, Writers: 1, Committed: cfg.Committed}, func(group []job, errs []error) {
		err := w.commit(group)
		for i := range errs {
			errs[i] = err
		}
	})
	return w
}

// do has a job committed. If ctx ends first its error is returned, and whether the job will be done is not known.
func (db *DB) do(ctx context.Context, run func(*tx) error) error {
	return db.writer.queue.Do(ctx, job{run: run}, 0)
}

func (w *writer) commit(group []job) (err error) {
	if err := w.tx.raw("BEGIN IMMEDIATE"); err != nil {
		return explain(err)
	}
	if err = w.do(group); err == nil {
		if err = w.tx.raw("COMMIT"); err == nil {
			return nil
		}
	}
	// Some errors have ended the transaction already; then there is nothing to roll back, which is not worth a mention.
	w.tx.raw("ROLLBACK")
	return explain(err)
}

// do does a group's jobs: vouchers first, as these can be put together. All were asked for at the same time, so no order is owed to anyone.
func (w *writer) do(group []job) error {
	w.puts = w.puts[:0]
	for _, j := range group {
		if j.put != nil {
			w.puts = append(w.puts, j.put)
		}
	}
	defer clear(w.puts)
	if err := lite.PutMany(&w.tx, w.puts); err != nil {
		return err
	}
	for _, j := range group {
		if j.run == nil {
			continue
		}
		if err := j.run(&w.tx); err != nil {
			return err
		}
	}
	return nil
}

// close does what is queued and ends the writer.
func (w *writer) close() error {
	if first := w.queue.Close(); !first {
		return nil
	}
	var err error
	for _, s := range w.tx.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, w.tx.conn.Close())
}

// A tx is the writing connection within a transaction. Statements are prepared once.
type tx struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

var _ lite.Conn = (*tx)(nil)

func (t *tx) raw(text string) error {
	_, err := t.conn.ExecContext(context.Background(), text)
	return err
}

func (t *tx) prepare(query string) (*sql.Stmt, error) {
	if s := t.statements[query]; s != nil {
		return s, nil
	}
	s, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.statements[query] = s
	}
	return s, err
}

// Exec implements [lite.Conn].
func (t *tx) Exec(query string, args ...any) (int64, error) {
	s, err := t.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Get implements [lite.Conn].
func (t *tx) Get(query string, args []any, into ...any) (bool, error) {
	s, err := t.prepare(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Query implements [lite.Conn].
func (t *tx) Query(query string, args ...any) (*sql.Rows, error) {
	s, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}
