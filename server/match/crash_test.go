package match

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// crashScene has every way that a voucher can go, in several batches: ann opens in the third of them, with a synthetic voucher and a repeat before, bob stays
// below the threshold, carol opens by forged vouchers.
func crashScene(t *testing.T) *scene {
	s := &scene{t: t, set: servertest.New(t, 2, 1)}
	bob, carol := s.set.Account(2, 0), s.set.Account(3, 0)
	s.hand("carol 1", servertest.Sealing{Account: "carol", InSet: true, Dealer: carol})
	s.hand("ann 1", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("closed 1", servertest.Sealing{Account: "ann"})
	s.hand("synthetic", servertest.Sealing{Account: "ann", InSet: true, Share: s.set.Account(99, 0).Share([]byte("x")).Bytes()})
	s.hand("bob 1", servertest.Sealing{Account: "bob", InSet: true, Dealer: bob})
	s.hand("ann 1 again", servertest.Sealing{Account: "ann", InSet: true, Picture: "ann 1"})
	s.hand("invalid", servertest.Sealing{Account: "ann", InSet: true, Share: make([]byte, len(bob.Share(nil).Bytes()))})
	s.hand("ann 2", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("closed 2", servertest.Sealing{Account: "bob"})
	s.hand("ann 3", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("ann 4", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("bob 2", servertest.Sealing{Account: "bob", InSet: true, Dealer: bob})
	// On carol's polynomials, but with another payload key: that the account opens shows in her first match alone, which came batches before.
	for _, name := range []string{"carol forged", "carol forged too"} {
		s.hand(name, servertest.Sealing{Account: "carol", InSet: true, Dealer: s.set.SameGeneration(3, 0), Share: carol.Share([]byte(name)).Bytes()})
	}
	return s
}

// A result is what a store holds in the end, as far as it may not depend on what happened on the way.
type result struct {
	vouchers []string      // by arrival
	tallies  []store.Tally // by key
}

// result reads the end state. Nothing may be waiting.
func (s *scene) result(st store.Store) (r result) {
	s.t.Helper()
	keys := make(map[store.TallyKey]bool)
	for _, v := range s.vouchers {
		got, err := st.Voucher(ctx, v.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		if !bytes.Equal(got.Raw, v.Raw) {
			s.t.Fatalf("%s has lost its bytes", v.Message)
		}
		if got.State == store.Match {
			keys[got.Tally()] = true
		}
		r.vouchers = append(r.vouchers, fmt.Sprintf("%s: %s, ordinal %d", v.Message, outcome(s.t, st, v), got.Ordinal))
	}
	for key := range keys {
		t, err := st.Tally(ctx, key)
		if err != nil {
			s.t.Fatal(err)
		}
		t.Version = 0
		r.tallies = append(r.tallies, t)
	}
	slices.SortFunc(r.tallies, func(a, b store.Tally) int { return cmp.Compare(a.Key.Account.Name, b.Key.Account.Name) })
	if c, err := st.Count(ctx, store.SetID(s.set.Manifest.ID())); err != nil || c.Waiting != 0 {
		s.t.Fatalf("%d vouchers still wait, %v", c.Waiting, err)
	}
	return r
}

// effect is a result without what depends on the order in which matches were decided.
func (r result) effect() result {
	var e result
	for _, v := range r.vouchers {
		if i := strings.Index(v, "match "); i >= 0 {
			v = v[:i] + "match, ordinal"
		}
		e.vouchers = append(e.vouchers, v[:strings.LastIndex(v, " ordinal")])
	}
	for _, t := range r.tallies {
		if !t.Open { // else the state is the polynomials, whatever the order was
			t.State = []byte(fmt.Sprint(len(t.State), " bytes"))
		}
		e.tallies = append(e.tallies, t)
	}
	return e
}

func (s *scene) faultless() result {
	s.t.Helper()
	st := s.stored(storetest.NewMemory())
	if _, err := s.worker(st, start).Drain(ctx); err != nil {
		s.t.Fatal(err)
	}
	r := s.result(st)
	if len(r.tallies) != 3 || !r.tallies[0].Open || r.tallies[1].Open || !r.tallies[2].Open {
		s.t.Fatalf("the scene does not play out as meant: %+v", r.tallies)
	}
	return r
}

// TestCrashEverywhere lets the worker's process die around every single call, before and after its effect. The next process must end at the very
// same state as a run without faults.
func TestCrashEverywhere(t *testing.T) {
	s := crashScene(t)
	want := s.faultless()
	for _, moment := range []storetest.Moment{storetest.BeforeEffect, storetest.AfterEffect} {
		deaths := 0
		for n := 0; ; n++ {
			st := s.stored(storetest.NewMemory())
			dying := storetest.NewFaulty(st, n, moment)
			_, err := s.worker(dying, start).Drain(ctx)
			if !dying.Died() {
				break
			}
			deaths++
			if !errors.Is(err, storetest.ErrDied) {
				t.Fatalf("death in call %d: %v", n, err)
			}
			if _, err := s.worker(st, start.Add(time.Hour)).Drain(ctx); err != nil {
				t.Fatalf("after a death in call %d: %v", n, err)
			}
			if got := s.result(st); !reflect.DeepEqual(got, want) {
				t.Fatalf("after a death in call %d (moment %v):\n%+v\nwithout faults:\n%+v", n, moment, got, want)
			}
		}
		if deaths < 30 {
			t.Errorf("only %d calls to die in", deaths)
		}
	}
}

// TestFailEverywhere lets every single call fail once, while the process lives on.
func TestFailEverywhere(t *testing.T) {
	s := crashScene(t)
	want := s.faultless().effect()
	for _, moment := range []storetest.Moment{storetest.BeforeEffect, storetest.AfterEffect} {
		for n := 0; ; n++ {
			st := s.stored(storetest.NewMemory())
			flaky := storetest.NewFlaky(st, n, moment)
			s.worker(flaky, start).Drain(ctx) // fails or not: some failures only postpone
			if !flaky.Died() {
				break
			}
			if _, err := s.worker(flaky, start.Add(time.Hour)).Drain(ctx); err != nil {
				t.Fatalf("after a failure of call %d: %v", n, err)
			}
			if got := s.result(st).effect(); !reflect.DeepEqual(got, want) {
				t.Fatalf("after a failure of call %d (moment %v):\n%+v\nwithout faults:\n%+v", n, moment, got, want)
			}
		}
	}
}

// TestCrashAgainAndAgain: one process after another dies, most of them early.
func TestCrashAgainAndAgain(t *testing.T) {
	s := crashScene(t)
	want := s.faultless().effect()
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		st := s.stored(storetest.NewMemory())
		now := start
		for life := 0; ; life++ {
			dying := storetest.NewFaulty(st, 1+rng.IntN(12), storetest.Moment(rng.IntN(2)))
			s.worker(dying, now, func(c *Config) { c.Batch = 1 + rng.IntN(6) }).Drain(ctx)
			if !dying.Died() {
				break
			}
			if life > 1000 {
				t.Fatalf("seed %d: the work never ends", seed)
			}
			now = now.Add(time.Hour)
		}
		if got := s.result(st).effect(); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d:\n%+v\nwithout faults:\n%+v", seed, got, want)
		}
	}
}

type ctxt = context.Context

// before runs a function before a worker's n-th call.
type before struct {
	*storetest.Faulty // counts
	n                 int
	run               func()
}

func (b *before) check() {
	if b.Calls() == b.n {
		b.run()
	}
}

func (b *before) RecordMatch(c ctxt, id store.ID, generation, period uint32) (uint64, error) {
	b.check()
	return b.Faulty.RecordMatch(c, id, generation, period)
}
func (b *before) LeaveClosed(c ctxt, ids ...store.ID) error {
	b.check()
	return b.Faulty.LeaveClosed(c, ids...)
}
func (b *before) Reject(c ctxt, id store.ID, reason string) error {
	b.check()
	return b.Faulty.Reject(c, id, reason)
}
func (b *before) Finish(c ctxt, ids ...store.ID) error {
	b.check()
	return b.Faulty.Finish(c, ids...)
}
func (b *before) Matches(c ctxt, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	b.check()
	return b.Faulty.Matches(c, key, after, limit)
}
func (b *before) Tally(c ctxt, key store.TallyKey) (store.Tally, error) {
	b.check()
	return b.Faulty.Tally(c, key)
}
func (b *before) SaveTally(c ctxt, t store.Tally) error {
	b.check()
	return b.Faulty.SaveTally(c, t)
}
func (b *before) PutEvidence(c ctxt, e store.Evidence) error {
	b.check()
	return b.Faulty.PutEvidence(c, e)
}

// TestOvertaken: a worker loses its lease at any point, and another does everything before the first one goes on.
func TestOvertaken(t *testing.T) {
	s := crashScene(t)
	want := s.faultless().effect()
	for n := 0; n < 200; n++ {
		st := s.stored(storetest.NewMemory())
		overtaken := false
		slow := &before{Faulty: storetest.NewFaulty(st, 1<<30, storetest.BeforeEffect), n: n}
		slow.run = func() {
			overtaken = true
			if _, err := s.worker(st, start.Add(time.Hour)).Drain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.worker(slow, start).Drain(ctx); err != nil {
			t.Fatalf("overtaken before call %d: %v", n, err)
		}
		if got := s.result(st).effect(); !reflect.DeepEqual(got, want) {
			t.Fatalf("overtaken before call %d:\n%+v\nwithout faults:\n%+v", n, got, want)
		}
		if !overtaken && n > slow.Calls() {
			if n < 30 {
				t.Errorf("only %d calls to be overtaken in", n)
			}
			return
		}
	}
	t.Error("the work never ends")
}

// TestManyWorkers: several at once on one database, all of which die now and then.
func TestManyWorkers(t *testing.T) {
	s := crashScene(t)
	want := s.faultless().effect()
	t.Run("sqlite", func(t *testing.T) {
		for seed := range uint64(3) {
			db, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(t.TempDir(), fmt.Sprint(seed, ".db"))})
			if err != nil {
				t.Fatal(err)
			}
			s.manyWorkers(t, seed, want, db, db, db, db)
			db.Close()
		}
	})
	t.Run("postgres", func(t *testing.T) {
		pg := pgtest.Start(t)
		for seed := range uint64(3) {
			url := pg.Database()
			var dbs []store.Store // each worker has connections of its own, as in a process of its own
			for range 4 {
				db, err := postgres.Open(ctx, postgres.Config{URL: url})
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				dbs = append(dbs, db)
			}
			s.manyWorkers(t, seed, want, dbs...)
		}
	})
}

// manyWorkers runs a worker on each of several stores that are one database.
func (s *scene) manyWorkers(t *testing.T, seed uint64, want result, dbs ...store.Store) {
	t.Helper()
	s.stored(dbs[0])
	var wg sync.WaitGroup
	for i, db := range dbs {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Go(func() {
			now := start
			for died := true; died; now = now.Add(time.Hour) {
				dying := storetest.NewFaulty(db, 1+rng.IntN(25), storetest.Moment(rng.IntN(2)))
				s.worker(dying, now, func(c *Config) { c.Batch = 1 + rng.IntN(3) }).Drain(ctx)
				died = dying.Died()
			}
		})
	}
	wg.Wait()
	// Whatever the last to live could not claim, because another held it.
	if _, err := s.worker(dbs[0], start.AddDate(1, 0, 0)).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := s.result(dbs[0]).effect(); !reflect.DeepEqual(got, want) {
		t.Errorf("seed %d:\n%+v\nwithout faults:\n%+v", seed, got, want)
	}
}

// damaged is a store in which one voucher's bytes have changed.
type damaged struct {
	store.Store
	id store.ID
}

func (d damaged) spoil(vouchers []store.Voucher, err error) ([]store.Voucher, error) {
	for i := range vouchers {
		if vouchers[i].ID == d.id {
			vouchers[i].Raw[len(vouchers[i].Raw)-50] ^= 1
		}
	}
	return vouchers, err
}

func (d damaged) Claim(c ctxt, claim store.Claim) ([]store.Voucher, error) {
	return d.spoil(d.Store.Claim(c, claim))
}

func (d damaged) Matches(c ctxt, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	return d.spoil(d.Store.Matches(c, key, after, limit))
}

func (d damaged) Voucher(c ctxt, id store.ID) (store.Voucher, error) {
	v, err := d.Store.Voucher(c, id)
	d.spoil([]store.Voucher{v}, err)
	return v, err
}

// TestDamagedBytes: a match whose bytes the disk has changed since it was recorded counts for nothing, and holds nothing up.
func TestDamagedBytes(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	s.hand("lost", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("fine", servertest.Sealing{Account: "ann", InSet: true})
	st := s.stored(storetest.NewMemory())
	// The first worker dies when both are recorded: after Claim, RecordMatch, RecordMatch.
	dying := storetest.NewFaulty(st, 3, storetest.BeforeEffect)
	s.worker(dying, start).Drain(ctx)
	if got, err := st.Voucher(ctx, s.vouchers[1].ID); err != nil || got.State != store.Match {
		t.Fatalf("state %v, %v: the scene does not play out as meant", got.State, err)
	}
	worse := damaged{st, s.vouchers[0].ID}
	if _, err := s.worker(worse, start.Add(time.Hour)).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(st, map[string]string{"lost": "damaged", "fine": "readable: payload of fine"})
}
