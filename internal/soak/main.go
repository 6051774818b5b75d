//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/veilhash/veilhash/internal/rig"
)

func main() {
	var cfg config
	flag.StringVar(&cfg.store, "store", "sqlite", "sqlite or postgres")
	flag.IntVar(&cfg.vouchers, "vouchers", 60000, "how many are sent")
	flag.IntVar(&cfg.faults.Kills, "kills", 100, "of ingest and matcher")
	flag.IntVar(&cfg.faults.Restarts, "restarts", 0, "crashes of the database; PostgreSQL only")
	flag.IntVar(&cfg.faults.Fulls, "fulls", 2, "times that the disk is full; needs root")
	flag.IntVar(&cfg.connections, "connections", 32, "at once")
	flag.Uint64Var(&cfg.seed, "seed", rand.Uint64()>>32, "decides what is hit when")
	memory := flag.Bool("memory", false, "no faults: look at memory")
	out := flag.String("json", "", "write the report to this file")
	flag.Parse()
	cfg.talk = os.Stderr
	if *memory {
		cfg.faults, cfg.memory = faults{}, lookAtMemory
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := soak(ctx, cfg)
	if err == nil {
		r.print(os.Stdout)
		if *out != "" {
			var text []byte
			if text, err = json.MarshalIndent(r, "", "\t"); err == nil {
				err = os.WriteFile(*out, append(text, '\n'), 0o644)
			}
		}
	}
	if err == nil && !r.Passed {
		err = errors.New("failed")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "soak: %v (-seed %d)\n", err, cfg.seed)
		stop()
		os.Exit(1)
	}
}

// A config says what is done.
type config struct {
	store       string
	vouchers    int
	connections int
	faults      faults
	seed        uint64
	memory      memory
	talk        io.Writer
}

// memory says whether it is looked at.
type memory int

const (
	leaveMemory memory = iota
	lookAtMemory
)

// A report is what a soak has found.
type report struct {
	Store       string         `json:"store"`
	Seed        uint64         `json:"seed"`
	Vouchers    int            `json:"vouchers"`
	Connections int            `json:"connections"`
	Faults      faults         `json:"faults"`
	Killed      map[string]int `json:"killed"` // by role
	Refused     int64          `json:"answers429And503"`
	Broken      int64          `json:"brokenConnections"`
	Repeats     int64          `json:"sentAgainAfterAcknowledgement"`
	Seconds     float64        `json:"seconds"`
	Calm        *state         `json:"withoutFaults,omitempty"`
	State       *state         `json:"state"`
	Memory      []sample       `json:"memory,omitempty"`
	Trends      []trend        `json:"trends,omitempty"`
	Passed      bool           `json:"passed"`
}

