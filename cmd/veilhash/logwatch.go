package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/translog"
	"github.com/veilhash/veilhash/server/witness"
)

type logWitnessCommand struct {
	Key     string   `required:"" placeholder:"FILE" help:"The witness's signing key."`
	Dir     string   `required:"" placeholder:"DIR" help:"Where it remembers what it has cosigned. It must not be lost: then take a new key."`
	Log     []string `required:"" placeholder:"KEY" help:"The public key of a log to watch; may be repeated."`
	Listen  string   `default:"127.0.0.1:8790" placeholder:"ADDRESS" help:"Where to listen (${default})."`
	Address string   `placeholder:"FILE" help:"Write the address that it listens at to this file, once it does."`
}

func (logWitnessCommand) Help() string {
	return `Answers POST /add-checkpoint (C2SP tlog-witness) with a timestamped cosignature if the log continues what this witness has cosigned before, and refuses
otherwise. What it cosigns is on disk before it answers.

Example:
  veilhash log witness --key witness.key --dir witness --log example.org/sets+2f3a…+AQ…`
}

func (c *logWitnessCommand) Run(a *app) error {
	s, err := a.readSigner(c.Key, tlog.CosignatureV1)
	if err != nil {
		return err
	}
	h, err := c.handler(s, a.logger("info"))
	if err != nil {
		return err
	}
	l, err := server.Listen(a.ctx, c.Listen)
	if err != nil {
		return err
	}
	a.remark("witness %s at http://%s; stop with Ctrl-C", s.Key().Name, l.Addr())
	if c.Address != "" {
		if err := writeFile(c.Address, []byte("http://"+l.Addr().String()+"\n"), 0o644); err != nil {
			return err
		}
	}
	return serveUntil(a.ctx, l, h)
}

// handler answers for the witness.
func (c *logWitnessCommand) handler(s *translog.Signer, log *slog.Logger) (http.Handler, error) {
	cfg := witness.Config{Signer: s, Dir: c.Dir, Log: log}
	for _, text := range c.Log {
		k, err := tlog.ParseKey(text)
		if err != nil {
			return nil, refused(fmt.Errorf("%q: %w", text, err))
		}
		cfg.Logs = append(cfg.Logs, k)
	}
	h, err := witness.New(cfg)
	switch {
	case errors.Is(err, witness.ErrState):
		return nil, &exitError{exitVerify, err, "Restore it from a backup that is not older than the last cosignature, or take a new key."}
	case errors.Is(err, witness.ErrConfig):
		return nil, refused(err)
	}
	return h, err
}

// serveUntil answers requests until the context ends, and lets those that are under way finish.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	stopped := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = s.Shutdown(end) // what is left is cut off
	})
	defer stopped()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type logMonitorCommand struct {
	Place  string        `arg:"" help:"The log's directory or address."`
	Policy string        `required:"" placeholder:"FILE" help:"The policy that clients have, a file or an address: it names the log and its witnesses."`
	State  string        `required:"" placeholder:"FILE" help:"What was seen the last time; it is checked against, and then written."`
	Set    string        `placeholder:"PLACE" help:"The set that clients are given, a directory or an address: it must be the log's last entry and within the policy."`
	Keys   string        `placeholder:"FILE" help:"A memory of layers' keys over all sets and logs that are watched: no key may come with a second table. Made if need be."`
	Every  time.Duration `placeholder:"TIME" help:"Look again and again, at this interval, until there is an alarm; for instance 10m."`
}

func (logMonitorCommand) Help() string {
	return `Reads the whole log, checks signatures, tree and entries, and that it continues what was seen before. Alarms (exit code 4): a rewritten log, two sets for one
epoch or an epoch that does not rise, a layer's key with a second table, an entry that is none, a stale mirror, too few witnesses. With --set also: a set that is served and is not the one in force,
or that the policy does not allow; publish a set before its entry is looked at. Prints the entries that are new. After an alarm the state stays as it was.

Examples:
  veilhash log monitor --policy policy --state seen https://example.org/log
  veilhash log monitor --policy policy --state seen --every 10m public/log
  veilhash log monitor --policy policy --state seen --set https://example.org/set --keys keys https://example.org/log`
}

