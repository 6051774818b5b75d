package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/server/store"
)

// Backup writes what is committed at the moment into a new file, while others go on writing. The file is a database like any other, one piece, and synced to disk when Backup
// returns without an error; nothing is left behind where it fails. Errors are those of the file system, and store.ErrForeign.
func Backup(ctx context.Context, from, to string) (err error) {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("sqlite: %s is there already; name a new file", to)
	}
	from, err = filepath.Abs(from)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(from))
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer conn.Close()
	var id int
	if err := conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return explain(err)
	}
	if id != applicationID {
		return store.ErrForeign
	}
	// SQLite takes an empty file for one that is not there, and keeps its mode.
	part := to + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer f.Close()
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?1", part); err != nil {
		return explain(err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := os.Link(part, to); err != nil { // unlike a rename it replaces nothing
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := os.Remove(part); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return syncDir(filepath.Dir(to))
}

// Restore puts a backup in a database's place. The place must be free: what was there is to be moved away by whoever knows that nobody uses it.
// The backup is checked first and stays where it is. Errors are store.ErrForeign, those of the file system, and one that says that the backup is damaged.
func Restore(ctx context.Context, backup, to string) error {
	for _, name := range []string{to, to + "-wal", to + "-shm"} {
		if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("sqlite: %s is there already; stop the server and move the old database and its -wal and -shm away", name)
		}
	}
	if err := check(ctx, backup); err != nil {
		return err
	}
	return Backup(ctx, backup, to)
}

// check has SQLite look through a whole file.
func check(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(file, "_query_only", "1"))
	if err != nil {
		return explain(err)
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return explain(err)
	}
	if found != "ok" {
		return fmt.Errorf("sqlite: %s is damaged; take another backup: %s", file, found)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}
