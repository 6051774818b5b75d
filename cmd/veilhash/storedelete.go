package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server/store"
)

// deletedInfo is what a deletion did.
type deletedInfo struct {
	Vouchers uint64 `json:"vouchers"`
	Tallies  uint64 `json:"tallies"`
	Evidence uint64 `json:"evidence"`
}

func (a *app) printDeleted(n store.Deleted) error {
	return a.print(deletedInfo(n), fmt.Sprintf("vouchers\t%d\ntallies\t%d\nevidence\t%d\n", n.Vouchers, n.Tallies, n.Evidence))
}

// with runs f on the store.
func (f storeFlags) with(a *app, do func(store.Store) error) (err error) {
	db, err := f.open(a.ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

type storeSweepCommand struct {
	storeFlags
	Set []string `required:"" placeholder:"DIR" help:"The set whose records are looked at; again for each other base."`
	retentionFlags
	Scrub bool `help:"Rewrite the database afterwards, so that no file has what was deleted. On SQLite it takes the time, and the room, of a copy."`
}

func (storeSweepCommand) Help() string {
	return `Deletes what is over its time, and prints how many records that were. 'serve' does it by itself every hour where it is given the same --retain flags and its store is SQLite; with
PostgreSQL run this from cron, with the rights of 'store grant --retention'. Accounts on hold are left out.

Example:
  veilhash store sweep --set public/set --retain-closed 30d --retain-matches 30d --retain-evidence 365d`
}

func (c *storeSweepCommand) Run(a *app) error {
	if !c.given() {
		return &exitError{code: exitUsage, err: errors.New("say what is to be deleted, with --retain-closed, --retain-matches or --retain-evidence")}
	}
	manifests := make(map[blindset.SetID]*blindset.Manifest)
	for _, dir := range c.Set {
		set, err := openSet(dir)
		if err != nil {
			return err
		}
		manifests[set.Manifest.Origin().ID] = set.Manifest
	}
	return c.with(a, func(db store.Store) error {
		var sum store.Deleted
		for id, m := range manifests {
			n, err := c.sweep(a.ctx, db, store.SetID(id), m.PeriodDays, nil)
			sum = sum.Add(n)
			if err != nil {
				return err
			}
		}
		if c.Scrub {
			if err := db.Scrub(a.ctx); err != nil {
				return err
			}
		}
		return a.printDeleted(sum)
	})
}

// accountFlags name an account.
type accountFlags struct {
	storeFlags
	Account string `required:"" placeholder:"NAME" help:"The account, as the application names it."`
	App     string `placeholder:"NAME" help:"The application, where ingest asks for credentials; empty otherwise."`
}

func (f *accountFlags) account() store.Account { return store.Account{App: f.App, Name: f.Account} }

type storeDeleteCommand struct {
	accountFlags
	WithEvidence bool `help:"Delete what was opened as well. Where a report was filed the law may forbid it."`
}

func (storeDeleteCommand) Help() string {
	return `Deletes all of an account's vouchers, matched or not, and its tallies; what was opened stays until its time is over, unless --with-evidence is given. An account on hold is refused
(exit code 3). Then the database is rewritten, so that no file has what was deleted: with SQLite that takes the time, and the room, of a copy. Backups are yours to deal with.

Example:
  veilhash store delete --account alice`
}

func (c *storeDeleteCommand) Run(a *app) error {
	return c.with(a, func(db store.Store) error {
		r := store.Removal{Account: c.account(), Now: time.Now()}
		if c.WithEvidence {
			r.Evidence = store.DeleteEvidence
		}
		n, err := db.Remove(a.ctx, r)
		if errors.Is(err, store.ErrHeld) {
			return hinted(refused(err), "End the hold first, if you may: veilhash store release --account NAME")
		}
		if err != nil {
			return err
		}
		if err := db.Scrub(a.ctx); err != nil {
			return fmt.Errorf("the records are deleted, but their bytes may still be in the files: %w", err)
		}
		return a.printDeleted(n)
	})
}

type storeHoldCommand struct{ accountFlags }

func (storeHoldCommand) Help() string {
	return `Nothing of the account is deleted, by time or on request, until 'store release'.

Example:
  veilhash store hold --account alice`
}

func (c *storeHoldCommand) Run(a *app) error {
	return c.with(a, func(db store.Store) error {
		if err := db.Hold(a.ctx, c.account(), time.Now()); err != nil {
			return err
		}
		return a.print(map[string]string{"hold": "on"}, "the account is on hold\n")
	})
}

type storeReleaseCommand struct{ accountFlags }

func (c *storeReleaseCommand) Run(a *app) error {
	return c.with(a, func(db store.Store) error {
		if err := db.Release(a.ctx, c.account()); err != nil {
			return err
		}
		return a.print(map[string]string{"hold": "off"}, "the account is not on hold\n")
	})
}

type storeDeletionsCommand struct{ storeFlags }

func (c *storeDeletionsCommand) Run(a *app) error {
	return c.with(a, func(db store.Store) error {
		type line struct {
			Number uint64 `json:"number"`
			At     string `json:"at"`
			Reason string `json:"reason"`
			deletedInfo
		}
		all := []line{}
		var text strings.Builder
		for last := uint64(0); ; {
			page, err := db.Deletions(a.ctx, last, store.MaxBatch)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				return a.print(map[string][]line{"deletions": all}, text.String())
			}
			for _, d := range page {
				last = d.Number
				l := line{d.Number, d.At.Format(time.RFC3339), string(d.Reason), deletedInfo(d.Deleted)}
				all = append(all, l)
				fmt.Fprintf(&text, "%d\t%s\t%s\t%d vouchers\t%d tallies\t%d evidence\n", l.Number, l.At, l.Reason, l.Vouchers, l.Tallies, l.Evidence)
			}
		}
	})
}
