package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/veilhash/veilhash/server/store"
)

// maxGroup bounds the calls in one commit, and so how long the first of them waits for the last.
const maxGroup = 512

// A job is one call's statements, which run inside the group's transaction. The error that run returns is the database's, and
// undoes the group; what a caller is to be told apart from that it leaves in variables of its own.
type job struct {
	run   func(*tx) error
	bytes int
	done  chan error // buffered: the writer never waits for a caller
}

// A writer owns the writing connection.
type writer struct {
	tx      tx
	limit   int           // of queued bytes
	stopped chan struct{} // closed when the goroutine has ended

	mu     sync.Mutex
	work   sync.Cond // queue is not empty, or closed
	queue  []*job    // guarded by mu
	queued int       // bytes; guarded by mu
	closed bool      // guarded by mu
}

func startWriter(conn *sql.Conn, limit int) *writer {
	w := &writer{
		tx:      tx{conn: conn, statements: make(map[string]*sql.Stmt)},
		limit:   limit,
		stopped: make(chan struct{}),
	}
	w.work.L = &w.mu
	go w.loop()
	return w
}

// do has a job committed. If ctx ends first its error is returned, and whether the job will be done is not known.
func (db *DB) do(ctx context.Context, run func(*tx) error) error {
	return db.writer.submit(ctx, run, 0)
}

func (w *writer) submit(ctx context.Context, run func(*tx) error, bytes int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{run: run, bytes: bytes, done: make(chan error, 1)}
	if err := w.enqueue(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) enqueue(j *job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return store.ErrClosed
	case j.bytes > 0 && w.queued+j.bytes > w.limit && w.queued > 0:
		return store.ErrBusy
	}
	w.queue = append(w.queue, j)
	w.queued += j.bytes
	w.work.Signal()
	return nil
}

// next waits for jobs and takes up to maxGroup of them; none when the writer is closed and all is done.
func (w *writer) next(group []*job) []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && !w.closed {
		w.work.Wait()
	}
	n := min(len(w.queue), maxGroup)
	group = append(group[:0], w.queue[:n]...)
	rest := copy(w.queue, w.queue[n:])
	clear(w.queue[rest:])
	w.queue = w.queue[:rest]
	return group
}

// release takes a group's bytes off the queue's account, once they are no longer in memory.
func (w *writer) release(group []*job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range group {
		w.queued -= j.bytes
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	var group []*job
	for {
		if group = w.next(group); len(group) == 0 {
			return
		}
		err := w.commit(group)
		w.release(group)
		for i, j := range group {
			j.done <- err
			group[i] = nil
		}
	}
}

func (w *writer) commit(group []*job) (err error) {
	if err := w.tx.raw("BEGIN IMMEDIATE"); err != nil {
		return explain(err)
	}
	for _, j := range group {
		if err = j.run(&w.tx); err != nil {
			break
		}
	}
	if err == nil {
		if err = w.tx.raw("COMMIT"); err == nil {
			return nil
		}
	}
	// Some errors have ended the transaction already; then there is nothing to roll back, which is not worth a mention.
	w.tx.raw("ROLLBACK")
	return explain(err)
}

func (w *writer) isClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// close does what is queued and ends the writer.
func (w *writer) close() error {
	w.mu.Lock()
	again := w.closed
	w.closed = true
	w.work.Signal()
	w.mu.Unlock()
	<-w.stopped
	if again {
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

// exec returns the number of rows that changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
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

// get reads at most one row, and reports whether there was one.
func (t *tx) get(query string, args []any, into ...any) (bool, error) {
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

func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	s, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}
