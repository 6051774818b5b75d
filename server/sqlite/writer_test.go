package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// stall keeps the writer busy until the result is called. It returns once the writer is in it.
func stall(t *testing.T, db *DB) (release func()) {
	t.Helper()
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.do(context.Background(), func(*tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		close(leave)
		if err := <-done; err != nil {
			t.Errorf("stalled job: %v", err)
		}
	}
}

// queueLength waits until n jobs are queued.
func waitQueued(t *testing.T, db *DB, n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		queued := db.writer.queue.Waiting()
		if queued == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs are queued, want %d", queued, n)
		}
	}
}

func TestBusy(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, Config{Path: filepath.Join(t.TempDir(), "v.db"), QueueBytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	raw := make([]byte, 400)
	release := stall(t, db)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() { _, errs[i] = db.Put(ctx, benchVoucher(uint64(i), raw)) })
	}
	waitQueued(t, db, 2)
	refused := benchVoucher(9, raw)
	if _, err := db.Put(ctx, refused); !errors.Is(err, store.ErrBusy) {
		t.Errorf("Put beyond the limit: %v, want ErrBusy", err)
	}
	release()
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("those within the limit: %v", err)
	}
	if _, err := db.Voucher(ctx, refused.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the refused voucher: %v, want ErrNotFound", err)
	}
	// The bytes are off the account again, and one voucher larger than the limit passes an empty queue.
	for i := range 5 {
		if _, err := db.Put(ctx, benchVoucher(uint64(20+i), make([]byte, 2000))); err != nil {
			t.Errorf("Put once the queue is empty: %v", err)
		}
	}
}

// TestGroups: what waits while a commit is under way is committed together.
func TestGroups(t *testing.T) {
	ctx := context.Background()
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	release := stall(t, db)
	const n = 50
	committed := 0 // the most that a job saw committed by those before it; only the writer's goroutine writes it
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := db.do(ctx, func(x *tx) error {
				if _, err := x.Exec("INSERT INTO evidence VALUES (?1, 1, 1, x'', 0, '')", []byte{byte(i)}); err != nil {
					return err
				}
				var seen int
				err := db.read.QueryRow("SELECT count(*) FROM evidence").Scan(&seen)
				committed = max(committed, seen)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	waitQueued(t, db, n)
	release()
	wg.Wait()
	if committed != 0 {
		t.Errorf("%d of %d jobs that waited together were committed before the last of them ran", committed, n)
	}
	var seen int
	if err := db.read.QueryRow("SELECT count(*) FROM evidence").Scan(&seen); err != nil || seen != n {
		t.Errorf("%d, %v were committed in the end, want %d", seen, err, n)
	}
}

// TestFailedGroup: nothing of a group that fails is kept, all of it is told so, and the next group is not harmed.
func TestFailedGroup(t *testing.T) {
	ctx := context.Background()
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	release := stall(t, db)
	var wg sync.WaitGroup
	vouchers := []store.Voucher{benchVoucher(1, []byte("a")), benchVoucher(2, []byte("b"))}
	errs := make([]error, 3)
	put := func(i int) { wg.Go(func() { _, errs[i] = db.Put(ctx, vouchers[i]) }) }
	put(0)
	waitQueued(t, db, 1)
	wg.Go(func() {
		errs[2] = db.do(ctx, func(x *tx) error {
			_, err := x.Exec("INSERT INTO evidence (id) VALUES (x'00')") // breaks NOT NULL
			return err
		})
	})
	waitQueued(t, db, 2)
	put(1)
	waitQueued(t, db, 3)
	release()
	wg.Wait()
	for i, err := range errs {
		if err == nil {
			t.Errorf("call %d of a group that failed was told that it is done", i)
		}
	}
	for _, v := range vouchers {
		if _, err := db.Voucher(ctx, v.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a voucher of a group that failed: %v, want ErrNotFound", err)
		}
		if r, err := db.Put(ctx, v); r != store.Stored || err != nil {
			t.Errorf("Put again: %v, %v", r, err)
		}
	}
}

// TestDiskFull: a store that cannot grow refuses and says why, keeps what it acknowledged, and goes on when there is room.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "v.db")
	db := openAt(t, path)
	setPages := func(n string) {
		if err := db.do(ctx, func(x *tx) error {
			return x.conn.QueryRowContext(ctx, "PRAGMA max_page_count = "+n).Scan(new(int))
		}); err != nil {
			t.Fatal(err)
		}
	}
	setPages("100")
	var kept []store.Voucher
	var full error
	for i := uint64(0); full == nil && i < 1000; i++ {
		v := benchVoucher(i, make([]byte, voucherBytes))
		if _, full = db.Put(ctx, v); full == nil {
			kept = append(kept, v)
		}
	}
	if full == nil || !strings.Contains(full.Error(), "disk is full") {
		t.Fatalf("after %d vouchers: %v, want that the disk is full", len(kept), full)
	}
	if len(kept) < 10 {
		t.Fatalf("only %d vouchers were kept", len(kept))
	}
	setPages("100000")
	if _, err := db.Put(ctx, benchVoucher(5000, make([]byte, voucherBytes))); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
	db.Close()
	db = openAt(t, path)
	defer db.Close()
	for _, v := range kept {
		if got, err := db.Voucher(ctx, v.ID); err != nil || len(got.Raw) != len(v.Raw) {
			t.Fatalf("an acknowledged voucher is gone: %v", err)
		}
	}
}

// TestCloseFinishes: what was accepted before Close is done.
func TestCloseFinishes(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "v.db")
	db := openAt(t, path)
	release := stall(t, db)
	v := benchVoucher(1, []byte("raw"))
	put := make(chan error, 1)
	go func() {
		_, err := db.Put(ctx, v)
		put <- err
	}()
	waitQueued(t, db, 1)
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	release()
	if err := errors.Join(<-put, <-closed); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path)
	defer db.Close()
	if _, err := db.Voucher(ctx, v.ID); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

