package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/metrics"
	"github.com/veilhash/veilhash/server/store"
)

type serveCommand struct {
	Config      configFlag `placeholder:"FILE" help:"A file with these flags, in TOML: listen = \":8080\". What is given here counts more, and so does the environment."`
	CheckConfig bool       `help:"Load and check everything, print what would run, and end: with exit code 0, or 3 and all that is wrong."`

	Set      string        `placeholder:"DIR" help:"The set's directory: it is handed out, and vouchers under it are taken. Required."`
	Previous []string      `placeholder:"DIR" help:"A set before this one whose vouchers are still taken and matched; again for each further one."`
	Overlap  time.Duration `default:"336h" placeholder:"TIME" help:"How long vouchers of a previous set are taken after the next one was activated (${default})."`
	Policy   string        `placeholder:"FILE" help:"The policy that clients have: a set that they would refuse is not served."`
	keyFlags
	storeFlags
	retentionFlags
	accessFlags
	Roles       []string `default:"ingest,distribute,match" enum:"ingest,distribute,match,console" placeholder:"ROLE" help:"What this process does (${default}; to match it needs keys)."`
	Listen      string   `default:"127.0.0.1:8787" placeholder:"ADDRESS" help:"Where to listen (${default})."`
	Hosts       []string `placeholder:"NAME" help:"The names that the server answers under; without any all, but for a console on this machine's own address."`
	Web         string   `placeholder:"DIR" help:"Files to serve at /, for instance the demonstration's page."`
	Console     bool     `help:"Add the role console: results, shown to keys with the scope console:read, or without --apps to whoever can reach the server."`
	TestAccount []string `placeholder:"NAME" help:"An account of nobody, for 'veilhash canary' (with --apps, APPLICATION/NAME): its matches are recorded and count for nothing."`
	Origins     []string `placeholder:"ORIGIN" help:"Origins whose pages may fetch the set."`
	Metrics     string   `placeholder:"ADDRESS" help:"Where to answer GET /metrics for Prometheus, on a listener of its own; without it nowhere. Only the operator's monitoring may reach it."`
	LogLevel    string   `default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error (${default}). Logs go to stderr, as text, or as JSON with --json."`
}

func (serveCommand) Help() string {
	return `Hands out the set as static files, takes vouchers (POST /v0/vouchers?account=A&message=M), stores them durably before it acknowledges,
and matches them if it is given the key. Distribution and ingest need no key: leave it out to run them apart from matching. With --apps
vouchers are taken from applications that show a key; without it from everyone, and the server listens on this machine only.

An application's ingest and a hotline's matcher share no more than a PostgreSQL database, each with credentials of its own ('store grant').
Settings may be in a file: docs/operating.md explains it and --check-config checks it.

Examples:
  veilhash serve --set public/set --key operator.key
  veilhash serve --config veilhash.toml --check-config
  veilhash serve --set sets/32 --previous sets/31 --previous sets/30 --key operator.key
  veilhash serve --set public/set --apps applications --listen :8080 --origins https://chat.example
  veilhash serve --set public/set --roles ingest,distribute --apps applications --store postgres://chat_ingest@db.example/veilhash
  veilhash serve --set public/set --roles match --key operator.key --store postgres://hotline_match@db.example/veilhash
  veilhash serve --set public/set --roles match --key-command 'age -d -i /etc/veilhash/host.txt operator.key.age'
  veilhash serve --set public/set --roles console --store postgres://hotline_review@db.example/veilhash --listen 127.0.0.1:8789`
}

func (c *serveCommand) Run(a *app, file *configFile) error {
	p := c.plan(a, file)
	if c.CheckConfig {
		return p.report(a)
	}
	for _, text := range p.warnings {
		a.warn("%s", text)
	}
	if err := p.failed(a); err != nil {
		return err
	}
	l, err := server.Listen(a.ctx, c.Listen)
	if err != nil {
		return err
	}
	if p.config.observer != nil {
		m, err := server.Listen(a.ctx, c.Metrics)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		p.config.metrics = m
	}
	a.remark("serving set %s at http://%s; stop with Ctrl-C", p.config.set.Manifest.ID(), l.Addr())
	return a.serve(a.ctx, l, p.config)
}

