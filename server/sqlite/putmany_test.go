package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/store"
)

// TestPutMany: vouchers that are put together end as they would one by one, whatever their number, and with repeats and conflicts among them.
func TestPutMany(t *testing.T) {
	ctx := context.Background()
	db := openAt(t, filepath.Join(t.TempDir(), "v.db"))
	defer db.Close()
	make1 := func(id uint32, text string) store.Voucher {
		v := store.Voucher{Account: store.Account{App: "a", Name: "ann"}, Message: "m", Set: store.SetID{1}, Raw: []byte(text), Received: time.UnixMilli(1)}
		binary.BigEndian.PutUint32(v.ID[:], id)
		return v
	}
	next := uint32(0)
	for _, n := range []int{1, 2, 7, 8, 9, 31, 32, 33, 45, 100} {
		var puts []*lite.Putting
		var want []any
		for i := range n {
			switch {
			case i%5 == 3:
				puts = append(puts, lite.NewPutting(make1(next, "text"))) // the one before again
				want = append(want, store.Repeated)
			case i%5 == 4:
				puts = append(puts, lite.NewPutting(make1(next, "other")))
				want = append(want, store.ErrConflict)
			default:
				next++
				puts = append(puts, lite.NewPutting(make1(next, "text")))
				want = append(want, store.Stored)
			}
		}
		if err := db.do(ctx, func(tx *tx) error { return lite.PutMany(tx, puts) }); err != nil {
			t.Fatal(n, err)
		}
		for i, p := range puts {
			r, err := p.Receipt()
			if wantErr, refused := want[i].(error); refused && !errors.Is(err, wantErr) || !refused && (err != nil || r != want[i]) {
				t.Errorf("%d of %d: %v, %v, want %v", i, n, r, err, want[i])
			}
		}
	}
	c, err := db.Count(ctx, store.SetID{1})
	if err != nil || c.Vouchers != uint64(next) || c.Waiting != uint64(next) {
		t.Errorf("%+v, %v, want %d", c, err, next)
	}
	for id := uint32(1); id <= next; id++ {
		if v, err := db.Voucher(ctx, make1(id, "").ID); err != nil || string(v.Raw) != "text" {
			t.Fatalf("voucher %d: %q, %v", id, v.Raw, err)
		}
	}
}
