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

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/store"
)

type serveCommand struct {
	Set      string   `required:"" placeholder:"DIR" help:"The set's directory: it is handed out, and vouchers under it are taken."`
	Key      string   `placeholder:"FILE" help:"The operator's key file; without it nothing is matched here."`
	Previous []string `placeholder:"DIR" help:"A set before this one whose vouchers are still taken and matched; again for each further one."`
	storeFlags
	Roles       []string `default:"ingest,distribute,match" enum:"ingest,distribute,match" placeholder:"ROLE" help:"What this process does (${default}; to match it needs --key)."`
	Listen      string   `default:"127.0.0.1:8787" placeholder:"ADDRESS" help:"Where to listen (${default})."`
	Web         string   `placeholder:"DIR" help:"Files to serve at /, for instance the demonstration's page."`
	Console     bool     `help:"Show results to whoever can reach the server. For demonstrations only."`
	TestAccount []string `placeholder:"NAME" help:"An account of nobody, for 'veilhash canary': its matches are recorded and count for nothing."`
	Origins     []string `placeholder:"ORIGIN" help:"Origins whose pages may fetch the set."`
	LogLevel    string   `default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error (${default}). Logs go to stderr, as text, or as JSON with --json."`
}

func (serveCommand) Help() string {
	return `Hands out the set as static files, takes vouchers (POST /v0/vouchers?account=A&message=M), stores them durably before it acknowledges,
and matches them if it is given the key. Distribution and ingest need no key: leave it out to run them apart from matching. Everyone
who can reach the server can send vouchers: put it behind the application's own authentication.

An application's ingest and a hotline's matcher share no more than a PostgreSQL database, each with credentials of its own ('store grant').

Examples:
  veilhash serve --set public/set --key operator.key
  veilhash serve --set sets/32 --previous sets/31 --previous sets/30 --key operator.key
  veilhash serve --set public/set --listen :8080 --origins https://chat.example
  veilhash serve --set public/set --roles ingest,distribute --store postgres://chat_ingest@db.example/veilhash
  veilhash serve --set public/set --roles match --key operator.key --store postgres://hotline_match@db.example/veilhash`
}

func (c *serveCommand) Run(a *app) error {
	switch match := slices.Contains(c.Roles, roleMatch); {
	case c.Key != "" && !match:
		return &exitError{code: exitUsage, err: errors.New("a process that does not match must not hold the key: leave out --key, or add match to --roles")}
	case c.Key == "" && match && len(c.Roles) == 1:
		return &exitError{code: exitUsage, err: errors.New("to match, name the operator's key file with --key")}
	}
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	l, err := server.Listen(a.ctx, c.Listen)
	if err != nil {
		return err
	}
	cfg := serverConfig{set: set, setDir: c.Set, key: c.Key, store: c.storeFlags, roles: c.Roles, origins: c.Origins, log: a.logger(c.LogLevel)}
	for _, dir := range c.Previous {
		p, err := openSet(dir)
		if err != nil {
			return err
		}
		cfg.previous = append(cfg.previous, p)
	}
	if c.Web != "" {
		if cfg.page, err = openFolder(c.Web); err != nil {
			return err
		}
	}
	for _, name := range c.TestAccount {
		cfg.testAccounts = append(cfg.testAccounts, store.Account{Name: name})
	}
	if c.Console {
		cfg.console = server.OpenConsole
	}
	a.remark("serving set %s at http://%s; stop with Ctrl-C", set.Manifest.ID(), l.Addr())
	return a.serve(a.ctx, l, cfg)
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
	setDir       string
	key          string // empty: no matching
	store        storeFlags
	roles        []string // those of the command line; nil: all
	page         fs.FS
	folders      map[string]fs.FS
	console      server.Console
	origins      []string
	hosts        []string
	testAccounts []store.Account
	log          *slog.Logger
}

// The roles that a process may have, by their names on the command line.
const (
	roleIngest     = "ingest"
	roleDistribute = "distribute"
	roleMatch      = "match"
)

func (c *serverConfig) has(role string) bool { return c.roles == nil || slices.Contains(c.roles, role) }

// serve runs a server until ctx ends. It closes the listener.
func (a *app) serve(ctx context.Context, l net.Listener, c serverConfig) (err error) {
	defer l.Close()
	cfg := server.Config{Console: c.console, Page: c.page, Folders: c.folders, Origins: c.origins, Hosts: c.hosts, TestAccounts: c.testAccounts, Log: c.log}
	if c.has(roleIngest) {
		cfg.Manifest = c.set.Manifest
		for _, p := range c.previous {
			cfg.Previous = append(cfg.Previous, p.Manifest)
		}
	}
	if c.has(roleDistribute) {
		cfg.SetDir = c.setDir
	}
	if c.has(roleMatch) && c.key != "" {
		for _, set := range append([]*setdir.Set{c.set}, c.previous...) {
			keys, err := a.layerKeys(c.key, set.Manifest)
			if err != nil {
				return err
			}
			m, err := sdk.NewMatcher(set.Manifest, keys)
			if err != nil {
				return err
			}
			cfg.Matchers = append(cfg.Matchers, m)
		}
	}
	db, err := c.store.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	cfg.Store = db
	s, err := server.New(cfg)
	if err != nil {
		return err
	}
	return s.Run(ctx, l)
}

// address is a listener's, for people and browsers.
func address(l net.Listener) string {
	u := url.URL{Scheme: "http", Host: l.Addr().String()}
	return u.String()
}
