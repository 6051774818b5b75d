package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// Inspect looks at a database without changing it: a path where there is none yet has schema version 0. Errors are *store.NewerError, store.ErrForeign, and those of
// the file system, among them that the directory is missing, and that others can read the file.
func Inspect(ctx context.Context, path string) (store.Schema, error) {
	steps, err := lite.Migrations()
	if err != nil {
		return store.Schema{}, err
	}
	s := store.Schema{Known: len(steps)}
	if path, err = filepath.Abs(path); err != nil {
		return s, fmt.Errorf("sqlite: %w", err)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err = os.Stat(filepath.Dir(path)); err == nil {
			return s, nil
		}
	}
	switch {
	case err != nil:
		return s, fmt.Errorf("sqlite: %w", err)
	case !info.Mode().IsRegular():
		return s, errors.New("sqlite: the database's path is not that of a file")
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // what serving will need
	if err != nil {
		return s, fmt.Errorf("sqlite: %w", err)
	}
	f.Close()
	db, err := sql.Open("sqlite", dsn(path, "mode", "rw", "_query_only", "1"))
	if err != nil {
		return s, explain(err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return s, explain(err)
	}
	defer conn.Close()
	if s.Found, err = schemaVersion(ctx, conn); err != nil {
		return s, explain(err)
	}
	if s.Found > s.Known {
		return s, &store.NewerError{Found: s.Found, Known: s.Known}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return s, errors.New("sqlite: others can read the database; restrict it with: chmod 600")
	}
	return s, nil
}
