package groupcommit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

var errOdd = errors.New("odd")

// waiting returns once n jobs wait.
func waiting[J any](t *testing.T, q *Queue[J], n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); q.Waiting() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs wait, want %d", q.Waiting(), n)
		}
	}
}

// TestGroups: what waits during a commit goes into the next, no more than fits; each caller learns of its own job; bytes bound what waits.
func TestGroups(t *testing.T) {
	ctx := context.Background()
	entered, leave := make(chan struct{}), make(chan struct{})
	var groups [][]int // only the one writer appends
	q := Start(Config{Jobs: 4, Bytes: 100, Writers: 1}, func(jobs []int, errs []error) {
		if len(groups) == 0 {
			close(entered)
			<-leave
		}
		groups = append(groups, slices.Clone(jobs))
		for i, j := range jobs {
			if j%2 == 1 {
				errs[i] = fmt.Errorf("job %d: %w", j, errOdd)
			}
		}
	})
	var wg sync.WaitGroup
	errs := make([]error, 7)
	do := func(job int) { wg.Go(func() { errs[job] = q.Do(ctx, job, 15) }) }
	do(0)
	<-entered
	for job := 1; job < 6; job++ {
		do(job)
		waiting(t, q, job)
	}
	if err := q.Do(ctx, 99, 15); !errors.Is(err, store.ErrBusy) {
		t.Errorf("beyond the bytes: %v, want ErrBusy", err)
	}
	wg.Go(func() { errs[6] = q.Do(ctx, 6, 0) }) // without bytes it is never refused
	waiting(t, q, 6)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := q.Do(cancelled, 98, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	close(leave)
	wg.Wait()
	if want := [][]int{{0}, {1, 2, 3, 4}, {5, 6}}; !slices.EqualFunc(groups, want, slices.Equal) {
		t.Errorf("groups %v, want %v", groups, want)
	}
	for job, err := range errs {
		if odd := job%2 == 1; odd != errors.Is(err, errOdd) || !odd && err != nil {
			t.Errorf("job %d: %v", job, err)
		}
	}
	if err := q.Do(ctx, 0, 1000); err != nil {
		t.Errorf("one larger than the limit, into an empty queue: %v", err)
	}
	if first, again := q.Close(), q.Close(); !first || again {
		t.Errorf("Close = %v, then %v", first, again)
	}
	if err := q.Do(ctx, 0, 0); !errors.Is(err, store.ErrClosed) || !q.Closed() {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}

// TestWriters: several commits are under way at once, and every job is done once.
func TestWriters(t *testing.T) {
	const writers, jobs = 3, 300
	var mu sync.Mutex
	done := make(map[int]int)
	var meet sync.WaitGroup // ends only if all writers commit at the same time
	meet.Add(writers)
	q := Start(Config{Jobs: 1, Bytes: 1, Writers: writers}, func(group []int, _ []error) {
		if group[0] < writers {
			meet.Done()
			meet.Wait()
		}
		mu.Lock()
		defer mu.Unlock()
		for _, j := range group {
			done[j]++
		}
	})
	var wg sync.WaitGroup
	for j := range jobs {
		wg.Go(func() {
			if err := q.Do(context.Background(), j, 0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	q.Close()
	for j := range jobs {
		if done[j] != 1 {
			t.Errorf("job %d was done %d times", j, done[j])
		}
	}
}