func (c *logMonitorCommand) Run(a *app) error {
	p, err := a.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	if c.Keys != "" && c.Set == "" {
		return &exitError{code: exitUsage, err: errors.New("--keys goes with --set: the log alone does not say what a table is")}
	}
	m := &translog.Monitor{Policy: &p.Log, MaxAge: time.Duration(p.MaxAgeHours) * time.Hour, Clock: time.Now}
	for {
		if err := c.look(a, m, p); err != nil || c.Every == 0 {
			return err
		}
		select {
		case <-a.ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
}

func (c *logMonitorCommand) look(a *app, m *translog.Monitor, p *trust.Policy) error {
	var set string
	r, err := watch(c.State, func(state []byte) (*translog.Report, error) {
		r, err := m.Look(a.ctx, translog.OpenSource(c.Place), state)
		if err == nil && c.Set != "" {
			set, err = c.checkSet(a, p, r)
		}
		return r, err
	})
	var alarm *translog.Alarm
	if errors.As(err, &alarm) && a.json {
		if err := a.print(map[string]string{"alarm": alarm.Kind, "error": alarm.Err.Error()}, ""); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	var s strings.Builder
	fmt.Fprintf(&s, "ok\nlog\t%s\nentries\t%d\nnew\t%d\n", r.Log, r.Size, len(r.New))
	for _, e := range r.New {
		fmt.Fprintf(&s, "entry\tepoch %d, set %s, %d files of code, %s\n", e.Epoch, e.Set, len(e.Files), when(e.Time))
	}
	s.WriteString(set)
	return a.print(map[string]any{"log": r.Log, "entries": r.Size, "new": len(r.New)}, s.String())
}

// watch has a look at a log with what a file remembers of the last one, and remembers this one. Without a name nothing is remembered.
func watch(name string, look func(state []byte) (*translog.Report, error)) (*translog.Report, error) {
	var state []byte
	if name != "" {
		var err error
		if state, err = os.ReadFile(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	r, err := look(state)
	var alarm *translog.Alarm
	switch {
	case errors.As(err, &alarm):
		return nil, &exitError{exitVerify, err, "Keep what was seen before and the log's files as they are now, and tell everyone who relies on this log."}
	case errors.Is(err, translog.ErrMissing):
		return nil, hinted(err, "There may be no log here, or it is incomplete.")
	case err != nil:
		return nil, err
	}
	if name == "" {
		return r, nil
	}
	return r, writeFile(name, r.State, 0o644)
}

// checkSet looks at the set that clients are given as they do, and at its keys. The error is an alarm, or what kept it from being looked at; the text says what was found.
func (c *logMonitorCommand) checkSet(a *app, p *trust.Policy, r *translog.Report) (string, error) {
	set, err := a.openSetAt(c.Set, evidenceOnly)
	if err != nil {
		return "", err
	}
	defer set.remove()
	m := set.Manifest
	if r.Last == nil || !bytes.Equal(trust.NewRecord(m, 0, nil).AppendHead(nil), r.Last.AppendHead(nil)) {
		return "", &translog.Alarm{Kind: "set", Err: fmt.Errorf("the set that is served, %s of epoch %d, is not what the log's last entry says", m.ID(), m.Epoch)}
	}
	cfg, err := trustConfig(set.dir, p)
	if err != nil {
		return "", err
	}
	if _, err := cfg.Check(m, time.Now().Unix()); err != nil {
		return "", &translog.Alarm{Kind: "policy", Err: fmt.Errorf("%s: %s", sdk.Code(err), sentenceOf(err))}
	}
	if c.Keys != "" {
		if err := rememberKeys(c.Keys, m); errors.Is(err, blindset.ErrKeyReused) {
			return "", &translog.Alarm{Kind: "key-reused", Err: err}
		} else if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("set\t%s, epoch %d, within the policy\n", m.ID(), m.Epoch), nil
}

// readKeys reads a memory of keys; one that is not there yet is empty.
func readKeys(name string) (*blindset.SeenKeys, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return new(blindset.SeenKeys), nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := blindset.ParseSeenKeys(b)
	if err != nil {
		return nil, hinted(refused(fmt.Errorf("%s: %w", name, err)), "Restore it from a backup; what it remembered is not noticed otherwise.")
	}
	return keys, nil
}

// rememberKeys adds a set's keys to a memory. The error is blindset.ErrKeyReused if one of them was seen with another table; then the memory is as it was.
func rememberKeys(name string, m *blindset.Manifest) error {
	keys, err := readKeys(name)
	if err != nil {
		return err
	}
	if err := keys.Add(m); err != nil {
		return err
	}
	return writeFile(name, keys.AppendText(nil), 0o644)
}