// openFolder is a folder's files, without those that links in it lead to.
func openFolder(dir string) (fs.FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

// logger writes to stderr.
func (a *app) logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: l}
	if a.json {
		return slog.New(slog.NewJSONHandler(a.err, options))
	}
	return slog.New(slog.NewTextHandler(a.err, options))
}

// serverConfig is what serve and demo ask of a server.
type serverConfig struct {
	set          *setdir.Set
	previous     []*setdir.Set
	until        map[blindset.SetID]time.Time // by previous set: when its vouchers are taken no longer
	setDir       string
	matchers     []*sdk.Matcher // none: no matching
	store        storeFlags
	roles        []string // those of the command line
	page         fs.FS
	folders      map[string]fs.FS
	origins      []string
	hosts        []string
	testAccounts []store.Account
	apps         *access.File // nil: everyone may send
	limits       limit.Limits
	setAccess    server.SetAccess
	log          *slog.Logger
	retention    retentionFlags
	observer     *metrics.Metrics // nil: none
	metrics      net.Listener     // of observer
}

// The roles that a process may have, by their names on the command line.
const (
	roleIngest     = "ingest"
	roleDistribute = "distribute"
	roleMatch      = "match"
	roleConsole    = "console"
)

func (c *serverConfig) has(role string) bool { return slices.Contains(c.roles, role) }

// needsStore reports whether a role has to do with records.
func (c *serverConfig) needsStore() bool {
	return c.has(roleIngest) || c.has(roleConsole) || len(c.matchers) > 0
}

// serve runs a server until ctx ends. It closes the listener.
func (a *app) serve(ctx context.Context, l net.Listener, c serverConfig) (err error) {
	defer l.Close()
	cfg := server.Config{
		Manifest: c.set.Manifest, Matchers: c.matchers, Page: c.page, Folders: c.folders, Origins: c.origins, Hosts: c.hosts, TestAccounts: c.testAccounts, Log: c.log,
		Limits: c.limits, SetAccess: c.setAccess,
	}
	if c.apps != nil {
		cfg.Access = c.apps
		following, stop := context.WithCancel(ctx)
		defer stop()
		go followApps(following, c.apps)
	}
	for _, p := range c.previous {
		cfg.Previous = append(cfg.Previous, server.PreviousSet{Manifest: p.Manifest, Until: c.until[p.Manifest.ID()]})
	}
	if !c.has(roleIngest) {
		cfg.Ingest = server.NoIngest
	}
	if c.has(roleDistribute) {
		cfg.SetDir = c.setDir
	}
	if c.has(roleConsole) {
		cfg.Console = server.OpenConsole
	}
	if c.observer != nil {
		stop := a.serveMetrics(ctx, &c)
		defer func() { err = errors.Join(err, stop()) }()
		cfg.Observer = c.observer
	}
	if c.needsStore() {
		db, openErr := c.store.open(ctx, c.observer)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		cfg.Store = db
		c.watch(db)
		if c.retention.given() {
			swept := make(chan struct{})
			sweeping, stop := context.WithCancel(ctx)
			go func() {
				defer close(swept)
				c.keepSweeping(sweeping, db)
			}()
			defer func() {
				stop()
				<-swept
			}()
		}
	}
	s, err := server.New(cfg)
	if err != nil {
		return err
	}
	return s.Run(ctx, l)
}

// newMatchers has a matcher for each set.
func newMatchers(ring *blindset.Keyring, sets ...*setdir.Set) (out []*sdk.Matcher, err error) {
	for _, set := range sets {
		keys, err := ring.ForManifest(set.Manifest)
		if err != nil {
			return nil, hinted(refused(err), "Use the key file that was given to the 'set build' that made this set.")
		}
		m, err := sdk.NewMatcher(set.Manifest, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// address is a listener's, for people and browsers.
func address(l net.Listener) string {
	u := url.URL{Scheme: "http", Host: l.Addr().String()}
	return u.String()
}
