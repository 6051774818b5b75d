//go:build linux

// Command ingest measures how many single-voucher requests a second a real `veilhash serve` takes, each durable before it is acknowledged, from 64 connections, on SQLite and on
// PostgreSQL: alone, and with a matcher beside it; and the matcher alone. It prints the settings and asserts nothing: machines are noisy, and generator, server and
// database share the processors.
//
//	go run ./internal/bench/ingest [-store sqlite|postgres] [-requests 50000] [-connections 64] [-json FILE]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
)

var (
	stores      = flag.String("store", "sqlite,postgres", "what to measure on")
	requests    = flag.Int("requests", 50000, "of one measurement")
	connections = flag.Int("connections", 64, "at once")
	scheme      = flag.String("scheme", "balanced", "of the vouchers: it decides the number of probes")
	payload     = flag.Int("payload", 4096, "bytes of a voucher's padded payload")
	matched     = flag.Int("matched", 4000, "vouchers that the matcher alone is measured with")
	out         = flag.String("json", "", "write the figures to this file")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A figure is one measurement.
type figure struct {
	Store     string  `json:"store"`
	What      string  `json:"what"`
	Vouchers  int     `json:"vouchers"`
	Seconds   float64 `json:"seconds"`
	Rate      float64 `json:"perSecond"`
	ServerCPU float64 `json:"serverMicrosecondsPerVoucher"`     // user and system time of veilhash's processes
	StoreCPU  float64 `json:"databaseMicrosecondsPerVoucher"`   // of PostgreSQL's
	OwnCPU    float64 `json:"generatorMicrosecondsPerVoucher"`  // of this process
	Matched   int     `json:"matchedMeanwhile,omitempty"`       // vouchers
	Share     float64 `json:"shareOfMultiplications,omitempty"` // of the matcher's processor time
	Busy      int     `json:"answeredBusy,omitempty"`           // 429: sent again
	Bytes     float64 `json:"storedBytesPerVoucher,omitempty"`  // the database's files, when all is written
}

// A report is what is printed as JSON.
type report struct {
	Processors   int               `json:"processors"`
	Go           string            `json:"go"`
	Connections  int               `json:"connections"`
	VoucherBytes int               `json:"voucherBytes"`
	Probes       int               `json:"probes"`
	Settings     map[string]string `json:"settings"` // of the stores
	Figures      []figure          `json:"figures"`
}

// A bench is what all measurements share.
type bench struct {
	dir, command string
	set          *rig.Set
	template     []byte
	report       report
	seal         time.Duration // an unused voucher's attempt to open: the multiplications' part
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "veilhash-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir}
	if b.command, err = rig.Build(ctx, dir); err != nil {
		return err
	}
	if b.set, err = rig.NewSet(ctx, b.command, dir, rig.SetConfig{Scheme: *scheme, Payload: *payload, Threshold: 1}); err != nil {
		return err
	}
	dealer, err := b.set.Account(0, 0)
	if err != nil {
		return err
	}
	if b.template, err = b.set.Seal(rig.Sealing{Dealer: dealer, Picture: "template"}); err != nil {
		return err
	}
	b.report = report{
		Processors: runtime.NumCPU(), Go: runtime.Version(), Connections: *connections, VoucherBytes: len(b.template), Probes: b.set.Probes(),
		Settings: make(map[string]string),
	}
	for name := range strings.SplitSeq(*stores, ",") {
		if err := b.measureStore(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	b.print()
	if *out == "" {
		return nil
	}
	text, err := json.MarshalIndent(b.report, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(text, '\n'), 0o644)
}

// measureStore measures on one store.
func (b *bench) measureStore(ctx context.Context, name string) (err error) {
	switch name {
	case "sqlite":
		settings, err := sqliteSettings(ctx, filepath.Join(b.dir, "settings.db"))
		if err != nil {
			return err
		}
		b.report.Settings[name] = settings
		fresh := 0
		return b.measureAll(ctx, target{name: name, fresh: func() ([]string, func() (int64, error), error) {
			fresh++
			file := filepath.Join(b.dir, fmt.Sprintf("bench%d.db", fresh))
			return []string{"--database", file}, func() (int64, error) { return size(file, file+"-wal") }, nil
		}})
	case "postgres":
		host := new(rig.Host)
		defer host.Close()
		var server *pgtest.Server
		if err := host.Do(func() { server = pgtest.Start(host) }); err != nil {
			return err
		}
		settings, err := postgresSettings(ctx, server.URL("owner", "postgres"))
		if err != nil {
			return err
		}
		b.report.Settings[name] = settings
		return b.measureAll(ctx, target{name: name, pid: server.Pid(), fresh: func() (args []string, bytes func() (int64, error), err error) {
			var url string
			err = host.Do(func() { url = server.Database() })
			return []string{"--store", url}, func() (int64, error) { return postgresSize(ctx, url) }, err
		}})
	}
	return errors.New("there is no such store; name sqlite, postgres or both")
}

// A target is a store to measure on.
type target struct {
	name  string
	pid   int                                                            // of PostgreSQL's first process
	fresh func() (args []string, bytes func() (int64, error), err error) // makes an empty database
}

func (b *bench) measureAll(ctx context.Context, t target) error {
	args, bytes, err := t.fresh()
	if err != nil {
		return err
	}
	ingest, err := b.start(ctx, "ingest", args)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "bench: %s: ingest alone\n", t.name)
	f, err := b.load(ctx, t, ingest, nil)
	if err != nil {
		return err
	}
	f.What = "ingest alone"
	if err := ingest.Stop(); err != nil {
		return err
	}
	stored, err := bytes()
	if err != nil {
		return err
	}
	f.Bytes = float64(stored) / float64(f.Vouchers)
	b.report.Figures = append(b.report.Figures, f)

	fmt.Fprintf(os.Stderr, "bench: %s: ingest and matcher\n", t.name)
	if args, _, err = t.fresh(); err != nil {
		return err
	}
	if ingest, err = b.start(ctx, "ingest", args); err != nil {
		return err
	}
	matcher, err := b.start(ctx, "match", args)
	if err != nil {
		return err
	}
	if f, err = b.load(ctx, t, ingest, matcher); err != nil {
		return err
	}
	f.What = "ingest, a matcher beside it"
	if f.Matched, err = b.done(ctx, args); err != nil {
		return err
	}
	b.report.Figures = append(b.report.Figures, f)
	for _, p := range []*rig.Process{ingest, matcher} {
		if err := p.Stop(); err != nil {
			return err
		}
	}

	fmt.Fprintf(os.Stderr, "bench: %s: matcher alone\n", t.name)
	f, err = b.matchAlone(ctx, t)
	if err != nil {
		return err
	}
	b.report.Figures = append(b.report.Figures, f)
	return nil
}

func (b *bench) start(ctx context.Context, role string, store []string) (*rig.Process, error) {
	address, err := rig.FreeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"--quiet", "--log-level", "error", "--set", b.set.Dir, "--roles", role}, store...)
	if role == "match" {
		args = append(args, "--key", b.set.KeyFile)
	}
	return rig.StartServe(ctx, b.command, address, args...)
}

