// Package groupcommit lets calls that wait for the disk wait together: what queues up while one commit is under way goes into the next. So the
// number of commits a second is the disk's, and the number of calls in each is the load's.
package groupcommit

import (
	"context"
	"sync"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Config bounds a queue. Fields without a stated default are required.
type Config struct {
	Jobs    int // in one commit, and so how long the first of them waits for the last
	Bytes   int // that may wait; a job beyond it is refused with store.ErrBusy, unless the queue is empty
	Writers int // commits that are under way at once

	// Committed, unless nil, is told of each commit: how many jobs were in it, how long it took, and the error of the first that failed. It must not block.
	Committed func(jobs int, took time.Duration, err error)
}

// A Queue hands jobs to its writers in groups. It is safe for concurrent use.
type Queue[J any] struct {
	cfg     Config
	commit  func(jobs []J, errs []error)
	stopped sync.WaitGroup

	mu     sync.Mutex
	work   sync.Cond  // waiting is not empty, or closed
	queue  []entry[J] // guarded by mu
	bytes  int        // of jobs that wait or are being committed; guarded by mu
	closed bool       // guarded by mu
}

type entry[J any] struct {
	job   J
	bytes int
	done  chan error // buffered: a writer never waits for a caller
}

// Start starts the writers. commit does a group of jobs and sets the error of each that has failed.
func Start[J any](cfg Config, commit func(jobs []J, errs []error)) *Queue[J] {
	q := &Queue[J]{cfg: cfg, commit: commit}
	q.work.L = &q.mu
	for range cfg.Writers {
		q.stopped.Go(q.write)
	}
	return q
}

// Do has a job committed; bytes are those that it keeps in memory, 0 for one that is never refused. Errors are the job's own, store.ErrBusy,
// store.ErrClosed, and the context's: if ctx ends first, whether the job will be done is not known.
func (q *Queue[J]) Do(ctx context.Context, job J, bytes int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e := entry[J]{job, bytes, make(chan error, 1)}
	if err := q.enqueue(e); err != nil {
		return err
	}
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *Queue[J]) enqueue(e entry[J]) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return store.ErrClosed
	case e.bytes > 0 && q.bytes+e.bytes > q.cfg.Bytes && q.bytes > 0:
		return store.ErrBusy
	}
	q.queue = append(q.queue, e)
	q.bytes += e.bytes
	q.work.Signal()
	return nil
}

// Waiting is how many jobs no writer has taken yet.
func (q *Queue[J]) Waiting() int {
	jobs, _ := q.Depth()
	return jobs
}

// Depth is how many jobs no writer has taken yet, and how many bytes wait or are being committed.
func (q *Queue[J]) Depth() (jobs, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.queue), q.bytes
}

// Closed reports whether Close was called.
func (q *Queue[J]) Closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// Close has the writers do what is queued, and returns when they have ended. It reports whether this was the first call.
func (q *Queue[J]) Close() (first bool) {
	q.mu.Lock()
	first = !q.closed
	q.closed = true
	q.work.Broadcast()
	q.mu.Unlock()
	q.stopped.Wait()
	return first
}

// next waits for jobs and takes as many as go into one commit; none when the queue is closed and all is done.
func (q *Queue[J]) next(group []entry[J]) []entry[J] {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.queue) == 0 && !q.closed {
		q.work.Wait()
	}
	n := min(len(q.queue), q.cfg.Jobs)
	group = append(group[:0], q.queue[:n]...)
	rest := copy(q.queue, q.queue[n:])
	clear(q.queue[rest:])
	q.queue = q.queue[:rest]
	return group
}

// release takes a group's bytes off the account, once they are no longer in memory.
func (q *Queue[J]) release(group []entry[J]) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range group {
		q.bytes -= e.bytes
	}
}

func (q *Queue[J]) write() {
	var group []entry[J]
	var jobs []J
	var errs []error
	for {
		if group = q.next(group); len(group) == 0 {
			return
		}
		jobs, errs = jobs[:0], errs[:0]
		for _, e := range group {
			jobs, errs = append(jobs, e.job), append(errs, nil)
		}
		begin := time.Now()
		q.commit(jobs, errs)
		q.release(group)
		if q.cfg.Committed != nil {
			q.cfg.Committed(len(jobs), time.Since(begin), first(errs))
		}
		for i, e := range group {
			e.done <- errs[i]
		}
		clear(group)
		clear(jobs)
	}
}

// first is the first error of a group; nil if none has failed.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
