//go:build linux

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// seed makes the runs hit the same processes after the same numbers of vouchers.
const seed = 20

// TestSoak is `make soak` in short: a handful of kills, a crash of the database, a full disk where there may be one.
func TestSoak(t *testing.T) {
	for _, cfg := range []config{
		{store: "sqlite", vouchers: 3000, connections: 16, faults: faults{Kills: 5, Fulls: 1}},
		{store: "postgres", vouchers: 2000, connections: 16, faults: faults{Kills: 4, Restarts: 1, Fulls: 1}},
	} {
		t.Run(cfg.store, func(t *testing.T) {
			t.Parallel()
			if cfg.store == "postgres" && !hasPostgres(t) {
				return
			}
			if !mayMount(t) {
				t.Log("no file system can be mounted here: the disk does not get full (root can)")
				cfg.faults.Fulls = 0
			}
			cfg.seed, cfg.talk = seed, t.Output()
			r, err := soak(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			r.print(t.Output())
			if !r.Passed || r.State.Vouchers != cfg.vouchers || r.State.Evidence == 0 || r.State.Open == 0 || r.State.Evidence >= r.State.Matches {
				t.Error("failed, or too little happened")
			}
		})
	}
}

// hasPostgres leaves it to package pgtest to skip, or to fail, where PostgreSQL is missing.
func hasPostgres(t *testing.T) bool {
	if _, err := exec.LookPath("initdb"); err == nil {
		return true
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(debian) > 0 || os.Getenv("VEILHASH_POSTGRES_BIN") != "" {
		return true
	}
	if os.Getenv("CI") == "true" || os.Getenv("VEILHASH_REQUIRE_POSTGRES") != "" {
		t.Fatal("PostgreSQL is not installed")
	}
	t.Skip("PostgreSQL is not installed: apt-get install postgresql")
	return false
}

func mayMount(t *testing.T) bool {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=65536"); err != nil {
		return false
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	return true
}

// TestFindsWhatIsWrong: a voucher that was acknowledged and is not there, one with other bytes, and one that counts although it should not are found.
func TestFindsWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	command, err := rig.Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	set, err := rig.NewSet(ctx, command, dir, rig.SetConfig{Scheme: "lowest-frequency bits=64 probes=as-is:2", Payload: 64, Threshold: limit})
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(ctx, set, 300, seed)
	if err != nil {
		t.Fatal(err)
	}
	first := -1 // that matches
	for i := range p.n {
		if p.matches(i) && first < 0 {
			first = i
		}
	}
	for name, c := range map[string]struct {
		alter func(i int, v *store.Voucher) (put bool)
		bad   bool
	}{
		"nothing":              {func(int, *store.Voucher) bool { return true }, false},
		"one is lost":          {func(i int, _ *store.Voucher) bool { return i != 7 }, true},
		"a match is lost":      {func(i int, _ *store.Voucher) bool { return i != first }, true},
		"another account's":    {func(i int, v *store.Voucher) bool { v.Account.Name += "x"; return true }, true},
		"a voucher of no plan": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			sub := t.TempDir()
			place, err := newPlace("sqlite", sub, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer place.close()
			r := &run{plan: p, place: place}
			if r.journal, err = newJournal(filepath.Join(sub, "acknowledged")); err != nil {
				t.Fatal(err)
			}
			db, err := place.open(ctx)
			if err != nil {
				t.Fatal(err)
			}
			put := func(v store.Voucher) {
				if _, err := db.Put(ctx, v); err != nil {
					t.Fatal(err)
				}
			}
			for i := range p.n {
				b := p.binding(i)
				v := store.Voucher{ID: p.id(i), Account: store.Account{Name: b.Account}, Message: b.Message, Set: r.origin(), Raw: p.voucher(i, nil), Received: time.Now()}
				if c.alter == nil || c.alter(i, &v) {
					put(v)
				}
				if err := r.journal.note(i); err != nil {
					t.Fatal(err)
				}
			}
			if c.alter == nil { // as if a match had come in twice, under another id
				b := voucher.Binding{Account: p.binding(first).Account, Message: "again"}
				dealer, err := set.Account(uint32(p.account(first)), 0)
				if err != nil {
					t.Fatal(err)
				}
				raw, err := set.Seal(rig.Sealing{Binding: b, Dealer: dealer, Picture: p.picture(first), Match: rig.InSet})
				if err != nil {
					t.Fatal(err)
				}
				id, err := voucher.Parse(raw)
				if err != nil {
					t.Fatal(err)
				}
				put(store.Voucher{ID: store.ID(id.ID), Account: store.Account{Name: b.Account}, Message: b.Message, Set: r.origin(), Raw: raw, Received: time.Now()})
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := r.collect(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if (s.bad > 0) != c.bad {
				t.Errorf("%d complaints: %v", s.bad, s.Wrong)
			}
		})
	}
}

// TestTrends: memory that grows with the vouchers is found, noise is not.
func TestTrends(t *testing.T) {
	series := func(f func(i int64) int64) (out []sample) {
		for i := range int64(100) {
			m := map[string]int64{"ingest": f(i), "match": 50 << 20}
			out = append(out, sample{Acknowledged: i * 10_000, RSS: m, Heap: m, Loading: true})
		}
		return out
	}
	for name, c := range map[string]struct {
		f    func(i int64) int64
		flat bool
	}{
		"flat":  {func(i int64) int64 { return 60<<20 + i%7<<20 }, true},
		"warm":  {func(i int64) int64 { return min(60, 5*(i+1)) << 20 }, true},
		"leaks": {func(i int64) int64 { return (30 + i) << 20 }, false},
	} {
		got := trends(series(c.f))
		if len(got) != 4 {
			t.Fatalf("%s: %d trends", name, len(got))
		}
		for _, tr := range got {
			if want := c.flat || tr.Role == "match"; tr.Flat != want {
				t.Errorf("%s: %+v, want flat %v", name, tr, want)
			}
		}
	}
}
