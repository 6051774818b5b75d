package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// TestOldDatabase: the databases of versions that were once the newest, with a record of every kind, are still read and worked on.
func TestOldDatabase(t *testing.T) {
	ctx := context.Background()
	steps, err := lite.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < len(steps); version++ {
		text, err := os.ReadFile(fmt.Sprintf("testdata/v%d.sql", version))
		if err != nil {
			t.Fatalf("no database of version %d: %v", version, err)
		}
		path := filepath.Join(t.TempDir(), "v.db")
		execFile(t, path, string(text))
		db := openAt(t, path)
		defer db.Close()
		var reached int
		if err := db.read.QueryRow("PRAGMA user_version").Scan(&reached); err != nil || reached != len(steps) {
			t.Errorf("version %d was brought to %d, %v, want %d", version, reached, err, len(steps))
		}
		for n, want := range []string{
			"pending pending true 0", "closed closed false 0", "invalid invalid false 0", "match match false 1", strings.Repeat("long", 2000) + " pending true 0",
			"another match match true 2",
		} {
			v, err := db.Voucher(ctx, store.ID{0, byte(n), 7})
			if got := fmt.Sprint(string(v.Raw), " ", v.State, " ", v.Waiting, " ", v.Ordinal); err != nil || got != want {
				t.Errorf("voucher %d is %.60s, %v, want %.60s", n, got, err, want)
			}
			if r, err := db.Put(ctx, v); r != store.Repeated || err != nil || v.Received.UnixMilli() != 1_900_000_000_000+int64(n) {
				t.Errorf("voucher %d, put again: %v, %v, want Repeated", n, r, err)
			}
		}
		key := store.TallyKey{Account: store.Account{App: "chat", Name: "alice"}, Set: store.SetID{1}, Generation: 1<<32 - 1, Period: 9}
		if tally, err := db.Tally(ctx, key); err != nil || string(tally.State) != "state\x00\xff" || tally.Counted != 2 || tally.Opened != 1 || !tally.Open || tally.Version != 1 {
			t.Errorf("tally %v, %v", tally, err)
		}
		if e, err := db.Evidence(ctx, store.ID{0, 3, 7}); err != nil || string(e.Payload) != "payload" || e.Kind != 7 || e.Opened.UnixMilli() != 1_900_000_100_000 {
			t.Errorf("evidence %v, %v", e, err)
		}
		got, err := db.Claim(ctx, store.Claim{Set: store.SetID{1}, Limit: 10, Now: time.Now(), Lease: time.Minute})
		if err != nil || len(got) != 3 || got[2].Message != "message 5" {
			t.Errorf("claimed %d, %v, want the two that are pending and the match that is not finished", len(got), err)
		}
	}
}
