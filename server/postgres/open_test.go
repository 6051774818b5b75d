package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
)

var ctx = context.Background()

func voucher(n uint64, raw string) store.Voucher {
	return store.Voucher{
		ID: store.ID{byte(n >> 8), byte(n), 7}, Account: store.Account{App: "chat", Name: "alice"}, Message: fmt.Sprint("message ", n),
		Set: store.SetID{1}, Raw: []byte(raw), Received: time.UnixMilli(1_900_000_000_000 + int64(n)).UTC(),
	}
}

func TestOpenRefuses(t *testing.T) {
	server := pgtest.Start(t)
	newer := server.Database()
	openAt(t, newer).Close()
	if err := server.Exec(newer, "UPDATE veilhash.schema SET version = 99"); err != nil {
		t.Fatal(err)
	}
	foreign := server.Database()
	if err := server.Exec(foreign, "CREATE SCHEMA veilhash; CREATE TABLE veilhash.recipes (name text)"); err != nil {
		t.Fatal(err)
	}
	server.User("guest")
	for name, c := range map[string]struct {
		url   string
		check func(error) bool
	}{
		"newer": {newer, func(err error) bool {
			var e *store.NewerError
			return errors.As(err, &e) && e.Found == 99 && e.Known >= 1
		}},
		"foreign":    {foreign, func(err error) bool { return errors.Is(err, store.ErrForeign) }},
		"no rights":  {server.As("guest", server.Database()), func(err error) bool { return errors.Is(err, ErrOutdated) }},
		"no such":    {server.URL("owner", "nowhere"), func(err error) bool { return hasCode(err, "3D000") }},
		"no server":  {"postgres://owner:SECRET@/x?host=/nowhere", func(err error) bool { return !strings.Contains(err.Error(), "SECRET") }},
		"no address": {"postgres://owner:SECRET@:x:y", func(err error) bool { return errors.Is(err, errAddress) && !strings.Contains(err.Error(), "SECRET") }},
		"no user":    {server.As("nobody", newer), func(err error) bool { return hasCode(err, "28P01") }},
	} {
		db, err := Open(ctx, Config{URL: c.url})
		if err == nil {
			db.Close()
			t.Errorf("%s: was opened", name)
		} else if !c.check(err) || !strings.HasPrefix(err.Error(), "postgres: ") && !strings.HasPrefix(err.Error(), "store: ") {
			t.Errorf("%s: wrong error: %v", name, err)
		}
	}
	// What was refused was left alone.
	if err := server.Exec(foreign, "INSERT INTO veilhash.recipes VALUES ('soup')"); err != nil {
		t.Error(err)
	}
}

func TestMigrations(t *testing.T) {
	server := pgtest.Start(t)
	cfg := Config{URL: server.Database()}
	steps, err := schemaSteps()
	if err != nil || len(steps) < 1 {
		t.Fatalf("%d migrations, %v", len(steps), err)
	}
	// Several processes that start at once on an empty database.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := Migrate(ctx, cfg.URL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := openAt(t, cfg.URL)
	v := voucher(1, "raw")
	if _, err := db.Put(ctx, v); err != nil {
		t.Fatal(err)
	}
	db.Close()

	// One that fails leaves the version before it, and nothing half done.
	failing := append(append([]string{}, steps...), "CREATE TABLE veilhash.later (x integer); CREATE TABLE veilhash.vouchers (x integer)")
	if db, err := open(ctx, cfg, failing); err == nil {
		db.Close()
		t.Fatal("a migration that fails was passed over")
	}
	later := append(append([]string{}, steps...), "ALTER TABLE veilhash.vouchers ADD COLUMN note text NOT NULL DEFAULT ''", "CREATE TABLE veilhash.later (x integer)")
	for range 2 { // the second time there is nothing to do
		if db, err = open(ctx, cfg, later); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Voucher(ctx, v.ID); err != nil || string(got.Raw) != "raw" {
			t.Errorf("after migrating: %+v, %v", got, err)
		}
		if _, err := db.pool.Exec(ctx, "SELECT note, x FROM veilhash.vouchers, veilhash.later"); err != nil {
			t.Errorf("the new schema is not there: %v", err)
		}
		db.Close()
	}
	var e *store.NewerError
	if _, err := open(ctx, cfg, steps); !errors.As(err, &e) || e.Found != len(later) || e.Known != len(steps) {
		t.Errorf("the older program: %v, want NewerError", err)
	}
}

// TestOldDatabase: each version's database, with a record of every kind, is still read and worked on. The files are what pg_dump made of it when the version
// was the newest.
func TestOldDatabase(t *testing.T) {
	server := pgtest.Start(t)
	steps, err := schemaSteps()
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version <= len(steps); version++ {
		text, err := os.ReadFile(fmt.Sprintf("testdata/v%d.sql", version))
		if err != nil {
			t.Fatalf("no database of version %d: %v", version, err)
		}
		url := server.Database()
		if err := server.Exec(url, string(text)); err != nil {
			t.Fatal(err)
		}
		db := openAt(t, url)
		checkRecords(t, db)
		var reached int
		if err := db.row(ctx, "SELECT version FROM veilhash.schema").Scan(&reached); err != nil || reached != len(steps) {
			t.Errorf("version %d was brought to %d, %v, want %d", version, reached, err, len(steps))
		}
		db.Close()
	}
}

