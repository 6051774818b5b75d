//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// sqliteSettings asks a connection as the server opens it.
func sqliteSettings(ctx context.Context, file string) (string, error) {
	db, err := sqlite.Open(ctx, sqlite.Config{Path: file})
	if err != nil {
		return "", err
	}
	defer db.Close()
	return db.Settings(ctx)
}

// postgresSettings asks the server.
func postgresSettings(ctx context.Context, url string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var all []string
	for _, name := range []string{"server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_sync_method"} {
		var v string
		if err := conn.QueryRow(ctx, "SHOW "+name).Scan(&v); err != nil {
			return "", err
		}
		all = append(all, name+"="+v)
	}
	return strings.Join(all, " "), nil
}

func postgresSize(ctx context.Context, url string) (n int64, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&n)
	return n, err
}

// open opens the store that serve's flags name.
func open(ctx context.Context, args []string) (store.Store, error) {
	if args[0] == "--store" {
		return postgres.Open(ctx, postgres.Config{URL: args[1]})
	}
	return sqlite.Open(ctx, sqlite.Config{Path: args[1]})
}

// done is how many vouchers the matcher has decided and finished.
func (b *bench) done(ctx context.Context, args []string) (int, error) {
	db, err := open(ctx, args)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	c, err := db.Count(ctx, store.SetID(b.set.Manifest.ID()))
	return int(c.Vouchers - c.Waiting), err
}

// matchAlone puts vouchers in and has a matcher decide them with nothing else going on.
func (b *bench) matchAlone(ctx context.Context, t target) (f figure, err error) {
	args, _, err := t.fresh()
	if err != nil {
		return f, err
	}
	db, err := open(ctx, args)
	if err != nil {
		return f, err
	}
	defer db.Close()
	origin := store.SetID(b.set.Manifest.ID())
	raw := append([]byte(nil), b.template...)
	ids := make([]store.ID, *matched)
	for i := range ids {
		ids[i] = randomID()
	}
	jobs, failed := make(chan store.Voucher), make(chan error, 1)
	for range 16 {
		go func() {
			for v := range jobs {
				if _, err := db.Put(ctx, v); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		}()
	}
	for i, id := range ids {
		binding := bindingOf(i)
		rig.Stamp(raw, id, binding)
		jobs <- store.Voucher{
			ID: id, Account: store.Account{Name: binding.Account}, Message: binding.Message, Set: origin, Raw: append([]byte(nil), raw...), Received: time.Now(),
		}
	}
	close(jobs)
	for { // all are in
		c, err := db.Count(ctx, origin)
		if err != nil {
			return f, err
		}
		select {
		case err := <-failed:
			return f, err
		default:
		}
		if c.Vouchers == uint64(*matched) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	share, err := b.attempt(raw)
	if err != nil {
		return f, err
	}
	pid := []int{}
	if t.pid != 0 {
		pid = append(pid, t.pid)
	}
	storeBefore, err := total(pid)
	if err != nil {
		return f, err
	}
	matcher, err := b.start(ctx, "match", args)
	if err != nil {
		return f, err
	}
	start := time.Now()
	for {
		c, err := db.Count(ctx, origin)
		if err != nil {
			return f, err
		}
		if c.Waiting == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	took := time.Since(start)
	cpu, err := rig.CPU(matcher.Pid())
	if err != nil {
		return f, err
	}
	storeAfter, err := total(pid)
	if err != nil {
		return f, err
	}
	if err := matcher.Stop(); err != nil {
		return f, err
	}
	n := float64(*matched)
	return figure{
		Store: t.name, What: "matcher alone", Vouchers: *matched, Seconds: took.Seconds(), Rate: n / took.Seconds(),
		ServerCPU: micros(cpu) / n, StoreCPU: micros(storeAfter-storeBefore) / n, Share: share.Seconds() * n / cpu.Seconds(),
	}, nil
}

// attempt is the processor time of one attempt to open a voucher that stays closed: decoding, one multiplication a probe, and the digest of each.
func (b *bench) attempt(raw []byte) (time.Duration, error) {
	binding := bindingOf(0)
	rig.Stamp(raw, randomID(), binding)
	v, err := voucher.Parse(raw)
	if err != nil {
		return 0, err
	}
	const rounds = 300
	before, err := rig.CPU(os.Getpid())
	if err != nil {
		return 0, err
	}
	for range rounds {
		if _, err := b.set.Matcher.Match(v, binding); !errors.Is(err, voucher.ErrClosed) {
			return 0, fmt.Errorf("a voucher that should stay closed: %w", err)
		}
	}
	after, err := rig.CPU(os.Getpid())
	return (after - before) / rounds, err
}

// cpuTimes are processor times so far.
type cpuTimes struct{ server, store, own time.Duration }

func cpuOf(procs []*rig.Process, postgres int) (t cpuTimes, err error) {
	for _, p := range procs {
		d, err := rig.CPU(p.Pid())
		if err != nil {
			return t, err
		}
		t.server += d
	}
	if postgres != 0 {
		if t.store, err = total([]int{postgres}); err != nil {
			return t, err
		}
	}
	t.own, err = rig.CPU(os.Getpid())
	return t, err
}

// total is the processor time of processes and all their children that live; a child's that has ended counts with its parent's.
func total(pids []int) (sum time.Duration, err error) {
	for _, pid := range pids {
		d, err := rig.CPU(pid)
		if err != nil {
			return 0, err
		}
		sum += d
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		if err != nil {
			return 0, err
		}
		for _, file := range tasks {
			text, err := os.ReadFile(file)
			if err != nil {
				continue // a thread that has ended
			}
			for f := range strings.FieldsSeq(string(text)) {
				child, err := strconv.Atoi(f)
				if err != nil {
					return 0, err
				}
				if d, err := total([]int{child}); err == nil { // or it has ended
					sum += d
				}
			}
		}
	}
	return sum, nil
}

func randomID() (id [16]byte) {
	rand.Read(id[:])
	return id
}
