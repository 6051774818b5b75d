package storetest

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

func testPut(t *testing.T, s *suite) {
	for _, size := range []int{1, 100, 8192, 1 << 20} {
		v := s.voucher()
		v.Raw = bytes.Repeat([]byte{byte(size), 0, 255, 7}, size/4+1)[:size]
		s.putOne(v)
		v.Waiting = true
		if got := s.get(v.ID); !reflect.DeepEqual(got, v) {
			t.Errorf("a voucher of %d bytes came back changed", size)
		}
	}
	if _, err := s.Voucher(ctx, store.ID{9}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Voucher of an unknown id: %v, want ErrNotFound", err)
	}
	if _, err := s.Put(ctx, store.Voucher{ID: store.ID{1}, Set: set1}); !errors.Is(err, store.ErrArgument) {
		t.Errorf("Put of no bytes: %v, want ErrArgument", err)
	}
	s.must(s.Ping(ctx))
}

func testPutRepeated(t *testing.T, s *suite) {
	v := s.put(1)[0]
	again := v
	again.Received = v.Received.Add(time.Hour)
	if r, err := s.Put(ctx, again); r != store.Repeated || err != nil {
		t.Errorf("Put again = %v, %v, want Repeated", r, err)
	}
	if got := s.get(v.ID); !reflect.DeepEqual(got, v) {
		t.Errorf("putting it again has changed it: %+v, want %+v", got, v)
	}
	// The same holds once it is decided, and the decision is not undone.
	s.must(s.LeaveClosed(ctx, v.ID))
	if r, err := s.Put(ctx, again); r != store.Repeated || err != nil {
		t.Errorf("Put of a closed voucher = %v, %v, want Repeated", r, err)
	}
	if got := s.get(v.ID).State; got != store.Closed {
		t.Errorf("state = %v, want closed", got)
	}
	if s.get(v.ID).Waiting {
		t.Error("a closed voucher still waits")
	}
	if got := s.claim(start, 8); len(got) != 0 {
		t.Errorf("claimed %d vouchers, want none", len(got))
	}
}

func testPutConflicting(t *testing.T, s *suite) {
	v := s.put(1)[0]
	for name, change := range map[string]func(*store.Voucher){
		"other bytes":   func(v *store.Voucher) { v.Raw = []byte{9, 9, 9, 9} },
		"longer":        func(v *store.Voucher) { v.Raw = append(bytes.Clone(v.Raw), 0) },
		"other account": func(v *store.Voucher) { v.Account.Name = "mallory" },
		"other app":     func(v *store.Voucher) { v.Account.App = "forum" },
		"other message": func(v *store.Voucher) { v.Message = "another" },
		"other set":     func(v *store.Voucher) { v.Set = set2 },
	} {
		w := v
		change(&w)
		if _, err := s.Put(ctx, w); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	if got := s.get(v.ID); !reflect.DeepEqual(got, v) {
		t.Error("a refused voucher has changed the one that was there")
	}
}

func testPutConcurrently(t *testing.T, s *suite) {
	const rounds, callers = 20, 16
	for range rounds {
		v := s.voucher()
		receipts := make([]store.Receipt, callers)
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for i := range callers {
			w := v
			if i%2 == 1 {
				w.Raw = []byte("other bytes")
			}
			wg.Go(func() { receipts[i], errs[i] = s.Put(ctx, w) })
		}
		wg.Wait()
		// Who comes first wins; those with the same bytes are repeats, the rest conflicts.
		winner := s.get(v.ID).Raw
		stored, repeated, refused := 0, 0, 0
		for i := range callers {
			same := (i%2 == 0) == bytes.Equal(winner, v.Raw)
			switch {
			case errs[i] == nil && same && receipts[i] == store.Stored:
				stored++
			case errs[i] == nil && same && receipts[i] == store.Repeated:
				repeated++
			case errors.Is(errs[i], store.ErrConflict) && !same:
				refused++
			}
		}
		if stored != 1 || repeated != callers/2-1 || refused != callers/2 {
			t.Fatalf("%d stored, %d repeated, %d refused, want 1, %d, %d", stored, repeated, refused, callers/2-1, callers/2)
		}
	}
}

// testNames: whatever an application calls things is data.
func testNames(t *testing.T, s *suite) {
	names := []string{
		"", "'", `"`, "'); DROP TABLE vouchers; --", "?1", "%", "_", "a\x00b", "naïve ☃ 日本", "\u202e", strings.Repeat("x", 512), " leading and trailing ", "ALICE", "alice",
	}
	for i, name := range names {
		v := s.voucher()
		v.Account, v.Message = store.Account{App: names[len(names)-1-i], Name: name}, name
		s.putOne(v)
		v.Waiting = true
		if got := s.get(v.ID); !reflect.DeepEqual(got, v) {
			t.Errorf("%q came back as %q", name, got.Account.Name)
		}
		if n := s.match(v.ID); n != 1 {
			t.Errorf("%q: ordinal %d, want 1: shares a tally with another name", name, n)
		}
		sum, err := s.Tallies(ctx, v.Account, set1)
		if err != nil || len(sum) != 1 || sum[0].Key.Account != v.Account {
			t.Errorf("%q: Tallies = %v, %v", name, sum, err)
		}
	}
}

func testDurable(t *testing.T, s *suite) {
	if s.backend.Reopen == nil {
		return // the backend says that it keeps nothing
	}
	vouchers := s.put(4)
	s.must(s.LeaveClosed(ctx, vouchers[0].ID))
	s.must(s.Reject(ctx, vouchers[1].ID, "damaged"))
	s.match(vouchers[2].ID)
	tally := store.Tally{Key: store.TallyKey{Account: alice, Set: set1, Generation: 1, Period: 1}, State: []byte("state"), Counted: 1, Open: true}
	s.must(s.SaveTally(ctx, tally))
	evidence := store.Evidence{Voucher: vouchers[2].ID, Outcome: store.Readable, Kind: 1, Payload: []byte("payload"), Opened: start}
	s.must(s.PutEvidence(ctx, evidence))
	before := make([]store.Voucher, len(vouchers))
	for i, v := range vouchers {
		before[i] = s.get(v.ID)
	}
	s.must(s.Close())
	s.Store = s.backend.Reopen(t)
	for i, v := range vouchers {
		if got := s.get(v.ID); !reflect.DeepEqual(got, before[i]) {
			t.Errorf("voucher %d came back as %+v, want %+v", i, got, before[i])
		}
	}
	tally.Version = 1
	if got, err := s.Tally(ctx, tally.Key); err != nil || !reflect.DeepEqual(got, tally) {
		t.Errorf("Tally = %+v, %v, want %+v", got, err, tally)
	}
	if got, err := s.Evidence(ctx, evidence.Voucher); err != nil || !reflect.DeepEqual(got, evidence) {
		t.Errorf("Evidence = %v, %v", got, err)
	}
	if got := s.claim(start, 8); len(got) != 2 || got[0].ID != vouchers[2].ID || got[1].ID != vouchers[3].ID {
		t.Errorf("claimed %v, want the match that is not finished and the one that is pending", ids(got))
	}
}
