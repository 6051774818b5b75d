package postgres

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
)

// hold locks the table of vouchers, so that Puts wait, until the result is called.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	tx, err := db.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "LOCK TABLE veilhash.vouchers IN EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(ctx); err != nil {
			t.Error(err)
		}
	}
}

// blocked waits until n statements in the database wait for a lock.
func blocked(t *testing.T, db *DB, n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var waiting int
		err := db.row(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d statements wait, want %d", waiting, n)
		}
	}
}

// TestGroups: what queues up while the writers are busy goes to the database in one statement, whatever ids are in it; one that cannot be stored
// takes no other with it; what is beyond the limit is refused at once.
func TestGroups(t *testing.T) {
	url := pgtest.Start(t).Database()
	db, err := Open(ctx, Config{URL: url, QueueBytes: 40_000})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	release := hold(t, db)
	var wg sync.WaitGroup
	queued := 0
	put := func(v store.Voucher, receipt *store.Receipt, err *error) {
		waiting := db.queue.Waiting()
		wg.Go(func() { *receipt, *err = db.Put(ctx, v) })
		if queued++; queued <= writers { // each writer takes one
			blocked(t, db, queued)
			return
		}
		for db.queue.Waiting() == waiting {
			time.Sleep(time.Millisecond)
		}
	}
	const n = 20
	receipts, errs := make([]store.Receipt, n), make([]error, n)
	vouchers := make([]store.Voucher, n)
	for i := range vouchers {
		vouchers[i] = voucher(uint64(n-i), "raw")
		switch i {
		case 10:
			vouchers[i].Account.Name = strings.Repeat("unique and long ", 1) + randomText(9000) // no index can hold it
		case 12:
			vouchers[i] = vouchers[5] // repeated
		case 14:
			vouchers[i] = vouchers[5] // conflicting
			vouchers[i].Raw = []byte("other")
		}
		put(vouchers[i], &receipts[i], &errs[i])
	}
	large := voucher(999, strings.Repeat("x", 39_999))
	if _, err := db.Put(ctx, large); !errors.Is(err, store.ErrBusy) {
		t.Errorf("Put beyond the limit: %v, want ErrBusy", err)
	}
	release()
	wg.Wait()
	for i := range vouchers {
		switch {
		case i == 10:
			if errs[i] == nil || errors.Is(errs[i], store.ErrBusy) || strings.Contains(errs[i].Error(), "unique and long") {
				t.Errorf("one that cannot be stored: %v", errs[i])
			}
		case i == 14:
			if !errors.Is(errs[i], store.ErrConflict) {
				t.Errorf("another with the same id: %v, want ErrConflict", errs[i])
			}
		case i == 12:
			if receipts[i] != store.Repeated || errs[i] != nil {
				t.Errorf("the same again: %v, %v, want Repeated", receipts[i], errs[i])
			}
		case receipts[i] != store.Stored || errs[i] != nil:
			t.Errorf("voucher %d: %v, %v, want Stored", i, receipts[i], errs[i])
		}
	}
	if c, err := db.Count(ctx, store.SetID{1}); err != nil || c.Vouchers != n-3 {
		t.Errorf("%+v, %v, want %d", c, err, n-3)
	}
	if r, err := db.Put(ctx, large); r != store.Stored || err != nil {
		t.Errorf("Put once the queue is empty: %v, %v", r, err)
	}
}

// randomText does not compress.
func randomText(n int) string {
	var b strings.Builder
	x := uint64(1)
	for range n {
		x = x*6364136223846793005 + 1442695040888963407
		b.WriteByte(byte('!' + x>>57%90))
	}
	return b.String()
}

// TestTwoIngests: two processes that put the same vouchers at the same time agree on who was first, and do not block each other.
func TestTwoIngests(t *testing.T) {
	url := pgtest.Start(t).Database()
	a, b := openAt(t, url), openAt(t, url)
	defer a.Close()
	defer b.Close()
	const n = 400
	var receipts [2][n]store.Receipt
	var wg sync.WaitGroup
	for k, db := range []*DB{a, b} {
		for i := range n {
			wg.Go(func() {
				var err error
				if receipts[k][i], err = db.Put(ctx, voucher(uint64(i), "raw")); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	for i := range n {
		if x, y := receipts[0][i], receipts[1][i]; x == y || x == 0 || y == 0 {
			t.Fatalf("voucher %d: %v at one, %v at the other, want one Stored and one Repeated", i, x, y)
		}
	}
}

// TestSharedClaims: a matcher that claims passes over what another is claiming, without waiting for it.
func TestSharedClaims(t *testing.T) {
	db := openAt(t, pgtest.Start(t).Database())
	defer db.Close()
	for n := range uint64(6) {
		if _, err := db.Put(ctx, voucher(n, "raw")); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := db.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "SELECT 1 FROM veilhash.vouchers ORDER BY seq LIMIT 2 FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	got, err := db.Claim(ctx, store.Claim{Set: store.SetID{1}, Limit: 3, Now: time.Now(), Lease: time.Minute})
	if err != nil || len(got) != 3 || got[0].Message != "message 2" || got[2].Message != "message 4" {
		t.Errorf("claimed %d, %v, want the three after those that are locked", len(got), err)
	}
}

// TestRestart: the database goes away, crashes, and comes back: what was acknowledged is there, calls fail meanwhile and succeed again afterwards.
func TestRestart(t *testing.T) {
	server := pgtest.Start(t)
	db := openAt(t, server.Database())
	defer db.Close()
	for n, end := range []func(){server.Stop, server.Crash} {
		v := voucher(uint64(2*n), "before")
		if _, err := db.Put(ctx, v); err != nil {
			t.Fatal(err)
		}
		end()
		later := voucher(uint64(2*n+1), "meanwhile")
		if _, err := db.Put(ctx, later); err == nil || errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrConflict) {
			t.Errorf("Put without a database: %v", err)
		}
		if err := db.Ping(ctx); err == nil {
			t.Error("Ping without a database succeeds")
		}
		if _, err := db.Voucher(ctx, v.ID); err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("Voucher without a database: %v", err)
		}
		server.Run()
		if err := db.Ping(ctx); err != nil {
			t.Errorf("Ping when the database is back: %v", err)
		}
		if got, err := db.Voucher(ctx, v.ID); err != nil || string(got.Raw) != "before" {
			t.Errorf("an acknowledged voucher after a restart: %v", err)
		}
		if r, err := db.Put(ctx, later); r != store.Stored || err != nil {
			t.Errorf("Put again after a restart: %v, %v", r, err)
		}
	}
}
