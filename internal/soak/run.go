//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/store"
)

// Faults are what happens to a run.
type faults struct {
	Kills    int `json:"kills"`    // of ingest or matcher, as kill -9 does
	Restarts int `json:"restarts"` // crashes of the database
	Fulls    int `json:"fulls"`    // times that the disk is full
}

func (f faults) number() int { return f.Kills + f.Restarts + f.Fulls }

// A run is one load, from an empty database to the last decision.
type run struct {
	command     string
	plan        *plan
	place       *place
	faults      faults
	connections int
	progress    func(acknowledged int)

	mu      sync.Mutex
	process map[string]*rig.Process // by role; guarded by mu

	ingest      string // its address, which stays
	journal     *journal
	next, acked atomic.Int64
	allowed     atomic.Int64 // vouchers before this one may be sent: the load does not run away from what is to happen to it
	refused     atomic.Int64 // answers 429 and 503
	broken      atomic.Int64 // connections
	repeats     atomic.Int64 // vouchers that were sent again although they were acknowledged
	happened    faults
	killed      map[string]int // by role
	memory      []sample
}

// start starts a role's process.
func (r *run) start(ctx context.Context, role, address string) error {
	args := append([]string{"--quiet", "--log-level", "error", "--set", r.plan.set.Dir, "--roles", role}, r.place.args...)
	if role == "match" {
		args = append(args, "--key", r.plan.set.KeyFile)
	}
	p, err := rig.StartServe(ctx, r.command, address, args...)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.process[role] = p
	return nil
}

func (r *run) running(role string) *rig.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process[role]
}

// do does the run and returns what it has left behind.
func (r *run) do(ctx context.Context, dir string) (s *state, err error) {
	r.process, r.killed = make(map[string]*rig.Process), make(map[string]int)
	if r.journal, err = newJournal(filepath.Join(dir, "acknowledged")); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer func() {
		for _, role := range []string{"ingest", "match"} {
			if p := r.running(role); p != nil && err != nil {
				p.Kill()
			}
		}
	}()
	for _, role := range []string{"ingest", "match"} { // one after the other: the first makes the schema
		address, err := rig.FreeAddress()
		if err != nil {
			return nil, err
		}
		if err := r.start(ctx, role, address); err != nil {
			return nil, err
		}
	}
	r.ingest = r.running("ingest").Address
	var sampling sync.WaitGroup
	loaded := make(chan struct{})
	stopSampling := make(chan struct{})
	sampling.Go(func() { r.sample(loaded, stopSampling) })
	var load sync.WaitGroup
	for c := range r.connections {
		load.Go(func() {
			if err := r.send(ctx, c); err != nil {
				cancel(err)
			}
		})
	}
	err = r.afflict(ctx)
	if err != nil {
		cancel(err)
	}
	load.Wait()
	close(loaded)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = r.settle(ctx)
	}
	close(stopSampling)
	sampling.Wait()
	if err != nil {
		return nil, err
	}
	for _, role := range []string{"ingest", "match"} {
		p := r.running(role)
		r.mu.Lock()
		delete(r.process, role)
		r.mu.Unlock()
		if err := p.Stop(); err != nil {
			return nil, err
		}
	}
	return r.collect(ctx)
}

// send hands vouchers in, each until it is acknowledged, as clients do.
func (r *run) send(ctx context.Context, connection int) error {
	c := rig.NewClient(r.ingest, 20*time.Second)
	defer c.Close()
	rng := rand.New(rand.NewPCG(r.plan.seed, uint64(connection)))
	var raw, request []byte
	for i := int(r.next.Add(1)) - 1; i < r.plan.n; i = int(r.next.Add(1)) - 1 {
		for int64(i) >= r.allowed.Load() && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		raw = r.plan.voucher(i, raw)
		request = rig.AppendRequest(request[:0], r.plan.binding(i), "", raw)
		if err := r.insist(ctx, c, request); err != nil {
			return fmt.Errorf("voucher %d: %w", i, err)
		}
		if err := r.journal.note(i); err != nil {
			return err
		}
		r.progress(int(r.acked.Add(1)))
		if rng.IntN(100) == 0 { // a client that has not seen the answer
			r.repeats.Add(1)
			if err := r.insist(ctx, c, request); err != nil {
				return fmt.Errorf("voucher %d again: %w", i, err)
			}
		}
		c.Renew()
	}
	return nil
}

