package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/metrics"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// A servePlan is what a configuration comes to: what will run, or all that is wrong with it.
type servePlan struct {
	config   serverConfig
	info     serveInfo
	problems []error
	warnings []string
}

// serveInfo is what will run, without secrets.
type serveInfo struct {
	Config   string   `json:"config,omitempty"`
	Roles    []string `json:"roles"`
	Listen   string   `json:"listen"`
	Set      string   `json:"set,omitempty"`
	Epoch    uint64   `json:"epoch,omitempty"`
	Previous []string `json:"previous,omitempty"`
	Policy   string   `json:"policy,omitempty"`
	Keys     string   `json:"keys,omitempty"` // where they are from
	Store    string   `json:"store,omitempty"`
	Schema   string   `json:"schema,omitempty"`
	Apps     string   `json:"apps,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
	Origins  []string `json:"origins,omitempty"`
	Web      string   `json:"web,omitempty"`
	Retain   string   `json:"retain,omitempty"`
	Metrics  string   `json:"metrics,omitempty"`
	Log      string   `json:"log"`
	Problems []string `json:"problems"`
	Warnings []string `json:"warnings"`
}

func (p *servePlan) add(err error) {
	if err != nil {
		p.problems = append(p.problems, err)
	}
}

func (p *servePlan) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

// plan loads what the flags name and checks that it fits together. With --check-config it looks at the store as well, which serving opens anyway.
func (c *serveCommand) plan(a *app, file *configFile) *servePlan {
	p := &servePlan{problems: slices.Clone(file.problems)}
	p.config = serverConfig{setDir: c.Set, store: c.storeFlags, origins: c.Origins, hosts: c.Hosts, log: a.logger(c.LogLevel)}
	p.info = serveInfo{Config: file.name, Listen: c.Listen, Origins: c.Origins, Web: c.Web, Metrics: c.Metrics, Log: c.LogLevel}
	c.planRoles(p)
	c.planSets(a, p)
	c.planKeys(a, p)
	c.planAddresses(p)
	c.planRetention(p)
	c.planAccess(p)
	c.planTestAccounts(p)
	if c.Web != "" {
		var err error
		p.config.page, err = openFolder(c.Web)
		p.add(err)
	}
	p.info.Roles, p.info.Hosts = p.config.roles, p.config.hosts
	if c.CheckConfig && p.config.needsStore() {
		c.planStore(a, p)
	}
	return p
}

// planRoles decides what the process does.
func (c *serveCommand) planRoles(p *servePlan) {
	roles := slices.Clone(c.Roles)
	if c.Console {
		roles = append(roles, roleConsole)
	}
	slices.Sort(roles)
	roles = slices.Compact(roles)
	switch match := slices.Contains(roles, roleMatch); {
	case c.keyFlags.given() && !match:
		p.add(&exitError{code: exitUsage, err: errors.New("a process that does not match must not hold the key: leave out --key and --key-command, or add match to --roles")})
	case !c.keyFlags.given() && match && len(roles) == 1:
		p.add(&exitError{code: exitUsage, err: errors.New("to match, name the operator's key file with --key, or a command that prints it with --key-command")})
	case !c.keyFlags.given() && match:
		roles = slices.DeleteFunc(roles, func(r string) bool { return r == roleMatch })
	}
	p.config.roles = roles
}

// planSets opens the set, those before it, and the policy.
func (c *serveCommand) planSets(a *app, p *servePlan) {
	seen := make(map[string]string)
	open := func(dir string) *setdir.Set {
		set, err := openSet(dir)
		if err != nil {
			p.add(err)
			return nil
		}
		id := set.Manifest.ID().String()
		if other := seen[id]; other != "" {
			p.add(refused(fmt.Errorf("%s and %s are the same set", other, dir)))
			return nil
		}
		seen[id] = dir
		return set
	}
	if c.Set == "" {
		p.add(&exitError{code: exitUsage, err: errors.New("name the set's directory with --set")})
	} else if set := open(c.Set); set != nil {
		p.config.set = set
		p.info.Set, p.info.Epoch = set.Manifest.ID().String(), set.Manifest.Epoch
		c.planPolicy(a, p, set)
	}
	for _, dir := range c.Previous {
		set := open(dir)
		if set == nil {
			continue
		}
		if p.config.set != nil && set.Manifest.Epoch >= p.info.Epoch {
			p.warn("%s, a previous set, has epoch %d, and the set that is served has %d: are they the wrong way round?", dir, set.Manifest.Epoch, p.info.Epoch)
		}
		p.config.previous = append(p.config.previous, set)
		p.info.Previous = append(p.info.Previous, set.Manifest.ID().String())
	}
	c.planOverlap(p, seen)
}

// planPolicy checks the set as a client does that has seen none before.
func (c *serveCommand) planPolicy(a *app, p *servePlan, set *setdir.Set) {
	if c.Policy == "" {
		return
	}
	p.info.Policy = c.Policy
	policy, err := a.readPolicy(c.Policy)
	if err != nil {
		p.add(err)
		return
	}
	cfg := sdk.TrustConfig{Policy: policy.AppendText(nil)}
	for name, to := range map[string]*[]byte{setdir.EndorsementsName: &cfg.Endorsement, setdir.ProofName: &cfg.Proof} {
		if *to, err = os.ReadFile(filepath.Join(c.Set, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.add(err)
		}
	}
	_, err = cfg.Check(set.Manifest, time.Now().Unix())
	switch {
	case errors.Is(err, trust.ErrStale): // it may be refreshed at any moment, and other roles work meanwhile
		p.warn("clients with the policy %s refuse the set until its cosignatures are fresh: veilhash log refresh", c.Policy)
	case err != nil:
		p.add(&exitError{exitVerify, fmt.Errorf("%s: %s", sdk.Code(err), sentenceOf(err)), "A client with the policy " + c.Policy + " refuses the set " + c.Set + "."})
	}
}

// planKeys gets the keys, of all sets.
func (c *serveCommand) planKeys(a *app, p *servePlan) {
	if !c.keyFlags.given() || !slices.Contains(p.config.roles, roleMatch) {
		return
	}
	p.info.Keys = "file " + c.Key
	if c.KeyCommand != "" {
		p.info.Keys = "command " + strings.Fields(c.KeyCommand + " ?")[0] // its arguments may be secret
		if c.KeyShell {
			p.info.Keys = "command /bin/sh"
		}
	}
	ring, err := c.keyFlags.keys(a)
	if err != nil {
		p.add(err)
		return
	}
	for _, set := range append([]*setdir.Set{p.config.set}, p.config.previous...) {
		if set == nil {
			continue
		}
		m, err := newMatchers(ring, set)
		if err != nil {
			p.add(fmt.Errorf("set %s…: %w", set.Manifest.ID().String()[:8], err))
			continue
		}
		p.config.matchers = append(p.config.matchers, m...)
	}
}

// planAddresses checks addresses, and keeps a console that is meant for this machine from pages of other sites.
func (c *serveCommand) planAddresses(p *servePlan) {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		p.add(refused(fmt.Errorf("listen: %q is no address; it looks like 127.0.0.1:8787, or :8787 for all of the machine's", c.Listen)))
		return
	}
	for _, o := range c.Origins {
		if u, err := url.Parse(o); o != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil) {
			p.add(refused(fmt.Errorf("origins: %q is no origin; it looks like https://chat.example, without a path", o)))
		}
	}
	c.planMetrics(p)
	if !slices.Contains(p.config.roles, roleConsole) {
		return
	}
	switch local := isLocal(host); {
	case local && len(c.Hosts) == 0: // DNS rebinding
		p.config.hosts = []string{"localhost", "127.0.0.1", "::1", host}
		slices.Sort(p.config.hosts)
		p.config.hosts = slices.Compact(p.config.hosts)
	case !local && c.Apps == "":
		p.warn("the console has no login, and listens on %s, where other machines may reach it", c.Listen)
	}
}

// planRetention checks for how long what is kept.
func (c *serveCommand) planRetention(p *servePlan) {
	if !c.retentionFlags.given() {
		return
	}
	p.config.retention, p.info.Retain = c.retentionFlags, c.retentionFlags.text()
	switch {
	case c.Store != "":
		p.add(hinted(refused(errors.New("the server's roles may not delete in PostgreSQL: leave out the --retain flags here")), "Run 'veilhash store sweep' from cron, with the rights of 'store grant --retention'."))
	case !p.config.needsStore():
		p.add(refused(errors.New("a process without records has none to delete: leave out the --retain flags")))
	}
}

// planMetrics makes the observer, and says who should not reach it.
func (c *serveCommand) planMetrics(p *servePlan) {
	if c.Metrics == "" {
		return
	}
	host, _, err := net.SplitHostPort(c.Metrics)
	if err != nil {
		p.add(refused(fmt.Errorf("metrics: %q is no address; it looks like 127.0.0.1:9464", c.Metrics)))
		return
	}
	if slices.Contains(p.config.roles, roleMatch) && !isLocal(host) {
		p.warn("numbers of matches are sensitive: only the operator's own monitoring may reach the metrics at %s", c.Metrics)
	}
	p.config.observer = metrics.New()
}

// isLocal reports whether only this machine reaches a host's address.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// planStore looks at the store without changing it.
func (c *serveCommand) planStore(a *app, p *servePlan) {
	var schema store.Schema
	var err error
	if c.Store != "" {
		p.info.Store = "PostgreSQL, " + postgres.Address(c.Store)
		needs := map[string]postgres.Access{roleIngest: postgres.Ingest, roleMatch: postgres.Matching, roleConsole: postgres.Review}
		var accesses []postgres.Access
		for _, role := range p.config.roles {
			if access, ok := needs[role]; ok {
				accesses = append(accesses, access)
			}
		}
		schema, err = postgres.Inspect(a.ctx, c.Store, accesses...)
	} else {
		p.info.Store = "SQLite, " + c.Database
		schema, err = sqlite.Inspect(a.ctx, c.Database)
	}
	switch {
	case errors.Is(err, postgres.ErrOutdated), errors.Is(err, postgres.ErrRights):
		p.add(hinted(err, "Run 'veilhash store migrate' with the owner's credentials, and 'veilhash store grant' for these."))
	case err != nil:
		p.add(fmt.Errorf("store: %w", err))
	case schema.Found == 0:
		p.info.Schema = "none yet; it is made at the start"
	case !schema.Current():
		p.info.Schema = fmt.Sprintf("version %d; it is brought to version %d at the start, and there is no way back", schema.Found, schema.Known)
	default:
		p.info.Schema = fmt.Sprintf("version %d", schema.Found)
	}
}

// failed says what is wrong, if anything is.
func (p *servePlan) failed(a *app) error {
	if len(p.problems) == 0 {
		return nil
	}
	for _, err := range p.problems[1:] {
		a.fail(err)
	}
	return p.problems[0]
}

// report prints what will run and what is wrong.
func (p *servePlan) report(a *app) error {
	p.info.Problems, p.info.Warnings = []string{}, append([]string{}, p.warnings...)
	for _, text := range p.warnings {
		a.warn("%s", text)
	}
	for _, err := range p.problems {
		p.info.Problems = append(p.info.Problems, err.Error())
		a.fail(err)
	}
	if err := a.print(&p.info, p.info.text()); err != nil {
		return err
	}
	switch n := len(p.problems); n {
	case 0:
		return nil
	case 1:
		return refused(errors.New("the configuration has a problem"))
	default:
		return refused(fmt.Errorf("the configuration has %d problems", n))
	}
}

func (i *serveInfo) text() string {
	var s strings.Builder
	for _, line := range [][2]string{
		{"config", i.Config}, {"roles", strings.Join(i.Roles, ", ")}, {"listen", i.Listen}, {"set", cmp.Or(i.Set, "none")}, {"previous", strings.Join(i.Previous, ", ")},
		{"policy", i.Policy}, {"keys", i.Keys}, {"store", i.Store}, {"schema", i.Schema}, {"applications", i.Apps}, {"hosts", strings.Join(i.Hosts, ", ")}, {"origins", strings.Join(i.Origins, ", ")},
		{"retain", i.Retain}, {"web", i.Web}, {"metrics", i.Metrics}, {"log", i.Log},
	} {
		if line[1] != "" {
			fmt.Fprintf(&s, "%s\t%s\n", line[0], line[1])
		}
	}
	return s.String()
}
