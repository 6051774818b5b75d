//go:build js && wasm

package d1

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// These tests run in a Worker, under workerd: see examples/cloudflare/test. Its bindings are DB and RECORDS.
var config = Config{Database: "DB", Bucket: "RECORDS"}

func reopen(t *testing.T) *DB {
	t.Helper()
	db, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// empty opens the one database that there is, without records.
func empty(t *testing.T) *DB {
	t.Helper()
	db := reopen(t)
	for _, table := range []string{"vouchers", "bodies", "tallies", "evidence", "holds", "doomed"} {
		if _, err := db.db.Exec("DELETE FROM " + table); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestConformance(t *testing.T) {
	storetest.Run(t, storetest.Backend{
		Open:   func(t *testing.T) store.Store { return empty(t) },
		Reopen: func(t *testing.T) store.Store { return reopen(t) },
	})
}

// TestLargeBytes: what is too long for the database is in the bucket and nowhere else, and a refused voucher does not replace it.
func TestLargeBytes(t *testing.T) {
	ctx := context.Background()
	db := empty(t)
	defer db.Close()
	v := store.Voucher{ID: store.ID{1}, Account: store.Account{Name: "ann"}, Message: "m", Set: store.SetID{1}, Raw: bytes.Repeat([]byte{7}, MaxInline+1), Received: time.UnixMilli(1)}
	if _, err := db.Put(ctx, v); err != nil {
		t.Fatal(err)
	}
	other := v
	other.Raw = bytes.Repeat([]byte{8}, MaxInline+1)
	if _, err := db.Put(ctx, other); !errors.Is(err, store.ErrConflict) {
		t.Errorf("other bytes: %v, want ErrConflict", err)
	}
	e := store.Evidence{Voucher: v.ID, Outcome: store.Readable, Payload: bytes.Repeat([]byte{9}, MaxInline+1), Opened: time.UnixMilli(2)}
	later := e
	later.Payload = bytes.Repeat([]byte{10}, MaxInline+1)
	for _, e := range []store.Evidence{e, later} {
		if err := db.PutEvidence(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := db.Voucher(ctx, v.ID); err != nil || !bytes.Equal(got.Raw, v.Raw) {
		t.Errorf("the voucher came back changed, %v", err)
	}
	if got, err := db.Evidence(ctx, v.ID); err != nil || !bytes.Equal(got.Payload, e.Payload) {
		t.Errorf("the payload came back changed, %v", err)
	}
	var inline int
	if err := db.db.QueryRow("SELECT (SELECT sum(length(raw)) FROM bodies) + (SELECT sum(length(payload)) FROM evidence)").Scan(&inline); err != nil || inline != 0 {
		t.Errorf("%d bytes are in the database, %v, want none", inline, err)
	}
	if err := db.SaveTally(ctx, store.Tally{State: make([]byte, maxRow)}); !errors.As(err, new(*LimitError)) {
		t.Errorf("a row that D1 would not take: %v, want a LimitError", err)
	}
}

// TestMissingBindings: what a Worker says that was not given what it needs.
func TestMissingBindings(t *testing.T) {
	for _, cfg := range []Config{{Database: "NOTHING", Bucket: "RECORDS"}, {Database: "DB", Bucket: "NOTHING"}} {
		if db, err := Open(cfg); err == nil {
			db.Close()
			t.Errorf("%+v was opened", cfg)
		}
	}
}
