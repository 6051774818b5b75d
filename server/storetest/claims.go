package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

func testClaimOrder(t *testing.T, s *suite) {
	vouchers := s.put(5)
	other := s.voucher()
	other.Set = set2
	s.putOne(other)
	if got := s.claim(start, 2); !slices.Equal(ids(got), ids(vouchers[:2])) {
		t.Errorf("first claim %v, want the two oldest", ids(got))
	} else if string(got[0].Raw) != string(vouchers[0].Raw) || got[0].Attempt != 1 || got[0].Account != alice {
		t.Errorf("claimed voucher is not whole: %+v", got[0])
	}
	if got := s.claim(start, store.MaxBatch); !slices.Equal(ids(got), ids(vouchers[2:])) {
		t.Errorf("second claim %v, want the rest of the set", ids(got))
	}
	if got := s.claim(start, 1); len(got) != 0 {
		t.Errorf("third claim %v, want none", ids(got))
	}
	got, err := s.Claim(ctx, store.Claim{Set: set2, Limit: 8, Now: start, Lease: time.Minute})
	if err != nil || !slices.Equal(ids(got), []store.ID{other.ID}) {
		t.Errorf("claim of the other set: %v, %v", ids(got), err)
	}
}

func testClaimLease(t *testing.T, s *suite) {
	vouchers := s.put(3)
	s.claim(start, 2)
	if got := s.claim(start.Add(time.Minute-time.Millisecond), 8); !slices.Equal(ids(got), ids(vouchers[2:])) {
		t.Errorf("before the lease ends: claimed %v, want the third only", ids(got))
	}
	got := s.claim(start.Add(time.Minute), 8)
	if !slices.Equal(ids(got), ids(vouchers[:2])) {
		t.Errorf("when the lease ends: claimed %v, want the first two", ids(got))
	}
	for _, v := range got {
		if v.Attempt != 2 {
			t.Errorf("attempt %d, want 2", v.Attempt)
		}
	}
}

func testClaimConcurrently(t *testing.T, s *suite) {
	const vouchers, claimers = 200, 8
	for range vouchers {
		s.putOne(s.voucher())
	}
	var mu sync.Mutex
	seen := make(map[store.ID]int)
	var wg sync.WaitGroup
	for range claimers {
		wg.Go(func() {
			for {
				got, err := s.Claim(ctx, store.Claim{Set: set1, Limit: 7, Now: start, Lease: time.Hour})
				if err != nil {
					t.Errorf("Claim: %v", err)
					return
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, v := range got {
					seen[v.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("voucher %v was claimed %d times", id, n)
		}
	}
	if len(seen) != vouchers {
		t.Errorf("%d vouchers claimed, want %d", len(seen), vouchers)
	}
}

func testPostpone(t *testing.T, s *suite) {
	v := s.put(1)[0]
	s.claim(start, 1)
	s.must(s.Postpone(ctx, v.ID, 1, start.Add(time.Second)))
	if got := s.claim(start.Add(time.Second-time.Millisecond), 1); len(got) != 0 {
		t.Error("claimed before the time that it was postponed to")
	}
	if got := s.claim(start.Add(time.Second), 1); len(got) != 1 {
		t.Error("not claimed at the time that it was postponed to")
	}
	// The first claimer has lost it: its word no longer counts.
	s.must(s.Postpone(ctx, v.ID, 1, start))
	if got := s.claim(start.Add(2*time.Second), 1); len(got) != 0 {
		t.Error("a claimer that had lost the voucher has given it away")
	}
	s.must(s.LeaveClosed(ctx, v.ID))
	s.must(s.Postpone(ctx, v.ID, 2, start))
	if got := s.claim(start.Add(time.Hour), 1); len(got) != 0 {
		t.Error("a finished voucher has come back")
	}
	s.must(s.Postpone(ctx, store.ID{77}, 1, start)) // unknown: nothing happens
}

func testArguments(t *testing.T, s *suite) {
	for _, limit := range []int{-1, 0, store.MaxBatch + 1} {
		if _, err := s.Claim(ctx, store.Claim{Set: set1, Limit: limit, Now: start, Lease: time.Minute}); !errors.Is(err, store.ErrArgument) {
			t.Errorf("Claim of %d: %v, want ErrArgument", limit, err)
		}
		if _, err := s.Matches(ctx, store.TallyKey{}, 0, limit); !errors.Is(err, store.ErrArgument) {
			t.Errorf("Matches of %d: %v, want ErrArgument", limit, err)
		}
	}
	many := make([]store.ID, store.MaxBatch+1)
	if err := s.LeaveClosed(ctx, many...); !errors.Is(err, store.ErrArgument) {
		t.Errorf("LeaveClosed of too many: %v, want ErrArgument", err)
	}
	if err := s.Finish(ctx, many...); !errors.Is(err, store.ErrArgument) {
		t.Errorf("Finish of too many: %v, want ErrArgument", err)
	}
	s.must(s.LeaveClosed(ctx))
	s.must(s.Finish(ctx))
}
