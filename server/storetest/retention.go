package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// log returns the log's records after those that were there, without their numbers, which must rise.
func (s *suite) log(after uint64) (out []store.Deletion, last uint64) {
	s.t.Helper()
	for {
		page, err := s.Deletions(ctx, after, store.MaxBatch)
		s.must(err)
		if len(page) == 0 {
			return out, after
		}
		for _, d := range page {
			if d.Number <= after {
				s.t.Errorf("deletion %d comes after %d", d.Number, after)
			}
			after, d.Number = d.Number, 0
			out = append(out, d)
		}
	}
}

// expire deletes all that is over its time.
func (s *suite) expire(e store.Expiry) (sum store.Deleted) {
	s.t.Helper()
	for {
		n, err := s.Expire(ctx, e)
		s.must(err)
		if n == (store.Deleted{}) {
			return sum
		}
		sum = sum.Add(n)
	}
}

func (s *suite) gone(v store.Voucher, want bool) {
	s.t.Helper()
	_, err := s.Voucher(ctx, v.ID)
	if got := errors.Is(err, store.ErrNotFound); got != want || err != nil && !got {
		s.t.Errorf("%s: gone is %v (%v), want %v", v.Message, got, err, want)
	}
}

// finished makes a match of generation and period that nothing is left to do on.
func (s *suite) finished(v store.Voucher, generation, period uint32) {
	s.t.Helper()
	_, err := s.RecordMatch(ctx, v.ID, generation, period)
	s.must(err)
	s.must(s.Finish(ctx, v.ID))
}

var later = start.Add(1000 * time.Hour)

// testExpireClosed: vouchers that stay closed go after their time; those that wait, those that match and those of a held account stay.
func testExpireClosed(t *testing.T, s *suite) {
	v := s.put(7) // closed, invalid, pending, match, closed but younger, claimed, closed of another set
	other := s.voucher()
	other.Set = set2
	s.putOne(other)
	heldOne := s.voucher()
	heldOne.Account = bob
	s.putOne(heldOne)
	_, before := s.log(0)
	s.must(s.LeaveClosed(ctx, v[0].ID, v[4].ID, other.ID, heldOne.ID))
	s.must(s.Reject(ctx, v[1].ID, "damaged"))
	s.finished(v[3], 1, 1)
	s.must(s.Hold(ctx, bob, start))
	e := store.Expiry{Set: set1, Now: later, Closed: v[4].Received, Limit: 1}
	if got := s.expire(e); got != (store.Deleted{Vouchers: 2}) {
		t.Errorf("Expire = %+v, want 2 vouchers", got)
	}
	for i, want := range []bool{true, true, false, false, false, false, false} {
		s.gone(v[i], want)
	}
	s.gone(other, false)
	log, last := s.log(before)
	if want := (store.Deletion{At: later, Reason: store.ReasonClosed, Deleted: store.Deleted{Vouchers: 1}}); len(log) != 2 || log[0] != want || log[1] != want {
		t.Errorf("the log has %+v, want two of %+v", log, want)
	}
	// What was deleted may come again, and is new: nothing remembers it.
	s.putOne(v[0])
	e.Closed, e.Limit = later, store.MaxBatch
	if got := s.expire(e); got != (store.Deleted{Vouchers: 1}) {
		t.Errorf("Expire of all that is closed = %+v, want the younger one", got)
	}
	s.gone(heldOne, false)
	s.must(s.Release(ctx, bob))
	s.must(s.Release(ctx, bob))
	if got := s.expire(e); got != (store.Deleted{Vouchers: 1}) {
		t.Errorf("Expire after the hold = %+v", got)
	}
	s.gone(heldOne, true)
	if got := s.expire(store.Expiry{Set: set1, Now: later, Limit: 9}); got != (store.Deleted{}) {
		t.Errorf("an expiry without times has deleted %+v", got)
	}
	if log, _ := s.log(last); len(log) != 2 {
		t.Errorf("the log has %d more records, want 2", len(log))
	}
	for _, limit := range []int{0, store.MaxBatch + 1} {
		if _, err := s.Expire(ctx, store.Expiry{Set: set1, Limit: limit}); !errors.Is(err, store.ErrArgument) {
			t.Errorf("Expire with limit %d: %v", limit, err)
		}
		if _, err := s.Deletions(ctx, 0, limit); !errors.Is(err, store.ErrArgument) {
			t.Errorf("Deletions with limit %d: %v", limit, err)
		}
	}
	s.must(s.Scrub(ctx))
	s.gone(v[2], false)
}

// testExpireTallies: matches go with their tally and its evidence, all at once, and only when no more can come.
func testExpireTallies(t *testing.T, s *suite) {
	v := s.put(8)
	key := func(generation, period uint32) store.TallyKey {
		return store.TallyKey{Account: alice, Set: set1, Generation: generation, Period: period}
	}
	for i, k := range []store.TallyKey{key(1, 1), key(1, 1), key(1, 2), key(2, 1), key(2, 1), key(3, 1), key(4, 1)} {
		s.finished(v[i], k.Generation, k.Period)
	}
	for _, k := range []store.TallyKey{key(1, 1), key(1, 2), key(2, 1)} {
		s.must(s.SaveTally(ctx, store.Tally{Key: k, State: []byte("state"), Open: k.Generation == 2}))
	}
	s.must(s.SaveTally(ctx, store.Tally{Key: key(9, 9), State: []byte("an orphan"), Open: true})) // and key(3, 1), key(4, 1) were never counted
	for _, i := range []int{3, 4} {
		s.must(s.PutEvidence(ctx, store.Evidence{Voucher: v[i].ID, Outcome: store.Readable, Payload: []byte("payload"), Opened: start.Add(time.Hour)}))
	}
	// The newest match of (1, 1) is younger than the time; so the older one stays as well: it may yet be opened.
	if got := s.expire(store.Expiry{Set: set1, Now: later, Tallies: v[1].Received, Limit: 2}); got != (store.Deleted{Tallies: 1}) {
		t.Errorf("Expire = %+v, want the orphan", got)
	}
	s.gone(v[0], false)
	if got := s.expire(store.Expiry{Set: set1, Now: later, Tallies: v[2].Received, Limit: 2}); got != (store.Deleted{Vouchers: 2, Tallies: 1}) {
		t.Errorf("Expire = %+v, want the tally of two", got)
	}
	if tally, err := s.Tally(ctx, key(1, 1)); err != nil || tally.Version != 0 || tally.State != nil {
		t.Errorf("the tally has left %d bytes, version %d, %v", len(tally.State), tally.Version, err)
	}
	// A claimed match keeps its tally; an open one waits for the time of its evidence.
	open := store.Expiry{Set: set1, Now: later, Tallies: later, Limit: store.MaxBatch}
	if got := s.expire(open); got != (store.Deleted{Vouchers: 3, Tallies: 1}) {
		t.Errorf("Expire = %+v, want what was not open", got)
	}
	for _, i := range []int{3, 4, 7} {
		s.gone(v[i], false)
	}
	open.Evidence = start.Add(time.Hour) // when it was opened
	if got := s.expire(open); got != (store.Deleted{}) {
		t.Errorf("evidence went too early: %+v", got)
	}
	_, before := s.log(0)
	s.must(s.Hold(ctx, alice, start))
	open.Evidence = later
	if got := s.expire(open); got != (store.Deleted{}) {
		t.Errorf("evidence of a held account was deleted: %+v", got)
	}
	s.must(s.Release(ctx, alice))
	if got := s.expire(open); got != (store.Deleted{Vouchers: 2, Tallies: 1, Evidence: 2}) {
		t.Errorf("Expire = %+v, want the open tally", got)
	}
	if _, err := s.Evidence(ctx, v[3].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("evidence is still there: %v", err)
	}
	if log, _ := s.log(before); len(log) != 1 || log[0].Reason != store.ReasonEvidence || log[0].Evidence != 2 {
		t.Errorf("the log has %+v", log)
	}
	// A match that comes late begins its tally anew.
	s.finished(v[7], 1, 1)
	if page, err := s.Matches(ctx, key(1, 1), 0, 10); err != nil || len(page) != 1 {
		t.Errorf("%d matches, %v", len(page), err)
	}
}

// testRemove: an account's records go, with or without what was opened; others' stay.
func testRemove(t *testing.T, s *suite) {
	v := s.put(5)
	others := s.voucher()
	others.Account = store.Account{App: "forum", Name: "alice"}
	s.putOne(others)
	s.must(s.LeaveClosed(ctx, v[0].ID))
	s.finished(v[1], 1, 1)
	s.finished(v[2], 2, 1)
	s.match(v[3].ID) // and work is left
	for generation := range uint32(2) {
		s.must(s.SaveTally(ctx, store.Tally{Key: store.TallyKey{Account: alice, Set: set1, Generation: 1 + generation, Period: 1}, State: []byte("s"), Open: generation == 1}))
	}
	s.must(s.PutEvidence(ctx, store.Evidence{Voucher: v[2].ID, Outcome: store.Readable, Payload: []byte("payload"), Opened: start}))
	s.must(s.Hold(ctx, alice, start))
	if n, err := s.Remove(ctx, store.Removal{Account: alice, Now: later}); !errors.Is(err, store.ErrHeld) || n != (store.Deleted{}) {
		t.Errorf("Remove of a held account = %+v, %v, want ErrHeld", n, err)
	}
	s.must(s.Release(ctx, alice))
	_, before := s.log(0)
	if n, err := s.Remove(ctx, store.Removal{Account: alice, Now: later}); err != nil || n != (store.Deleted{Vouchers: 4, Tallies: 1}) {
		t.Errorf("Remove = %+v, %v, want all but what was opened", n, err)
	}
	s.gone(v[2], false)
	if _, err := s.Evidence(ctx, v[2].ID); err != nil {
		t.Errorf("the evidence has gone: %v", err)
	}
	if n, err := s.Remove(ctx, store.Removal{Account: alice, Now: later, Evidence: store.DeleteEvidence}); err != nil || n != (store.Deleted{Vouchers: 1, Tallies: 1, Evidence: 1}) {
		t.Errorf("Remove = %+v, %v, want the rest", n, err)
	}
	for range 2 {
		if n, err := s.Remove(ctx, store.Removal{Account: alice, Now: later, Evidence: store.DeleteEvidence}); err != nil || n != (store.Deleted{}) {
			t.Errorf("Remove of nothing = %+v, %v", n, err)
		}
	}
	if c, err := s.CountAccount(ctx, alice, set1); err != nil || c != (store.Counts{}) {
		t.Errorf("%+v are left, %v", c, err)
	}
	s.gone(others, false)
	if log, _ := s.log(before); len(log) != 2 || log[0].Reason != store.ReasonRequest || log[0].Vouchers != 4 || !log[0].At.Equal(later) {
		t.Errorf("the log has %+v", log)
	}
}