// putRecords makes a record of every kind, for checkRecords.
func putRecords(t *testing.T, db *DB) {
	t.Helper()
	for n, raw := range []string{"pending", "closed", "invalid", "match", strings.Repeat("long", 2000), "another match"} {
		if _, err := db.Put(ctx, voucher(uint64(n), raw)); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.LeaveClosed(ctx, voucher(1, "").ID))
	must(db.Reject(ctx, voucher(2, "").ID, "damaged"))
	for _, n := range []uint64{3, 5} {
		_, err := db.RecordMatch(ctx, voucher(n, "").ID, 1<<32-1, 9)
		must(err)
	}
	must(db.Finish(ctx, voucher(3, "").ID))
	must(db.SaveTally(ctx, oldTally()))
	must(db.PutEvidence(ctx, oldEvidence()))
}

func oldTally() store.Tally {
	v := voucher(0, "")
	return store.Tally{
		Key:   store.TallyKey{Account: v.Account, Set: v.Set, Generation: 1<<32 - 1, Period: 9},
		State: []byte("state\x00\xff"), Counted: 2, Opened: 1, Open: true,
	}
}

func oldEvidence() store.Evidence {
	return store.Evidence{Voucher: voucher(3, "").ID, Outcome: store.Readable, Kind: 7, Payload: []byte("payload"), Opened: time.UnixMilli(1_900_000_100_000).UTC()}
}

func checkRecords(t *testing.T, db *DB) {
	t.Helper()
	for n, want := range []string{
		"pending pending true 0", "closed closed false 0", "invalid invalid false 0", "match match false 1", strings.Repeat("long", 2000) + " pending true 0",
		"another match match true 2",
	} {
		v, err := db.Voucher(ctx, voucher(uint64(n), "").ID)
		if got := fmt.Sprint(string(v.Raw), " ", v.State, " ", v.Waiting, " ", v.Ordinal); err != nil || got != want {
			t.Errorf("voucher %d is %.60s, %v, want %.60s", n, got, err, want)
		}
		if w := voucher(uint64(n), string(v.Raw)); v.Message != w.Message || v.Account != w.Account || !v.Received.Equal(w.Received) {
			t.Errorf("voucher %d is of %v, %s, %v", n, v.Account, v.Message, v.Received)
		}
		if r, err := db.Put(ctx, voucher(uint64(n), string(v.Raw))); r != store.Repeated || err != nil {
			t.Errorf("voucher %d, put again: %v, %v, want Repeated", n, r, err)
		}
	}
	if v, err := db.Voucher(ctx, voucher(2, "").ID); err != nil || v.Reason != "damaged" {
		t.Errorf("reason %q, %v", v.Reason, err)
	}
	tally, err := db.Tally(ctx, oldTally().Key)
	if want := oldTally(); err != nil || tally.Version != 1 || string(tally.State) != string(want.State) || tally.Counted != 2 || tally.Opened != 1 || !tally.Open {
		t.Errorf("tally %v, %v", tally, err)
	}
	if e, err := db.Evidence(ctx, oldEvidence().Voucher); err != nil || string(e.Payload) != "payload" || e.Outcome != store.Readable || e.Kind != 7 || !e.Opened.Equal(oldEvidence().Opened) {
		t.Errorf("evidence %v, %v", e, err)
	}
	got, err := db.Claim(ctx, store.Claim{Set: store.SetID{1}, Limit: 10, Now: time.Now(), Lease: time.Minute})
	if err != nil || len(got) != 3 || got[0].Message != "message 0" || got[2].Message != "message 5" {
		t.Errorf("claimed %d, %v, want the two that are pending and the match that is not finished", len(got), err)
	}
}

// TestRecords: what is kept of a version's records is what TestOldDatabase expects of an old one.
func TestRecords(t *testing.T) {
	server := pgtest.Start(t)
	url := server.Database()
	db := openAt(t, url)
	defer db.Close()
	putRecords(t, db)
	if out := os.Getenv("VEILHASH_DUMP"); out != "" { // to make the next version's file
		if err := server.Dump(url, out); err != nil {
			t.Fatal(err)
		}
	}
	checkRecords(t, db)
}

// TestDurabilitySettings: a commit waits for the disk.
func TestDurabilitySettings(t *testing.T) {
	db := openAt(t, pgtest.Start(t).Database())
	defer db.Close()
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "transaction_isolation": "read committed"} {
		var got string
		if err := db.row(ctx, "SELECT current_setting($1)", setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", setting, got, err, want)
		}
	}
	// A standby is not well.
	standby, err := pgx.ParseConfig(db.pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	readOnly, err := Open(ctx, Config{URL: standby.ConnString() + "&default_transaction_read_only=on"})
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	if err := readOnly.Ping(ctx); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("Ping of a database that cannot be written: %v", err)
	}
}
