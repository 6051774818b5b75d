package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// A Backend is how the suite gets at a backend.
type Backend struct {
	// Open returns an empty store. The suite closes it.
	Open func(t *testing.T) store.Store

	// Reopen returns a store over what Open's last store has kept, which the suite has closed; nil for a backend that keeps nothing.
	Reopen func(t *testing.T) store.Store
}

// Run checks a backend against the contract of package store.
func Run(t *testing.T, b Backend) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *suite)
	}{
		{"put", testPut},
		{"put repeated", testPutRepeated},
		{"put conflicting", testPutConflicting},
		{"put by many at once", testPutConcurrently},
		{"names are data", testNames},
		{"claims go by age and set", testClaimOrder},
		{"claims are leases", testClaimLease},
		{"claims by many at once", testClaimConcurrently},
		{"postponing", testPostpone},
		{"the first decision stands", testFirstDecision},
		{"ordinals", testOrdinals},
		{"ordinals by many at once", testOrdinalsConcurrently},
		{"finishing", testFinish},
		{"matches in pages", testMatches},
		{"tallies", testTally},
		{"generations", testGenerations},
		{"tallies by many at once", testTallyConcurrently},
		{"evidence", testEvidence},
		{"summaries and counts", testSummaries},
		{"backlog", testBacklog},
		{"closed vouchers after their time", testExpireClosed},
		{"tallies after their time", testExpireTallies},
		{"removing an account", testRemove},
		{"arguments", testArguments},
		{"cancelled", testCancelled},
		{"closed", testClosed},
		{"durable", testDurable},
		{"as the reference", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &suite{t: t, Store: b.Open(t), backend: b}
			t.Cleanup(func() {
				if err := s.Store.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			c.test(t, s)
		})
	}
}

// A suite is a store under test, with helpers that end the test where nothing may go wrong.
type suite struct {
	store.Store
	t       *testing.T
	backend Backend
	serial  uint16
}

var (
	ctx   = context.Background()
	start = time.Date(2031, 5, 6, 7, 8, 9, 123_000_000, time.UTC)
	set1  = store.SetID{1}
	set2  = store.SetID{2}
	alice = store.Account{App: "chat", Name: "alice"}
	bob   = store.Account{App: "chat", Name: "bob"}
)

// voucher is a new voucher of alice's under set1. Ids fall, so that their order is not that of arrival.
func (s *suite) voucher() store.Voucher {
	s.serial++
	return store.Voucher{
		ID: store.ID{0xa0, ^byte(s.serial >> 8), ^byte(s.serial)}, Account: alice, Message: fmt.Sprint("message ", s.serial), Set: set1,
		Raw: []byte{1, 2, byte(s.serial >> 8), byte(s.serial)}, Received: start.Add(time.Duration(s.serial) * time.Second),
	}
}

// put stores n new vouchers, and returns them as they are stored.
func (s *suite) put(n int) []store.Voucher {
	s.t.Helper()
	out := make([]store.Voucher, n)
	for i := range out {
		out[i] = s.voucher()
		s.putOne(out[i])
		out[i].Waiting = true
	}
	return out
}

func (s *suite) putOne(v store.Voucher) {
	s.t.Helper()
	if r, err := s.Put(ctx, v); r != store.Stored || err != nil {
		s.t.Fatalf("Put = %v, %v, want Stored", r, err)
	}
}

func (s *suite) claim(now time.Time, limit int) []store.Voucher {
	s.t.Helper()
	out, err := s.Claim(ctx, store.Claim{Set: set1, Limit: limit, Now: now, Lease: time.Minute})
	if err != nil {
		s.t.Fatalf("Claim: %v", err)
	}
	return out
}

func (s *suite) get(id store.ID) store.Voucher {
	s.t.Helper()
	v, err := s.Voucher(ctx, id)
	if err != nil {
		s.t.Fatalf("Voucher: %v", err)
	}
	return v
}

// match decides that a voucher is a match of generation 1 in period 1.
func (s *suite) match(id store.ID) uint64 {
	s.t.Helper()
	n, err := s.RecordMatch(ctx, id, 1, 1)
	if err != nil {
		s.t.Fatalf("RecordMatch: %v", err)
	}
	return n
}

func (s *suite) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func ids(vouchers []store.Voucher) []store.ID {
	out := make([]store.ID, len(vouchers))
	for i, v := range vouchers {
		out[i] = v.ID
	}
	return out
}

// shuffled is a fixed random order of 0..n−1.
func shuffled(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }
