package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/sqlite"
)

type serveCommand struct {
	Set      string   `required:"" placeholder:"DIR" help:"The set's directory: it is handed out, and vouchers under it are taken."`
	Key      string   `placeholder:"FILE" help:"The operator's key file; without it nothing is matched here."`
	Database string   `default:"veilhash.db" placeholder:"FILE" help:"The SQLite database, made if need be (${default})."`
	Listen   string   `default:"127.0.0.1:8787" placeholder:"ADDRESS" help:"Where to listen (${default})."`
	Web      string   `placeholder:"DIR" help:"Files to serve at /, for instance the demonstration's page."`
	Console  bool     `help:"Show results to whoever can reach the server. For demonstrations only."`
	Origins  []string `placeholder:"ORIGIN" help:"Origins whose pages may fetch the set."`
	LogLevel string   `default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error (${default}). Logs go to stderr, as text, or as JSON with --json."`
}

func (serveCommand) Help() string {
	return `Hands out the set as static files, takes vouchers (POST /v0/vouchers?account=A&message=M), stores them durably before it acknowledges,
and matches them if it is given the key. Distribution and ingest need no key: leave it out to run them apart from matching. Everyone
who can reach the server can send vouchers: put it behind the application's own authentication.

Examples:
  veilhash serve --set public/set --key operator.key
  veilhash serve --set public/set --listen :8080 --origins https://chat.example`
}

func (c *serveCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	l, err := server.Listen(a.ctx, c.Listen)
	if err != nil {
		return err
	}
	cfg := serverConfig{set: set, setDir: c.Set, key: c.Key, database: c.Database, origins: c.Origins, log: a.logger(c.LogLevel)}
	if c.Web != "" {
		if cfg.page, err = openFolder(c.Web); err != nil {
			return err
		}
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
	set           *setdir.Set
	setDir        string
	key           string // empty: no matching
	database      string
	page, samples fs.FS
	console       server.Console
	origins       []string
	hosts         []string
	log           *slog.Logger
}

// serve runs a server until ctx ends. It closes the listener.
func (a *app) serve(ctx context.Context, l net.Listener, c serverConfig) (err error) {
	defer l.Close()
	cfg := server.Config{
		Manifest: c.set.Manifest, SetDir: c.setDir, Console: c.console, Page: c.page, Samples: c.samples,
		Origins: c.origins, Hosts: c.hosts, Log: c.log,
	}
	if c.key != "" {
		keys, err := a.layerKeys(c.key, c.set.Manifest)
		if err != nil {
			return err
		}
		m, err := sdk.NewMatcher(c.set.Manifest, keys)
		if err != nil {
			return err
		}
		cfg.Matchers = []*sdk.Matcher{m}
	}
	db, err := sqlite.Open(ctx, sqlite.Config{Path: c.database})
	if err != nil {
		return fmt.Errorf("%s: %w", c.database, err)
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
