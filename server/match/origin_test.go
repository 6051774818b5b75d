package match

import (
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// handUnder hands a voucher in as ingest does: under the origin of its set.
func (s *scene) handUnder(set *servertest.Set, name string, o servertest.Sealing) {
	before := s.set
	s.set = set
	s.hand(name, o)
	s.set = before
	s.vouchers[len(s.vouchers)-1].Set = store.SetID(set.Manifest.Origin().ID)
}

// Matches under a base and under what adds to it count together, whichever set each voucher was sealed for.
func TestDeltasCountTogether(t *testing.T) {
	base := servertest.New(t, 2, 0)
	second := base.Delta()
	third := second.Delta()
	s := &scene{t: t, set: base}
	s.handUnder(base, "a", servertest.Sealing{Account: "ann", InSet: true})
	s.handUnder(second, "b", servertest.Sealing{Account: "ann", InSet: true})
	s.handUnder(second, "stranger", servertest.Sealing{Account: "ann"})
	s.handUnder(third, "c", servertest.Sealing{Account: "ann", InSet: true})
	st := s.stored(storetest.NewMemory())
	w, err := New(Config{Store: st, Matchers: []*sdk.Matcher{third.Matcher, second.Matcher, base.Matcher}, Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.origins) != 1 || w.origins[0].newest != third.Matcher {
		t.Fatalf("%d origins", len(w.origins))
	}
	if n, err := w.Drain(ctx); err != nil || n != 4 {
		t.Fatalf("%d taken, %v", n, err)
	}
	sums, err := st.Tallies(ctx, s.vouchers[0].Account, s.vouchers[0].Set)
	if err != nil || len(sums) != 1 || sums[0].Matches != 3 || !sums[0].Open {
		t.Fatalf("tallies %+v, %v", sums, err)
	}
	for _, v := range s.vouchers {
		e, err := st.Evidence(ctx, v.ID)
		if (err == nil) != (v.Message != "stranger") || err == nil && string(e.Payload) != "payload of "+v.Message {
			t.Errorf("%s: evidence %q, %v", v.Message, e.Payload, err)
		}
	}
}

// A voucher under a set whose key a worker lacks waits, and is matched once a worker has it. The others are not kept waiting.
func TestMissingKeyWaits(t *testing.T) {
	base := servertest.New(t, 1, 0)
	delta := base.Delta()
	s := &scene{t: t, set: base}
	s.handUnder(delta, "new", servertest.Sealing{Account: "ann", InSet: true})
	s.handUnder(base, "old", servertest.Sealing{Account: "bob", InSet: true})
	st := s.stored(storetest.NewMemory())
	now := start
	worker := func(matchers ...*sdk.Matcher) *Worker {
		w, err := New(Config{Store: st, Matchers: matchers, Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if _, err := worker(base.Matcher).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if a, b := outcome(t, st, s.vouchers[0]), outcome(t, st, s.vouchers[1]); a != "pending" || b == "pending" {
		t.Errorf("without the key: %s and %s", a, b)
	}
	now = now.Add(time.Hour)
	if _, err := worker(base.Matcher, delta.Matcher).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if a := outcome(t, st, s.vouchers[0]); a == "pending" {
		t.Error("with the key it still waits")
	}
}
