package storetest

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

func testTally(t *testing.T, s *suite) {
	key := store.TallyKey{Account: alice, Set: set1, Generation: 1<<32 - 1, Period: 7}
	empty, err := s.Tally(ctx, key)
	if err != nil || !reflect.DeepEqual(empty, store.Tally{Key: key}) {
		t.Fatalf("Tally that was never saved = %+v, %v", empty, err)
	}
	first := store.Tally{Key: key, State: []byte{0, 1, 255}, Counted: 3, Opened: 1, Open: true}
	s.must(s.SaveTally(ctx, first))
	first.Version = 1
	if got, err := s.Tally(ctx, key); err != nil || !reflect.DeepEqual(got, first) {
		t.Errorf("Tally = %+v, %v, want %+v", got, err, first)
	}
	for _, version := range []uint64{0, 2, 100} {
		stale := first
		stale.Version, stale.Counted = version, 99
		if err := s.SaveTally(ctx, stale); !errors.Is(err, store.ErrStale) {
			t.Errorf("SaveTally over version %d: %v, want ErrStale", version, err)
		}
	}
	second := first
	second.Counted, second.State = 4, make([]byte, 20_000)
	s.must(s.SaveTally(ctx, second))
	second.Version = 2
	if got, err := s.Tally(ctx, key); err != nil || !reflect.DeepEqual(got, second) {
		t.Errorf("Tally = %+v, %v, want %+v", got, err, second)
	}
	// One that does not exist cannot be written over.
	unknown := store.Tally{Key: store.TallyKey{Account: bob, Set: set1}, Version: 1, State: []byte{1}}
	if err := s.SaveTally(ctx, unknown); !errors.Is(err, store.ErrStale) {
		t.Errorf("SaveTally of an unknown tally at version 1: %v, want ErrStale", err)
	}
	for _, other := range []store.TallyKey{
		{Account: bob, Set: set1, Generation: key.Generation, Period: 7},
		{Account: store.Account{App: "forum", Name: "alice"}, Set: set1, Generation: key.Generation, Period: 7},
		{Account: alice, Set: set2, Generation: key.Generation, Period: 7},
		{Account: alice, Set: set1, Generation: 1, Period: 7},
		{Account: alice, Set: set1, Generation: key.Generation, Period: 8},
	} {
		if got, err := s.Tally(ctx, other); err != nil || got.Version != 0 {
			t.Errorf("tally %+v = %+v, %v, want an empty one", other, got, err)
		}
	}
}

func testGenerations(t *testing.T, s *suite) {
	key := store.TallyKey{Account: alice, Set: set1, Generation: 1, Period: 7}
	check := func(key store.TallyKey, want int) {
		t.Helper()
		if n, err := s.Generations(ctx, key); n != want || err != nil {
			t.Errorf("Generations of %+v = %d, %v, want %d", key, n, err, want)
		}
	}
	check(key, 0)
	for i := range 5 {
		saved := key
		saved.Generation = 1<<32 - 1 - uint32(i)
		s.must(s.SaveTally(ctx, store.Tally{Key: saved}))
		s.must(s.SaveTally(ctx, store.Tally{Key: saved, Version: 1})) // over itself
		check(key, i+1)
		check(saved, i+1)
	}
	for _, other := range []store.TallyKey{
		{Account: bob, Set: set1, Period: 7}, {Account: store.Account{App: "forum", Name: "alice"}, Set: set1, Period: 7},
		{Account: alice, Set: set2, Period: 7}, {Account: alice, Set: set1, Period: 8},
	} {
		check(other, 0)
	}
}

// testTallyConcurrently: of those who read one version, one can save.
func testTallyConcurrently(t *testing.T, s *suite) {
	const rounds, savers = 30, 8
	key := store.TallyKey{Account: alice, Set: set1}
	for range rounds {
		read, err := s.Tally(ctx, key)
		s.must(err)
		errs := make([]error, savers)
		var wg sync.WaitGroup
		for i := range savers {
			mine := read
			mine.Counted = read.Counted + uint64(i) + 1
			wg.Go(func() { errs[i] = s.SaveTally(ctx, mine) })
		}
		wg.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner < 0:
				winner = i
			case !errors.Is(err, store.ErrStale):
				t.Fatalf("saver %d: %v after saver %d", i, err, winner)
			}
		}
		if winner < 0 {
			t.Fatal("no one could save")
		}
		after, err := s.Tally(ctx, key)
		if err != nil || after.Version != read.Version+1 || after.Counted != read.Counted+uint64(winner)+1 {
			t.Fatalf("after saver %d: %+v, %v", winner, after, err)
		}
	}
}

