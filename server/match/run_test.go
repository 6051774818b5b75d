package match

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// run starts a worker on the scene's store, in a bubble of fake time. The result ends it.
func (s *scene) run(st store.Work) (w *Worker, stop func()) {
	s.t.Helper()
	w = s.worker(st, start, func(c *Config) { c.Poll, c.Clock, c.Parallel = time.Minute, time.Now, 1 })
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	synctest.Wait()
	return w, func() {
		cancel()
		<-done
	}
}

func TestRun(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	for _, name := range []string{"a", "b", "c"} {
		s.hand(name, servertest.Sealing{Account: "ann", InSet: true})
	}
	synctest.Test(t, func(t *testing.T) {
		st := storetest.NewMemory()
		put := func(i int) {
			t.Helper()
			if _, err := st.Put(ctx, s.vouchers[i]); err != nil {
				t.Fatal(err)
			}
		}
		state := func(i int) store.State {
			synctest.Wait()
			v, err := st.Voucher(ctx, s.vouchers[i].ID)
			if err != nil {
				t.Fatal(err)
			}
			return v.State
		}
		put(0)
		w, stop := s.run(st)
		if got := state(0); got != store.Match {
			t.Errorf("a voucher from before the start: %v", got)
		}
		put(1)
		time.Sleep(59 * time.Second)
		if got := state(1); got != store.Pending {
			t.Errorf("before it looks again: %v", got)
		}
		time.Sleep(2 * time.Second)
		if got := state(1); got != store.Match {
			t.Errorf("when it looks again: %v", got)
		}
		put(2)
		w.Wake()
		if got := state(2); got != store.Match {
			t.Errorf("once woken: %v", got)
		}
		w.Wake() // twice at once does not block
		w.Wake()
		stop()
	})
}

// A failing store does not end the worker, and is not asked all the time.
func TestRunFailing(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	synctest.Test(t, func(t *testing.T) {
		dead := storetest.NewFaulty(storetest.NewMemory(), 0, storetest.BeforeEffect)
		w, stop := s.run(dead)
		for range 600 { // ten minutes, in which someone calls all the time
			time.Sleep(time.Second)
			w.Wake()
		}
		stop()
		if n := dead.Calls(); n < 10 || n > 30 {
			t.Errorf("the store was asked %d times in ten minutes, want about one every half", n)
		}
	})
}

// TestDrainEnds: a context that ends does not tear a batch apart.
func TestDrainEnds(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		s.hand(name, servertest.Sealing{Account: "ann", InSet: true})
	}
	st := s.stored(storetest.NewMemory())
	ctx, cancel := context.WithCancel(ctx)
	stopping := &before{Faulty: storetest.NewFaulty(st, 1<<30, storetest.BeforeEffect), n: 1, run: cancel}
	n, err := s.worker(stopping, start).Drain(ctx)
	if n != 4 || !errors.Is(err, context.Canceled) {
		t.Errorf("Drain = %d, %v, want the batch of 4 and the context's error", n, err)
	}
	for i, v := range s.vouchers {
		want := "readable: payload of " + v.Message
		if i >= 4 {
			want = "pending"
		}
		if got := outcome(t, st, v); got != want {
			t.Errorf("%s: %s, want %s", v.Message, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for attempt, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 13: time.Hour, 1 << 40: time.Hour} {
		if got := backoff(attempt); got != want {
			t.Errorf("after attempt %d: %v, want %v", attempt, got, want)
		}
	}
}

// TestDefect: a panic while a voucher is opened is no verdict on it.
func TestDefect(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	s.hand("a", servertest.Sealing{Account: "ann", InSet: true})
	if o := open(nil, &s.vouchers[0]); !errors.Is(o.err, errBroken) {
		t.Errorf("opening with no matcher: %v, want errBroken", o.err)
	}
}
