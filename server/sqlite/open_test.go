package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// execFile runs SQL on a database file behind the package's back.
func execFile(t *testing.T, path, text string) {
	t.Helper()
	d, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func TestDurabilitySettings(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
		var got string
		err := db.do(context.Background(), func(x *tx) error {
			return x.conn.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(&got)
		})
		if err != nil || got != want {
			t.Errorf("PRAGMA %s = %q, %v, want %q", pragma, got, err, want)
		}
	}
	if _, err := db.read.Exec("DELETE FROM vouchers"); err == nil {
		t.Error("a reading connection could write")
	}
}

func TestFilesAreTheOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("no modes on this system")
		return
	}
	dir := t.TempDir()
	db := openAt(t, filepath.Join(dir, "v.db"))
	defer db.Close()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v, want the database and its log", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v, want 0600", f.Name(), info.Mode(), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	openAt(t, newer).Close()
	execFile(t, newer, "PRAGMA user_version = 99")
	foreign := filepath.Join(dir, "foreign.db")
	execFile(t, foreign, "CREATE TABLE recipes (name TEXT)")
	otherID := filepath.Join(dir, "otherid.db")
	execFile(t, otherID, "PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE vouchers (id BLOB)")
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, check := range map[string]func(error) bool{
		newer: func(err error) bool {
			var e *store.NewerError
			return errors.As(err, &e) && e.Found == 99 && e.Known >= 1
		},
		foreign:                               func(err error) bool { return errors.Is(err, store.ErrForeign) },
		otherID:                               func(err error) bool { return errors.Is(err, store.ErrForeign) },
		text:                                  func(err error) bool { return errors.Is(err, store.ErrForeign) },
		filepath.Join(dir, "missing", "v.db"): func(err error) bool { return errors.Is(err, os.ErrNotExist) },
		dir:                                   func(err error) bool { return err != nil },
		"":                                    func(err error) bool { return err != nil },
	} {
		db, err := Open(context.Background(), Config{Path: path})
		if err == nil {
			db.Close()
			t.Errorf("%s was opened", path)
		} else if !check(err) {
			t.Errorf("%s: wrong error: %v", path, err)
		}
	}
	// What was refused was left alone.
	if b, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(b), "not a database") {
		t.Errorf("the text file was changed: %v", err)
	}
}

func TestMigrations(t *testing.T) {
	steps, err := lite.Migrations()
	if err != nil || len(steps) < 1 {
		t.Fatalf("%d migrations, %v", len(steps), err)
	}
	ctx := context.Background()
	cfg := Config{Path: filepath.Join(t.TempDir(), "v.db"), QueueBytes: 1 << 20}
	db, err := open(ctx, cfg, steps)
	if err != nil {
		t.Fatal(err)
	}
	v := benchVoucher(1, []byte("raw"))
	if _, err := db.Put(ctx, v); err != nil {
		t.Fatal(err)
	}
	db.Close()

	// One that fails leaves the version before it, and nothing half done.
	failing := append(append([]string{}, steps...), "CREATE TABLE later (x INTEGER) STRICT; CREATE TABLE vouchers (x INTEGER)")
	if db, err := open(ctx, cfg, failing); err == nil {
		db.Close()
		t.Fatal("a migration that fails was passed over")
	}
	if db, err = open(ctx, cfg, steps); err != nil {
		t.Fatalf("after a failed migration: %v", err)
	}
	db.Close()

	// Two further ones, with what was there before.
	later := append(append([]string{}, steps...), "ALTER TABLE vouchers ADD COLUMN note TEXT NOT NULL DEFAULT ''", "CREATE TABLE later (x INTEGER) STRICT")
	for range 2 { // the second time there is nothing to do
		if db, err = open(ctx, cfg, later); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Voucher(ctx, v.ID); err != nil || string(got.Raw) != "raw" {
			t.Errorf("after migrating: %+v, %v", got, err)
		}
		if _, err := db.read.Exec("SELECT note, x FROM vouchers, later"); err != nil {
			t.Errorf("the new schema is not there: %v", err)
		}
		db.Close()
	}
	var e *store.NewerError
	if _, err := open(ctx, cfg, steps); !errors.As(err, &e) || e.Found != len(later) || e.Known != len(steps) {
		t.Errorf("the older program: %v, want NewerError", err)
	}
}