func soak(ctx context.Context, cfg config) (*report, error) {
	start := time.Now()
	fmt.Fprintf(cfg.talk, "soak: %s, %d vouchers, %d kills, %d restarts, %d times a full disk; -seed %d\n",
		cfg.store, cfg.vouchers, cfg.faults.Kills, cfg.faults.Restarts, cfg.faults.Fulls, cfg.seed)
	if cfg.faults.Restarts > 0 && cfg.store == "sqlite" {
		return nil, errors.New("SQLite is no process of its own that could crash; leave out -restarts")
	}
	dir, err := os.MkdirTemp("", "veilhash-soak-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	command, err := rig.Build(ctx, dir)
	if err != nil {
		return nil, err
	}
	set, err := rig.NewSet(ctx, command, dir, rig.SetConfig{Scheme: "lowest-frequency bits=64 probes=as-is:2", Payload: 64, Threshold: limit})
	if err != nil {
		return nil, err
	}
	p, err := newPlan(ctx, set, cfg.vouchers, cfg.seed)
	if err != nil {
		return nil, err
	}
	out := &report{Store: cfg.store, Seed: cfg.seed, Vouchers: cfg.vouchers, Connections: cfg.connections}
	one := func(name string, f faults) (*run, *state, error) {
		var size int64
		if f.Fulls > 0 {
			size = 96<<20 + int64(cfg.vouchers)*4096
		}
		place, err := newPlace(cfg.store, dir, size)
		if err != nil {
			return nil, nil, err
		}
		sub := filepath.Join(dir, "run "+name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return nil, nil, errors.Join(err, place.close())
		}
		r := &run{command: command, plan: p, place: place, faults: f, connections: cfg.connections, progress: bar(cfg.talk, name, cfg.vouchers)}
		s, err := r.do(ctx, sub)
		return r, s, errors.Join(err, place.close())
	}
	if cfg.faults.number() > 0 {
		if _, out.Calm, err = one("without faults", faults{}); err != nil {
			return nil, err
		}
	}
	r, s, err := one("with faults", cfg.faults)
	if err != nil {
		return nil, err
	}
	out.State, out.Faults, out.Killed = s, r.happened, r.killed
	out.Refused, out.Broken, out.Repeats = r.refused.Load(), r.broken.Load(), r.repeats.Load()
	out.Passed = true
	if out.Calm != nil {
		s.compare(out.Calm)
		out.Passed = out.Calm.bad == 0 && s.Digest == out.Calm.Digest
	}
	if cfg.memory == lookAtMemory {
		out.Memory, out.Trends = r.memory, trends(r.memory)
		out.Passed = out.Passed && len(out.Trends) > 0
		for _, t := range out.Trends {
			out.Passed = out.Passed && t.Flat
		}
	}
	out.Passed = out.Passed && s.bad == 0 && out.Faults == cfg.faults
	out.Seconds = time.Since(start).Seconds()
	return out, nil
}

// bar shows how far a load is: on a terminal all the time, else every tenth.
func bar(w io.Writer, name string, n int) func(int) {
	f, ok := w.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	var last atomic.Int64
	return func(done int) {
		step := int64(done) * 10 / int64(n)
		if terminal {
			step = int64(done) * 200 / int64(n)
		}
		if before := last.Load(); step == before || !last.CompareAndSwap(before, step) {
			return
		}
		switch {
		case terminal && done == n:
			fmt.Fprintf(w, "\r  %s: %d of %d\n", name, done, n)
		case terminal:
			fmt.Fprintf(w, "\r  %s: %d of %d (%d %%)", name, done, n, done*100/n)
		default:
			fmt.Fprintf(w, "  %s: %d of %d\n", name, done, n)
		}
	}
}

func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %d vouchers over %d connections in %.0f s, seed %d\n", r.Store, r.Vouchers, r.Connections, r.Seconds, r.Seed)
	fmt.Fprintf(w, "killed: ingest %d times, matcher %d times; database crashed %d times; disk full %d times\n",
		r.Killed["ingest"], r.Killed["match"], r.Faults.Restarts, r.Faults.Fulls)
	fmt.Fprintf(w, "seen by clients: %d broken connections, %d answers 429 or 503, %d vouchers sent again after their acknowledgement\n", r.Broken, r.Refused, r.Repeats)
	fmt.Fprintf(w, "left behind: %d vouchers, %d matches, %d pieces of evidence, %d open accounts, digest %.16s\n",
		r.State.Vouchers, r.State.Matches, r.State.Evidence, r.State.Open, r.State.Digest)
	if r.Calm != nil {
		fmt.Fprintf(w, "without faults: %d vouchers, %d matches, %d pieces of evidence, %d open accounts, digest %.16s\n",
			r.Calm.Vouchers, r.Calm.Matches, r.Calm.Evidence, r.Calm.Open, r.Calm.Digest)
	}
	if len(r.Memory) > 0 {
		table(w, r.Memory)
	}
	for _, t := range r.Trends {
		fmt.Fprintf(w, "%s, %s: %d MiB in the second quarter, %d in the last (%+.1f MiB a million vouchers): flat %v\n", t.Role, t.What, t.Early>>20, t.Late>>20, t.PerMillion/(1<<20), t.Flat)
	}
	for _, s := range []*state{r.Calm, r.State} {
		if s == nil {
			continue
		}
		for _, text := range s.Wrong {
			fmt.Fprintln(w, "WRONG:", text)
		}
		if s.bad > len(s.Wrong) {
			fmt.Fprintf(w, "and %d more\n", s.bad-len(s.Wrong))
		}
	}
	fmt.Fprintln(w, map[bool]string{true: "passed", false: "FAILED"}[r.Passed])
}
