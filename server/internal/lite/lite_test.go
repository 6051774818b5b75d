package lite

import (
	"testing"

	"github.com/veilhash/veilhash/server/store"
)

// TestPutStatements: a voucher whose bytes are elsewhere leaves none here, and no statement needs more parameters than D1 binds.
func TestPutStatements(t *testing.T) {
	v := store.Voucher{ID: store.ID{1}, Raw: []byte("raw")}
	for place, want := range map[string]string{"": "raw", "vouchers/01": ""} {
		p := NewPut(&v, place)
		if got := string(p.Body.Args[2].([]byte)); got != want || p.Body.Args[3] != place {
			t.Errorf("at %q: %q is kept here, place %v, want %q", place, got, p.Body.Args[3], want)
		}
		if len(p.Record.Args) != 7 || len(p.Same.Args) != 6 || len(p.Body.Args) != 4 {
			t.Errorf("%d, %d and %d arguments", len(p.Record.Args), len(p.Same.Args), len(p.Body.Args))
		}
	}
	for _, c := range []struct {
		fresh, same bool
		want        store.Receipt
		err         error
	}{{true, true, store.Stored, nil}, {false, true, store.Repeated, nil}, {false, false, 0, store.ErrConflict}} {
		if r, err := (Put{}).Receipt(c.fresh, c.same); r != c.want || err != c.err {
			t.Errorf("Receipt(%v, %v) = %v, %v", c.fresh, c.same, r, err)
		}
	}
}

func TestMigrations(t *testing.T) {
	steps, err := Migrations()
	if err != nil || len(steps) < 2 {
		t.Fatalf("%d migrations, %v", len(steps), err)
	}
}
