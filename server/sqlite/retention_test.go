package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// TestDeletedBytes: what was deleted is in none of the database's files, while it is open and after; and it was there before.
func TestDeletedBytes(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "v.db")
	db := openAt(t, path)
	at := time.UnixMilli(1_900_000_000_000)
	mark := func(what string, n int) string { return fmt.Sprintf("%s-mark-%06d-", what, n) }
	const accounts, each = 8, 40
	for n := range accounts * each {
		long := strings.Repeat(mark("raw", n), 1+n%300) // some in pages of their own
		v := store.Voucher{
			ID: store.ID{byte(n >> 8), byte(n), 1}, Account: store.Account{App: "chat", Name: mark("account", n%accounts)}, Message: mark("message", n), Set: store.SetID{1},
			Raw: []byte(long), Received: at,
		}
		if _, err := db.Put(ctx, v); err != nil {
			t.Fatal(err)
		}
		if n%3 > 0 {
			if err := db.LeaveClosed(ctx, v.ID); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if _, err := db.RecordMatch(ctx, v.ID, 1, 1); err != nil {
			t.Fatal(err)
		}
		v.Generation, v.Period = 1, 1
		if tally, err := db.Tally(ctx, v.Tally()); err != nil {
			t.Fatal(err)
		} else if tally.State, tally.Open = []byte(mark("state", n)), true; db.SaveTally(ctx, tally) != nil {
			t.Fatal("the tally was not saved")
		}
		if err := db.PutEvidence(ctx, store.Evidence{Voucher: v.ID, Outcome: store.Readable, Payload: []byte(mark("payload", n) + long), Opened: at}); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (names []string) {
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, what := range []string{"raw", "account", "message", "state", "payload"} {
				if bytes.Contains(b, []byte(what+"-mark-")) {
					names = append(names, what+" in "+filepath.Base(f))
				}
			}
		}
		return names
	}
	if len(found()) < 5 {
		t.Fatalf("only %v are in the files before: the search is wrong", found())
	}
	kept := store.Account{App: "chat", Name: mark("account", 0)}
	for n := range accounts {
		a := store.Account{App: "chat", Name: mark("account", n)}
		if a == kept {
			continue
		}
		if d, err := db.Remove(ctx, store.Removal{Account: a, Now: at, Evidence: store.DeleteEvidence}); err != nil || d.Vouchers != each || d.Evidence == 0 {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	if err := db.Scrub(ctx); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for n := range accounts * each {
			if n%accounts == 0 {
				continue
			}
			for what, k := range map[string]int{"raw": n, "message": n, "state": n, "payload": n, "account": n % accounts} {
				if bytes.Contains(b, []byte(mark(what, k))) {
					t.Fatalf("%s still has %s", filepath.Base(f), mark(what, k))
				}
			}
		}
	}
	if c, err := db.CountAccount(ctx, kept, store.SetID{1}); err != nil || c.Vouchers != each {
		t.Errorf("of the account that stays %+v are there, %v", c, err)
	}
	if _, err := db.Remove(ctx, store.Removal{Account: kept, Now: at, Evidence: store.DeleteEvidence}); err != nil {
		t.Fatal(err)
	}
	if err := db.Scrub(ctx); err != nil {
		t.Fatal(err)
	}
	if left := found(); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left := found(); len(left) > 0 {
		t.Errorf("still there after closing: %v", left)
	}
}

// TestDeletionsStand: nobody can change the log of deletions.
func TestDeletionsStand(t *testing.T) {
	ctx := context.Background()
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	v := store.Voucher{ID: store.ID{1}, Set: store.SetID{1}, Raw: []byte("raw"), Received: time.UnixMilli(1)}
	if _, err := db.Put(ctx, v); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Remove(ctx, store.Removal{Now: time.UnixMilli(2)}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"DELETE FROM deletions", "UPDATE deletions SET vouchers = 0"} {
		err := db.do(ctx, func(c *tx) error { _, err := c.Exec(text); return err })
		if err == nil || !strings.Contains(err.Error(), "cannot be changed") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if log, err := db.Deletions(ctx, 0, 10); err != nil || len(log) != 1 || log[0].Vouchers != 1 {
		t.Errorf("%+v, %v", log, err)
	}
}
