package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// TestRetention: serve deletes what is over its time, and says how many and not which; store delete removes an account from the files.
func TestRetention(t *testing.T) {
	dir := smallSet(t)
	ctx, path := context.Background(), filepath.Join(dir, "veilhash.db")
	set, err := setdir.Open(filepath.Join(dir, "public/set"))
	if err != nil {
		t.Fatal(err)
	}
	origin := store.SetID(set.Manifest.Origin().ID)
	db, err := sqlite.Open(ctx, sqlite.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for n, age := range []time.Duration{40 * day, 10 * day, 40 * day, 100 * day} {
		v := store.Voucher{
			ID: store.ID{byte(n), 9}, Account: store.Account{Name: "planted-account"}, Message: "m", Set: origin, Raw: []byte("planted-bytes"), Received: time.Now().Add(-age),
		}
		if _, err := db.Put(ctx, v); err != nil {
			t.Fatal(err)
		}
		if n < 2 {
			err = db.LeaveClosed(ctx, v.ID)
		} else if _, err = db.RecordMatch(ctx, v.ID, 1, uint32(n)); err == nil { // a period of 30 days each
			err = db.Finish(ctx, v.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	var said syncBuilder
	done := make(chan int, 1)
	t.Chdir(dir)
	go func() {
		done <- run(serving, []string{"serve", "--set", "public/set", "--listen", "127.0.0.1:0", "--retain-closed", "30d", "--retain-matches", "20d"}, streams{strings.NewReader(""), &said, &said})
	}()
	for range 600 {
		if strings.Contains(said.String(), "deleted what was over its time") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	if code := <-done; code != exitOK || !strings.Contains(said.String(), "vouchers=2 tallies=0 evidence=0") || strings.Contains(said.String(), "planted") {
		t.Errorf("serve ended with %d: %s", code, said.String())
	}
	if out := veilhash(t, dir, "store", "deletions"); !strings.Contains(out, "closed\t1 vouchers") || !strings.Contains(out, "tally\t1 vouchers") || strings.Contains(out, "planted") {
		t.Errorf("the log of deletions is\n%s", out)
	}
	if out := veilhash(t, dir, "store", "delete", "--account", "planted-account"); !strings.Contains(out, "vouchers\t2") {
		t.Errorf("store delete prints\n%s", out)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err != nil || bytes.Contains(b, []byte("planted-")) {
			t.Errorf("%s still has it, %v", f, err)
		}
	}
}
