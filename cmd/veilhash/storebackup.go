package main

import (
	"fmt"
	"os"

	"github.com/veilhash/veilhash/server/sqlite"
)

// fileFlags name a SQLite database.
type fileFlags struct {
	Database string `default:"veilhash.db" placeholder:"FILE" help:"The SQLite database (${default})."`
}

type storeBackupCommand struct {
	File string `arg:"" help:"The backup, a new file that only you can read."`
	fileFlags
}

func (storeBackupCommand) Help() string {
	return `Writes what is committed at the moment into one file, while the server goes on. Everything that was acknowledged before it began is in it. It holds what the
database holds: opened evidence too. PostgreSQL has pg_dump for this; see docs/operating.md.

Example:
  veilhash store backup --database veilhash.db /backup/veilhash-2026-11-23.db`
}

func (c *storeBackupCommand) Run(a *app) error {
	if err := sqlite.Backup(a.ctx, c.Database, c.File); err != nil {
		return err
	}
	return a.printFile(c.File)
}

type storeRestoreCommand struct {
	File string `arg:"" help:"The backup; it stays where it is."`
	fileFlags
}

func (storeRestoreCommand) Help() string {
	return `Checks a backup and puts a copy in the database's place, which must be free: stop the server, and move the old file and its -wal and -shm away.
Vouchers that were acknowledged after the backup are lost, and no client sends them again.

Example:
  veilhash store restore --database veilhash.db /backup/veilhash-2026-11-23.db`
}

func (c *storeRestoreCommand) Run(a *app) error {
	if err := sqlite.Restore(a.ctx, c.File, c.Database); err != nil {
		return err
	}
	a.warn("vouchers that were acknowledged after the backup was made are lost")
	return a.printFile(c.Database)
}

// printFile names a file that was written, and its size.
func (a *app) printFile(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return a.print(struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
	}{name, info.Size()}, fmt.Sprintf("wrote %s, %d bytes\n", name, info.Size()))
}
