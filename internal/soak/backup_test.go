//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// TestBackupAndRestore: what docs/operating.md says of backups, with real processes. Ingest and matcher serve while the backup is made; it is restored elsewhere, has what was acknowledged before it
// began with every decision and piece of evidence, and lacks what came after it; and with a server on top of it, what it lacks can be handed in, and matching goes on to the
// end that it would have had.
func TestBackupAndRestore(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	command, err := rig.Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	set, err := rig.NewSet(ctx, command, dir, rig.SetConfig{Scheme: "lowest-frequency bits=64 probes=as-is:2", Payload: 64, Threshold: limit})
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(ctx, set, 1500, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("sqlite", func(t *testing.T) {
		from, to := filepath.Join(t.TempDir(), "veilhash.db"), filepath.Join(t.TempDir(), "restored.db")
		file := filepath.Join(t.TempDir(), "backup.db")
		testBackup(t, command, p, &place{
			args: []string{"--database", from},
			open: func(ctx context.Context) (store.Store, error) { return sqlite.Open(ctx, sqlite.Config{Path: from}) },
		}, &place{
			args: []string{"--database", to},
			open: func(ctx context.Context) (store.Store, error) { return sqlite.Open(ctx, sqlite.Config{Path: to}) },
		}, func() error {
			return output(exec.Command(command, "store", "backup", "--database", from, file))
		}, func() error {
			return output(exec.Command(command, "store", "restore", "--database", to, file))
		})
	})
	t.Run("postgres", func(t *testing.T) {
		pg := pgtest.Start(t)
		from, to := pg.Database(), pg.Database()
		file := filepath.Join(pg.Dir(), "backup") // where PostgreSQL's user may write
		at := func(url string) *place {
			return &place{args: []string{"--store", url}, open: func(ctx context.Context) (store.Store, error) {
				return postgres.Open(ctx, postgres.Config{URL: url})
			}}
		}
		testBackup(t, command, p, at(from), at(to), func() error {
			return output(pg.Command("pg_dump", "--format", "custom", "--file", file, "--dbname", from))
		}, func() error {
			return output(pg.Command("pg_restore", "--exit-on-error", "--single-transaction", "--dbname", to, file))
		})
	})
}

func output(cmd *exec.Cmd) error {
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd.Path, err, text)
	}
	return nil
}

func testBackup(t *testing.T, command string, p *plan, from, to *place, backup, restore func() error) {
	t.Helper()
	ctx := t.Context()
	const early = 700 // acknowledged before the backup begins
	r := start(t, command, p, from)
	send := func(r *run, first, after int) {
		var wg sync.WaitGroup
		for c := range 8 {
			wg.Go(func() {
				client := rig.NewClient(r.ingest, 0)
				defer client.Close()
				for i := first + c; i < after; i += 8 {
					if err := r.insist(ctx, client, rig.AppendRequest(nil, p.binding(i), "", p.voucher(i, nil))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	}
	send(r, 0, early)
	if err := r.settle(ctx); err != nil { // so that there are decisions and evidence to restore
		t.Fatal(err)
	}
	before := dump(t, p, from, early)
	var load sync.WaitGroup
	load.Go(func() { send(r, early, p.n-50) })
	if err := backup(); err != nil {
		t.Fatal(err)
	}
	load.Wait()
	send(r, p.n-50, p.n) // acknowledged, and not in the backup
	for _, role := range []string{"ingest", "match"} {
		r.running(role).Kill() // the machine is gone
	}

	if err := restore(); err != nil {
		t.Fatal(err)
	}
	after := dump(t, p, to, early)
	for i := range before {
		if before[i] != after[i] || before[i] == "" {
			t.Errorf("voucher %d was %q, and is %q", i, before[i], after[i])
		}
	}
	for i, was := range dump(t, p, to, p.n)[p.n-50:] {
		if was != "" {
			t.Errorf("voucher %d came after the backup, and is in it: %q", p.n-50+i, was)
		}
	}

	r = start(t, command, p, to)
	send(r, 0, p.n) // those that are lost are new, the others are repeats
	if err := r.settle(ctx); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"ingest", "match"} {
		if err := r.running(role).Stop(); err != nil {
			t.Error(err)
		}
	}
	for i := range p.n {
		if err := r.journal.note(i); err != nil {
			t.Fatal(err)
		}
	}
	s, err := r.collect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s.bad > 0 || s.Evidence == 0 {
		t.Errorf("%d pieces of evidence, %d complaints: %v", s.Evidence, s.bad, s.Wrong)
	}
}

// start starts ingest and matcher.
func start(t *testing.T, command string, p *plan, at *place) *run {
	t.Helper()
	j, err := newJournal(filepath.Join(t.TempDir(), "acknowledged"))
	if err != nil {
		t.Fatal(err)
	}
	r := &run{command: command, plan: p, place: at, process: make(map[string]*rig.Process), journal: j}
	for _, role := range []string{"ingest", "match"} {
		address, err := rig.FreeAddress()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.start(t.Context(), role, address); err != nil {
			t.Fatal(err)
		}
	}
	r.ingest = r.running("ingest").Address
	return r
}

// dump is what is known of the first n vouchers, with their ordinals; "" for one that is not there.
func dump(t *testing.T, p *plan, at *place, n int) []string {
	t.Helper()
	ctx := t.Context()
	db, err := at.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out := make([]string, n)
	var s state
	for i := range out {
		v, err := db.Voucher(ctx, p.id(i))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.evidence(ctx, db, v)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = fmt.Sprintf("%s %s %s %d %d %x %s", v.ID, v.Account.Name, v.Message, v.Ordinal, v.Received.UnixMilli(), v.Raw, e)
	}
	return out
}