// insist sends a request until it is acknowledged.
func (r *run) insist(ctx context.Context, c *rig.Client, request []byte) error {
	for {
		answer, err := c.Do(request)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			r.broken.Add(1)
		case answer.Status == 202:
			return nil
		case answer.Status == 429 || answer.Status == 503:
			r.refused.Add(1)
		default:
			return fmt.Errorf("answer %d: %s", answer.Status, answer.Body)
		}
		time.Sleep(5 * time.Millisecond)
		c.Renew()
	}
}

// afflict has the faults happen, one after the other, spread over the load.
func (r *run) afflict(ctx context.Context) error {
	var events []func(context.Context, *rand.Rand) error
	for range r.faults.Kills {
		events = append(events, r.killOne)
	}
	for range r.faults.Restarts {
		events = append(events, func(context.Context, *rand.Rand) error {
			r.happened.Restarts++
			return r.place.crash()
		})
	}
	for range r.faults.Fulls {
		events = append(events, r.fillDisk)
	}
	rng := rand.New(rand.NewPCG(r.plan.seed, 1<<32))
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	// The load has a share for each event and two more, and is let go on to the end of the share after the event's: it goes on while the event happens.
	share := float64(r.plan.n) / float64(len(events)+2)
	defer r.allowed.Store(int64(r.plan.n))
	for k, event := range events {
		r.allowed.Store(max(r.allowed.Load(), int64(share*float64(k+2))))
		// Anywhere in its share, and then at any moment of what a commit takes.
		at := int64(share * (float64(k) + rng.Float64()))
		for r.acked.Load() < at {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rng.IntN(20_000)) * time.Microsecond)
		if err := event(ctx, rng); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) killOne(ctx context.Context, rng *rand.Rand) error {
	role := []string{"ingest", "match"}[rng.IntN(2)]
	r.happened.Kills++
	r.killed[role]++
	p := r.running(role)
	p.Kill()
	return r.start(ctx, role, p.Address)
}

// fillDisk takes the room away until ingest has refused vouchers for it.
func (r *run) fillDisk(ctx context.Context, _ *rand.Rand) error {
	r.happened.Fulls++
	before := r.refused.Load()
	if r.place.slack != nil {
		if err := r.place.slack(ctx); err != nil {
			return err
		}
	}
	done, filled := make(chan struct{}), make(chan error, 1)
	go func() { filled <- r.place.disk.fill(done) }()
	const patience = time.Minute
	for deadline := time.Now().Add(patience); r.refused.Load() < before+int64(r.connections) && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		if allowed := r.allowed.Load(); r.acked.Load() >= allowed-int64(r.connections) { // more, until there is no room for it
			r.allowed.Store(min(allowed+int64(4*r.connections), int64(r.plan.n)))
		}
		if int(r.acked.Load()) == r.plan.n {
			close(done)
			return errors.Join(errors.New("the load ended before the disk was full; send more vouchers"), <-filled, r.place.disk.empty())
		}
		if time.Now().After(deadline) {
			close(done)
			return errors.Join(fmt.Errorf("the disk was full for %v, and ingest has refused nothing", patience), <-filled, r.place.disk.empty())
		}
	}
	close(done)
	return errors.Join(<-filled, r.place.disk.empty(), context.Cause(ctx))
}

// settle waits until the matcher has nothing left but what its killed predecessors have claimed, whose leases have not ended.
func (r *run) settle(ctx context.Context) error {
	db, err := r.place.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	const patience = 5 * time.Second
	last, since := ^uint64(0), time.Now()
	for {
		c, err := db.Count(ctx, r.origin())
		if err != nil {
			return err
		}
		if c.Waiting == 0 {
			return nil
		}
		if c.Waiting != last {
			last, since = c.Waiting, time.Now()
		}
		leased := uint64(store.MaxBatch * (r.killed["match"] + 4*r.faults.Restarts + 4*r.faults.Fulls))
		if time.Since(since) > patience && c.Waiting <= leased {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (r *run) origin() store.SetID { return store.SetID(r.plan.set.Manifest.Origin().ID) }

// finish does what the killed had claimed, as a matcher does two minutes later.
func (r *run) finish(ctx context.Context, db store.Store) error {
	w, err := match.New(match.Config{
		Store: db, Matchers: []*sdk.Matcher{r.plan.set.Matcher}, Clock: func() time.Time { return time.Now().Add(2 * time.Hour) },
	})
	if err != nil {
		return err
	}
	_, err = w.Drain(ctx)
	return err
}
