package match

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/store"
)

// Config says what a worker matches. Fields without a stated default are required.
type Config struct {
	Store store.Work

	// Matchers hold the keys, one for each set: the current one and those whose vouchers are still taken. Matches count together under sets of one origin
	// (docs/protocol.md, section 5.1), so a worker that has one of these needs all; vouchers under one that is missing wait. Sets of other origins are left to other workers.
	Matchers []*sdk.Matcher

	// Batch is how many vouchers are claimed at once. 0 means store.MaxBatch, which is the most.
	Batch int

	// Lease is how long a claimed batch belongs to the worker. It must exceed by far the time that a batch takes. 0 means 2 minutes.
	Lease time.Duration

	// Poll is how long Run waits between looking for vouchers, where nobody calls Wake. 0 means a second.
	Poll time.Duration

	// Parallel is how many vouchers are opened at the same time. 0 means as many as there are processors.
	Parallel int

	// TestAccounts are accounts of nobody, with which the operator checks from end to end that pictures are found (docs/protocol.md, section 10). Their matches are recorded as such and
	// go no further: they are not counted, open nothing and are no evidence.
	TestAccounts []store.Account

	// Observer, unless nil, is told what happens, for counting.
	Observer Observer

	// Clock tells the time; nil means time.Now.
	Clock func() time.Time

	// Log takes a line for each match and each failure, with a tag for the account; never a payload, a key or a full account. nil means none.
	Log *slog.Logger
}

const (
	defaultLease = 2 * time.Minute
	defaultPoll  = time.Second
	maxPause     = 30 * time.Second // of Run, while the store fails
)

// ErrConfig: the store or every matcher is missing, or Batch is out of range.
var ErrConfig = errors.New("match: a store and at least one matcher are required, and batches of at most 64")

// A Worker matches vouchers. One is for one goroutine; any number of workers, in any number of processes, share the work of one store.
type Worker struct {
	cfg     Config
	origins []*origin
	wake    chan struct{} // holds one token if Wake was called since Run last looked
	failing atomic.Pointer[error]
}

// New returns a worker. The error is ErrConfig.
func New(cfg Config) (*Worker, error) {
	if cfg.Batch == 0 {
		cfg.Batch = store.MaxBatch
	}
	if cfg.Store == nil || len(cfg.Matchers) == 0 || cfg.Batch < 1 || cfg.Batch > store.MaxBatch {
		return nil, ErrConfig
	}
	if cfg.Lease == 0 {
		cfg.Lease = defaultLease
	}
	if cfg.Poll == 0 {
		cfg.Poll = defaultPoll
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = runtime.GOMAXPROCS(0)
	}
	if cfg.Observer == nil {
		cfg.Observer = nobody{}
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{cfg: cfg, origins: originsOf(cfg.Matchers), wake: make(chan struct{}, 1)}, nil
}

// Wake tells Run that there are new vouchers. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Failing is why the last look for vouchers failed; nil if it did not, or there was none yet.
func (w *Worker) Failing() error {
	if err := w.failing.Load(); err != nil {
		return *err
	}
	return nil
}

// Run matches until ctx ends, and returns once the batch at hand is done. A failing store does not end it: it waits, longer each time, and goes on.
func (w *Worker) Run(ctx context.Context) {
	pause := w.cfg.Poll
	for ctx.Err() == nil {
		_, err := w.Drain(ctx)
		switch {
		case err == nil:
			pause = w.cfg.Poll
			w.failing.Store(nil)
		case ctx.Err() != nil:
			return
		default:
			w.failing.Store(&err)
			w.cfg.Log.ErrorContext(ctx, "matching failed", "reason", err)
			pause = min(2*pause, maxPause)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.wake:
			if err != nil { // new vouchers do not mend a store
				select {
				case <-ctx.Done():
				case <-timer.C:
				}
			}
		}
		timer.Stop()
	}
}

// Drain matches until there is nothing to claim, and returns how many vouchers it took. What is postponed or claimed by others does not count as something.
// If ctx ends, the batch at hand is still done.
func (w *Worker) Drain(ctx context.Context) (taken int, err error) {
	for {
		before := taken
		for _, o := range w.origins {
			if err := ctx.Err(); err != nil {
				return taken, err
			}
			n, err := w.take(context.WithoutCancel(ctx), o)
			taken += n
			if err != nil {
				return taken, err
			}
		}
		if taken == before {
			return taken, nil
		}
	}
}

// take claims one batch and does it.
func (w *Worker) take(ctx context.Context, o *origin) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Lease)
	defer cancel()
	vouchers, err := w.cfg.Store.Claim(ctx, store.Claim{
		Set: o.id, Limit: w.cfg.Batch, Now: w.cfg.Clock(), Lease: w.cfg.Lease,
	})
	if err != nil || len(vouchers) == 0 {
		return 0, err
	}
	b := &batch{Worker: w, origin: o, opened: make(map[store.ID]opening)}
	begin, reclaimed := time.Now(), 0
	for _, v := range vouchers {
		if v.Attempt > 1 {
			reclaimed++
		}
	}
	err = b.do(ctx, vouchers)
	w.cfg.Observer.Batch(reclaimed, time.Since(begin), err)
	return len(vouchers), err
}