// TestTwoProcesses: two that share the file do not disturb each other.
func TestTwoProcesses(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "v.db")
	a, b := openAt(t, path), openAt(t, path)
	defer a.Close()
	defer b.Close()
	var wg sync.WaitGroup
	for i, db := range []*DB{a, b} {
		for c := range 4 {
			wg.Go(func() {
				for n := range 25 {
					if _, err := db.Put(ctx, benchVoucher(uint64(i*1000+c*100+n), []byte("raw"))); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if c, err := a.Count(ctx, store.SetID{1}); err != nil || c.Vouchers != 200 {
		t.Errorf("Count = %+v, %v, want 200", c, err)
	}
}

// TestPlans: what a matcher asks for all day goes by an index, however many vouchers there are.
func TestPlans(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	const inTally = `app = ?1 AND account = ?2 AND set_id = ?3 AND generation = ?4 AND period = ?5`
	for query, index := range map[string]string{
		`SELECT seq FROM vouchers WHERE state = 0 AND id IN (SELECT unhex(value) FROM json_each(?1))`:              "sqlite_autoindex_vouchers_1",
		`SELECT seq FROM vouchers WHERE set_id = ?1 AND due <= ?2 ORDER BY seq LIMIT ?4`:                           "vouchers_due",
		`SELECT max(ordinal) FROM vouchers WHERE ` + inTally + ` AND ordinal IS NOT NULL`:                          "vouchers_match",
		`SELECT seq FROM vouchers WHERE ` + inTally + ` AND ordinal IS NOT NULL AND ordinal > ?6 ORDER BY ordinal`: "vouchers_match",
	} {
		rows, err := db.read.Query("EXPLAIN QUERY PLAN "+query, 1, 2, 3, 4, 5, 6)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		rows.Close()
		if p := strings.Join(plan, "; "); !strings.Contains(p, "USING "+"INDEX "+index) && !strings.Contains(p, "USING COVERING INDEX "+index) || strings.Contains(p, "TEMP B-TREE") {
			t.Errorf("%s\n\tis planned as %s, want by %s and without sorting", query, p, index)
		}
	}
}
