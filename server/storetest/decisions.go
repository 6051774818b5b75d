package storetest

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// testFirstDecision tries every decision after every other.
func testFirstDecision(t *testing.T, s *suite) {
	decisions := map[store.State]func(store.ID) error{
		store.Closed:  func(id store.ID) error { return s.LeaveClosed(ctx, id) },
		store.Invalid: func(id store.ID) error { return s.Reject(ctx, id, "damaged") },
		store.Match: func(id store.ID) error {
			_, err := s.RecordMatch(ctx, id, 1, 1)
			return err
		},
	}
	for first, decide := range decisions {
		for second, again := range decisions {
			v := s.put(1)[0]
			s.must(decide(v.ID))
			want := s.get(v.ID)
			err := again(v.ID)
			if second == store.Match && first != store.Match {
				if !errors.Is(err, store.ErrDecided) {
					t.Errorf("%v after %v: %v, want ErrDecided", second, first, err)
				}
			} else if err != nil {
				t.Errorf("%v after %v: %v", second, first, err)
			}
			if got := s.get(v.ID); got.State != first || !reflect.DeepEqual(got, want) {
				t.Errorf("%v after %v has changed the voucher to %+v", second, first, got)
			}
		}
	}
	if got := s.put(1)[0]; s.Reject(ctx, got.ID, "point") != nil || s.get(got.ID).Reason != "point" {
		t.Error("the reason was not kept")
	}
	if _, err := s.RecordMatch(ctx, store.ID{77}, 1, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("RecordMatch of an unknown id: %v, want ErrNotFound", err)
	}
	s.must(s.LeaveClosed(ctx, store.ID{77}))
	s.must(s.Reject(ctx, store.ID{77}, "damaged"))
}

func testOrdinals(t *testing.T, s *suite) {
	vouchers := s.put(6)
	for i, want := range []uint64{1, 2, 3} {
		if got := s.match(vouchers[i].ID); got != want {
			t.Errorf("match %d: ordinal %d", want, got)
		}
	}
	if got := s.match(vouchers[1].ID); got != 2 {
		t.Errorf("the second match, decided again: ordinal %d, want 2", got)
	}
	if _, err := s.RecordMatch(ctx, vouchers[1].ID, 1, 2); !errors.Is(err, store.ErrDecided) {
		t.Errorf("the second match, decided for another period: %v, want ErrDecided", err)
	}
	// Each part of the key makes a tally of its own.
	for i, key := range []struct{ generation, period uint32 }{{2, 1}, {1, 2}, {1<<32 - 1, 1<<32 - 1}} {
		n, err := s.RecordMatch(ctx, vouchers[3+i].ID, key.generation, key.period)
		if err != nil || n != 1 {
			t.Errorf("key %v: ordinal %d, %v, want 1", key, n, err)
		}
		if v := s.get(vouchers[3+i].ID); v.Generation != key.generation || v.Period != key.period || v.Ordinal != 1 || v.State != store.Match {
			t.Errorf("key %v was kept as %+v", key, v)
		}
	}
	for _, change := range []func(*store.Voucher){
		func(v *store.Voucher) { v.Account = bob },
		func(v *store.Voucher) { v.Account.App = "forum" },
		func(v *store.Voucher) { v.Set = set2 },
	} {
		v := s.voucher()
		change(&v)
		s.putOne(v)
		if n := s.match(v.ID); n != 1 {
			t.Errorf("%v under set %v: ordinal %d, want 1", v.Account, v.Set, n)
		}
	}
}

func testOrdinalsConcurrently(t *testing.T, s *suite) {
	const n = 64
	vouchers := s.put(n)
	ordinals := make([]uint64, 2*n)
	var wg sync.WaitGroup
	for i := range ordinals { // each voucher by two at once
		wg.Go(func() { ordinals[i], _ = s.RecordMatch(ctx, vouchers[i%n].ID, 1, 1) })
	}
	wg.Wait()
	if !slices.Equal(ordinals[:n], ordinals[n:]) {
		t.Error("two who decide one voucher were given different ordinals")
	}
	slices.Sort(ordinals[:n])
	for i, got := range ordinals[:n] {
		if got != uint64(i+1) {
			t.Fatalf("ordinals are not 1 to %d: %v", n, ordinals[:n])
		}
	}
}

func testFinish(t *testing.T, s *suite) {
	vouchers := s.put(3)
	s.match(vouchers[0].ID)
	s.match(vouchers[1].ID)
	s.must(s.Finish(ctx, ids(vouchers)...))
	s.must(s.Finish(ctx, vouchers[0].ID, store.ID{77}))
	for i, want := range []bool{false, false, true} {
		if got := s.get(vouchers[i].ID).Waiting; got != want {
			t.Errorf("voucher %d: waiting = %v, want %v", i, got, want)
		}
	}
	got := s.claim(start.Add(time.Hour), 8)
	if !slices.Equal(ids(got), ids(vouchers[2:])) {
		t.Errorf("claimed %v, want only the one that is pending", ids(got))
	}
	// A match whose decider died comes back as a match, with its ordinal.
	s.match(vouchers[2].ID)
	got = s.claim(start.Add(2*time.Hour), 8)
	if len(got) != 1 || got[0].State != store.Match || got[0].Ordinal != 3 || got[0].Generation != 1 || got[0].Period != 1 {
		t.Errorf("claimed %+v, want the match", got)
	}
}

func testMatches(t *testing.T, s *suite) {
	const n = 70
	vouchers := s.put(n)
	var want []store.ID
	for _, i := range shuffled(n) { // ordinals go by decision, not by arrival
		s.match(vouchers[i].ID)
		want = append(want, vouchers[i].ID)
	}
	other := s.put(1)[0]
	if _, err := s.RecordMatch(ctx, other.ID, 1, 2); err != nil {
		t.Fatal(err)
	}
	key := vouchers[0].Tally()
	key.Generation, key.Period = 1, 1
	var got []store.ID
	for after := uint64(0); ; {
		page, err := s.Matches(ctx, key, after, 32)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, v := range page {
			if v.Ordinal != after+1 || len(v.Raw) == 0 || v.State != store.Match {
				t.Fatalf("after %d came %+v", after, v)
			}
			after = v.Ordinal
		}
		got = append(got, ids(page)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("matches come in the order %v, want %v", got, want)
	}
}