// prepare makes n requests, each another voucher.
func (b *bench) prepare(n int, header string) [][]byte {
	out := make([][]byte, n)
	raw := append([]byte(nil), b.template...)
	all := make([]byte, 0, n*(len(raw)+512))
	for i := range out {
		binding := voucher.Binding{Account: fmt.Sprint("account-", i%1000), Message: fmt.Sprint("message-", i)}
		rig.Stamp(raw, randomID(), binding)
		before := len(all)
		all = rig.AppendRequest(all, binding, header, raw)
		out[i] = all[before:len(all):len(all)]
	}
	return out
}

// load sends the requests to ingest from all connections.
func (b *bench) load(ctx context.Context, t target, ingest, matcher *rig.Process) (f figure, err error) {
	prepared := b.prepare(*requests, "")
	runtime.GC() // not while it is measured
	procs := []*rig.Process{ingest}
	if matcher != nil {
		procs = append(procs, matcher)
	}
	before, err := cpuOf(procs, t.pid)
	if err != nil {
		return f, err
	}
	start := time.Now()
	busy, err := send(ctx, ingest.Address, prepared)
	if err != nil {
		return f, err
	}
	took := time.Since(start)
	after, err := cpuOf(procs, t.pid)
	if err != nil {
		return f, err
	}
	n := float64(*requests)
	return figure{
		Store: t.name, Vouchers: *requests, Seconds: took.Seconds(), Rate: n / took.Seconds(), Busy: busy,
		ServerCPU: micros(after.server-before.server) / n, StoreCPU: micros(after.store-before.store) / n, OwnCPU: micros(after.own-before.own) / n,
	}, nil
}

// send sends requests; those that are answered 429 again, until they are acknowledged.
func send(ctx context.Context, address string, prepared [][]byte) (busy int, err error) {
	var next, refused atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, *connections)
	for range *connections {
		wg.Go(func() {
			c := rig.NewClient(address, 5*time.Minute)
			defer c.Close()
			for i := next.Add(1) - 1; i < int64(len(prepared)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				for {
					r, err := c.Do(prepared[i])
					if err == nil && r.Status != 202 && r.Status != 429 {
						err = fmt.Errorf("answer %d: %s", r.Status, r.Body)
					}
					if err != nil {
						failed <- err
						return
					}
					if r.Status == 202 {
						break
					}
					refused.Add(1)
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
		return int(refused.Load()), ctx.Err()
	}
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func size(files ...string) (n int64, err error) {
	for _, f := range files {
		info, err := os.Stat(f)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}

// commit is the source's, for the table's head; empty where git does not know.
func commit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return ""
	}
	return ", commit " + strings.TrimSpace(string(out))
}
