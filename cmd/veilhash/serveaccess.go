package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/store"
)

// accessFlags say who may send and see what.
type accessFlags struct {
	Apps         string `placeholder:"FILE" help:"The applications that may send vouchers ('veilhash app new'); read anew when it changes, and on SIGHUP."`
	Open         bool   `help:"Without --apps, let whoever reaches the server send vouchers (and see the console), on addresses other than this machine's own too."`
	AppLimit     string `placeholder:"RATE" help:"Vouchers of an application, where --apps does not say it: 600/1m is a bucket of 600 that fills in a minute; none by default."`
	AccountLimit string `placeholder:"RATE" help:"Vouchers of an account, where --apps does not say it; 1200/1h with --apps, and none without."`
	SetAccess    string `default:"public" enum:"public,keys" help:"Who may fetch the set: public, or keys with the scope set:read (${default})."`
}

// defaultAccountLimit is far above what a person sends, and far below what fills a disk.
const defaultAccountLimit = "1200/1h"

// planAccess reads the file of applications and refuses to be open by mistake.
func (c *serveCommand) planAccess(p *servePlan) {
	p.add(limitOf("app-limit", c.AppLimit, &p.config.limits.Requests))
	if c.AccountLimit == "" && c.Apps != "" {
		c.AccountLimit = defaultAccountLimit
	}
	p.add(limitOf("account-limit", c.AccountLimit, &p.config.limits.AccountRequests))
	if c.SetAccess == "keys" {
		p.config.setAccess = server.KeyedSet
		if c.Apps == "" {
			p.add(&exitError{code: exitUsage, err: errors.New("--set-access keys needs --apps")})
		}
	}
	if c.Apps != "" {
		if c.Open {
			p.add(&exitError{code: exitUsage, err: errors.New("--open and --apps exclude each other")})
		}
		apps, err := access.OpenFile(c.Apps, p.config.log.With("role", "access"), nil)
		if err != nil {
			flag := appsFlag{Apps: c.Apps}
			_, err = flag.read()
			p.add(cmp.Or(err, errors.New("the file of applications has just changed; try again")))
			return
		}
		p.config.apps = apps
		p.info.Apps = fmt.Sprintf("%d in %s", len(apps.Table().Applications()), c.Apps)
		return
	}
	serves := func(role string) bool { return slices.Contains(p.config.roles, role) }
	if (serves(roleIngest) || serves(roleConsole)) && !c.Open && !isLoopback(c.Listen) {
		p.add(hinted(refused(fmt.Errorf("listen: on %s whoever reaches the server could send vouchers, or see the console, without a key", c.Listen)),
			"Name the applications with --apps FILE ('veilhash app new' makes it), listen on 127.0.0.1 behind the application's own server, or say --open."))
	}
}

func limitOf(flag, text string, to *limit.Rate) error {
	if text == "" {
		return nil
	}
	if err := to.UnmarshalText([]byte(text)); err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--%s: %q: %w", flag, text, err)}
	}
	return nil
}

// isLoopback reports whether an address to listen on is this machine's own. One that is malformed is told of elsewhere.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err != nil || host == "localhost" || ip != nil && ip.IsLoopback()
}

// planTestAccounts reads "APP/NAME" where there are applications, and NAME where there are none.
func (c *serveCommand) planTestAccounts(p *servePlan) {
	for _, name := range c.TestAccount {
		account := store.Account{Name: name}
		if c.Apps != "" {
			var found bool
			if account.App, account.Name, found = strings.Cut(name, "/"); !found || access.CheckName(account.App) != nil || account.Name == "" {
				p.add(&exitError{code: exitUsage, err: fmt.Errorf("test-account: with --apps it is APPLICATION/NAME, not %q", name)})
				continue
			}
		}
		p.config.testAccounts = append(p.config.testAccounts, account)
	}
}

// followApps reads the file of applications when it changes, or a SIGHUP says so, until ctx ends.
func followApps(ctx context.Context, apps *access.File) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go apps.Follow(ctx)
	for {
		select {
		case <-hup:
			_ = apps.Reload(ctx) // it has logged why
		case <-ctx.Done():
			return
		}
	}
}
