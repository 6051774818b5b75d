package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/metrics"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// storeFlags say where a server keeps its records.
type storeFlags struct {
	Database string `default:"veilhash.db" placeholder:"FILE" help:"The SQLite database, made if need be (${default})."`
	Store    string `placeholder:"URL" help:"A PostgreSQL database instead, postgres://user@host/name. Its password is best left to PGPASSWORD or ~/.pgpass."`
}

// open opens the store; what it commits is told to the observer, unless that is nil.
func (f storeFlags) open(ctx context.Context, o *metrics.Metrics) (store.Store, error) {
	var committed func(int, time.Duration, error)
	if o != nil {
		committed = o.Committed
	}
	if f.Store != "" {
		db, err := postgres.Open(ctx, postgres.Config{URL: f.Store, Committed: committed})
		if errors.Is(err, postgres.ErrOutdated) {
			return nil, hinted(err, "Run 'veilhash store migrate' with the owner's credentials, and 'veilhash store grant' for these.")
		}
		if err != nil {
			return nil, err
		}
		return db, nil
	}
	db, err := sqlite.Open(ctx, sqlite.Config{Path: f.Database, Committed: committed})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Database, err)
	}
	return db, nil
}

type storeCommand struct {
	Migrate storeMigrateCommand `cmd:"" help:"Bring the schema of a PostgreSQL database up to date."`
	Backup  storeBackupCommand  `cmd:"" help:"Write a copy of a SQLite database, while it is in use."`
	Restore storeRestoreCommand `cmd:"" help:"Put a copy in a SQLite database's place."`
	Grant   storeGrantCommand   `cmd:"" help:"Give database users the rights of the server's roles, and no more."`

	Sweep     storeSweepCommand     `cmd:"" help:"Delete what is over its time."`
	Delete    storeDeleteCommand    `cmd:"" help:"Delete an account's records."`
	Hold      storeHoldCommand      `cmd:"" help:"Keep an account's records from being deleted."`
	Release   storeReleaseCommand   `cmd:"" help:"End a hold."`
	Deletions storeDeletionsCommand `cmd:"" help:"Print what was deleted: when, why and how many."`
}

// ownerFlags name the database to those who own it.
type ownerFlags struct {
	Store string `required:"" placeholder:"URL" help:"The database, with its owner's credentials: postgres://owner@host/name."`
}

type storeMigrateCommand struct{ ownerFlags }

func (storeMigrateCommand) Help() string {
	return `Makes the schema in an empty database, or brings an older one up to date; there is no way back, so have a backup. 'serve' does this by itself
when its credentials are the owner's. Run 'store grant' again afterwards.

Example:
  veilhash store migrate --store postgres://owner@db.example/veilhash`
}

func (c *storeMigrateCommand) Run(a *app) error {
	if err := postgres.Migrate(a.ctx, c.Store); err != nil {
		return err
	}
	return a.print(map[string]string{"schema": "current"}, "the schema is up to date\n")
}

type storeGrantCommand struct {
	ownerFlags
	Ingest    []string `placeholder:"USER" help:"Users that may put vouchers, and read nothing."`
	Match     []string `placeholder:"USER" help:"Users that may match vouchers."`
	Review    []string `placeholder:"USER" help:"Users that may read vouchers and opened evidence, and change nothing."`
	Retention []string `placeholder:"USER" help:"Users that may delete vouchers, tallies and evidence, and read no bytes of them."`
	Print     bool     `help:"Print the SQL; change nothing."`
}

func (storeGrantCommand) Help() string {
	return `The users must exist (CREATE ROLE chat_ingest LOGIN PASSWORD '…'). Each gets what its role needs: an application's ingest cannot read a voucher back, a
matcher cannot read the evidence that it writes, a reviewer cannot change anything, and only --retention can delete. Prints the SQL that it runs.

Example:
  veilhash store grant --store postgres://owner@db.example/veilhash --ingest chat_ingest --match hotline_match --review hotline_review`
}

func (c *storeGrantCommand) Run(a *app) error {
	var text []string
	for _, role := range []struct {
		access postgres.Access
		users  []string
	}{{postgres.Ingest, c.Ingest}, {postgres.Matching, c.Match}, {postgres.Review, c.Review}, {postgres.Deleting, c.Retention}} {
		for _, user := range role.users {
			text = append(text, postgres.Grants(role.access, user)...)
			if c.Print {
				continue
			}
			if err := postgres.Grant(a.ctx, c.Store, role.access, user); err != nil {
				return fmt.Errorf("%s: %w", user, err)
			}
		}
	}
	if len(text) == 0 {
		return &exitError{code: exitUsage, err: errors.New("name a user with --ingest, --match, --review or --retention")}
	}
	return a.print(map[string][]string{"sql": text}, strings.Join(text, ";\n")+";\n")
}