func testEvidence(t *testing.T, s *suite) {
	vouchers := s.put(3)
	for i, e := range []store.Evidence{
		{Outcome: store.Readable, Kind: 65535, Payload: []byte{0, 1, 255}},
		{Outcome: store.Foreign, Kind: 1, Payload: []byte{}},
		{Outcome: store.Damaged},
	} {
		e.Voucher, e.Opened = vouchers[i].ID, start.Add(time.Duration(i)*time.Hour)
		if _, err := s.Evidence(ctx, e.Voucher); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Evidence before there was any: %v, want ErrNotFound", err)
		}
		s.must(s.PutEvidence(ctx, e))
		later := e
		later.Outcome, later.Payload, later.Opened = store.Damaged, []byte("later"), start.Add(time.Minute)
		s.must(s.PutEvidence(ctx, later))
		got, err := s.Evidence(ctx, e.Voucher)
		if err != nil || got.Outcome != e.Outcome || got.Kind != e.Kind || string(got.Payload) != string(e.Payload) || !got.Opened.Equal(e.Opened) || got.Voucher != e.Voucher {
			t.Errorf("Evidence = %+v, %v, want the first", got, err)
		}
	}
	if err := s.PutEvidence(ctx, store.Evidence{Voucher: store.ID{77}, Outcome: store.Readable}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("PutEvidence for an unknown voucher: %v, want ErrNotFound", err)
	}
}

func testSummaries(t *testing.T, s *suite) {
	vouchers := s.put(6)
	other := s.voucher()
	other.Set = set2
	s.putOne(other)
	s.must(s.LeaveClosed(ctx, vouchers[0].ID))
	for i, period := range []uint32{3, 1, 3, 3} {
		if _, err := s.RecordMatch(ctx, vouchers[1+i].ID, 9, period); err != nil {
			t.Fatal(err)
		}
	}
	open := store.TallyKey{Account: alice, Set: set1, Generation: 9, Period: 3}
	s.must(s.SaveTally(ctx, store.Tally{Key: open, State: []byte{1}, Counted: 3, Open: true}))
	got, err := s.Tallies(ctx, alice, set1)
	want := []store.Summary{
		{Key: store.TallyKey{Account: alice, Set: set1, Generation: 9, Period: 1}, Matches: 1},
		{Key: open, Matches: 3, Open: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Tallies = %+v, %v, want %+v", got, err, want)
	}
	if got, err := s.Tallies(ctx, bob, set1); err != nil || len(got) != 0 {
		t.Errorf("Tallies of an account without matches = %v, %v", got, err)
	}
	s.must(s.Finish(ctx, vouchers[1].ID, vouchers[2].ID))
	if got, err := s.Count(ctx, set1); err != nil || got != (store.Counts{Vouchers: 6, Matches: 4, Waiting: 3}) {
		t.Errorf("Count = %+v, %v", got, err)
	}
	if got, err := s.Count(ctx, set2); err != nil || got != (store.Counts{Vouchers: 1, Waiting: 1}) {
		t.Errorf("Count of the other set = %+v, %v", got, err)
	}
	for _, c := range []struct {
		account store.Account
		set     store.SetID
		want    store.Counts
	}{
		{alice, set1, store.Counts{Vouchers: 6, Matches: 4, Waiting: 3}},
		{alice, set2, store.Counts{Vouchers: 1, Waiting: 1}},
		{bob, set1, store.Counts{}},
		{store.Account{App: "forum", Name: "alice"}, set1, store.Counts{}},
	} {
		if got, err := s.CountAccount(ctx, c.account, c.set); err != nil || got != c.want {
			t.Errorf("CountAccount of %v = %+v, %v, want %+v", c.account, got, err, c.want)
		}
	}
	for _, c := range []struct {
		app  string
		set  store.SetID
		want store.Counts
	}{
		{alice.App, set1, store.Counts{Vouchers: 6, Matches: 4, Waiting: 3}},
		{alice.App, set2, store.Counts{Vouchers: 1, Waiting: 1}},
		{"forum", set1, store.Counts{}},
		{"", set1, store.Counts{}},
		{"cha", set1, store.Counts{}},
	} {
		if got, err := s.CountApp(ctx, c.app, c.set); err != nil || got != c.want {
			t.Errorf("CountApp of %q = %+v, %v, want %+v", c.app, got, err, c.want)
		}
	}
	if got, err := s.Count(ctx, store.SetID{77}); err != nil || got != (store.Counts{}) {
		t.Errorf("Count of an unknown set = %+v, %v", got, err)
	}
}

func testBacklog(t *testing.T, s *suite) {
	check := func(want store.Backlog) {
		t.Helper()
		if got, err := s.Backlog(ctx, set1); err != nil || got != want {
			t.Errorf("Backlog = %+v, %v, want %+v", got, err, want)
		}
	}
	check(store.Backlog{})
	v := s.put(3)
	other := s.voucher()
	other.Set, other.Received = set2, start.Add(-time.Hour)
	s.putOne(other)
	check(store.Backlog{Waiting: 3, Oldest: v[0].Received})
	s.must(s.LeaveClosed(ctx, v[0].ID))
	check(store.Backlog{Waiting: 2, Oldest: v[1].Received})
	now := start
	for n := range store.StuckAttempts {
		stuck := uint64(0)
		if n == store.StuckAttempts-1 {
			stuck = 2
		}
		now = now.Add(2 * time.Minute)
		s.claim(now, 10)
		check(store.Backlog{Waiting: 2, Stuck: stuck, Oldest: v[1].Received})
	}
	s.match(v[1].ID) // decided, but work is left
	check(store.Backlog{Waiting: 2, Stuck: 2, Oldest: v[1].Received})
	s.must(s.Finish(ctx, v[1].ID))
	s.must(s.Reject(ctx, v[2].ID, "damaged"))
	check(store.Backlog{})
}
