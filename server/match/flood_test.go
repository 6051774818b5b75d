package match

import (
	"fmt"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// metered counts what a worker asks of its store, and how large the states are that it keeps.
type metered struct {
	*storetest.Faulty
	reads, state int
}

func (m *metered) Matches(c ctxt, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	found, err := m.Faulty.Matches(c, key, after, limit)
	m.reads += len(found)
	return found, err
}

func (m *metered) SaveTally(c ctxt, t store.Tally) error {
	m.state = max(m.state, len(t.State))
	return m.Faulty.SaveTally(c, t)
}

// TestFlood (promise P9): an account that sends 10,000 garbage matches costs the same for each, keeps a bounded state, and does not keep another account from
// opening. What one decoding costs is bounded in package threshold: TestTheTenThousandth counts it there.
func TestFlood(t *testing.T) {
	flood := 10_000
	if testing.Short() {
		flood = 1_000
	}
	s := &scene{t: t, set: servertest.New(t, 3, 8)}
	bob := s.set.Account(2, 0)
	st := storetest.NewMemory()
	work := &metered{Faulty: storetest.NewFaulty(st, 1<<30, storetest.BeforeEffect)}
	w := s.worker(work, start, func(c *Config) { c.Batch = store.MaxBatch })
	largest := 0
	for sent := 0; sent < flood; {
		s.vouchers = s.vouchers[:0]
		for range store.MaxBatch - 1 {
			name := fmt.Sprint("garbage ", sent)
			s.handRaw(name, "mallory", s.set.Garbage("mallory", name, 1, 0))
			sent++
		}
		if n := sent / (flood / 4); n > 0 && n <= 4 && sent-n*(flood/4) < store.MaxBatch { // bob sends four, one in each quarter
			s.hand(fmt.Sprint("bob ", n), servertest.Sealing{Account: "bob", InSet: true, Dealer: bob})
		}
		s.stored(st)
		before, read := work.Calls(), work.reads
		if _, err := w.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		// The same for every batch, early or late: a call for each match's decision, and a few for each page of each tally.
		if calls, reads := work.Calls()-before, work.reads-read; calls > store.MaxBatch+32 || reads > 2*store.MaxBatch {
			t.Fatalf("after %d garbage matches a batch took %d calls and read %d matches", sent, calls, reads)
		}
		largest = max(largest, work.state)
		if sent < 20*store.MaxBatch {
			work.state = 0 // so that it is the late ones that are compared
		}
	}
	if work.state > largest || largest > 20_000 {
		t.Errorf("a state of %d bytes late, %d at most", work.state, largest)
	}
	for name, want := range map[string]bool{"mallory": false, "bob": true} {
		sums, err := st.Tallies(ctx, store.Account{App: "chat", Name: name}, store.SetID(s.set.Manifest.ID()))
		if err != nil || len(sums) != 1 || sums[0].Open != want {
			t.Errorf("%s: %+v, %v, want open = %v", name, sums, err, want)
		}
	}
}

// TestTooManyGenerations: a client that invents generations has sdk.MaxGenerations tallies a period, and the matches of the rest are recorded and not counted.
func TestTooManyGenerations(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	const invented = 3 * sdk.MaxGenerations
	for i := range byte(invented) {
		s.hand(fmt.Sprint("match ", i), servertest.Sealing{Account: "mallory", InSet: true, Dealer: s.set.Account(10+i, 0)})
	}
	s.hand("next period", servertest.Sealing{Account: "mallory", InSet: true, Dealer: s.set.Account(99, 1), Period: 1})
	s.hand("ann", servertest.Sealing{Account: "ann", InSet: true})
	st := s.stored(storetest.NewMemory())
	for range 2 { // a second worker finds nothing to do
		if _, err := s.worker(st, start.Add(time.Hour)).Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"next period": "readable: payload of next period", "ann": "readable: payload of ann"}
	for i := range invented {
		name := fmt.Sprint("match ", i)
		if want[name] = "match 1"; i < sdk.MaxGenerations {
			want[name] = "readable: payload of " + name
		}
	}
	s.check(st, want)
	// A generation that is counted goes on.
	s.vouchers = nil
	s.hand("again", servertest.Sealing{Account: "mallory", InSet: true, Dealer: s.set.Account(10, 0)})
	s.hand("not again", servertest.Sealing{Account: "mallory", InSet: true, Dealer: s.set.Account(10+invented-1, 0)})
	s.stored(st)
	if _, err := s.worker(st, start.Add(2*time.Hour)).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(st, map[string]string{"again": "readable: payload of again", "not again": "match 2"})
}

// TestPeriodsStartClosed: what an account was opened with, and a person may have dismissed, opens nothing of the next period.
func TestPeriodsStartClosed(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 2, 2)}
	st := storetest.NewMemory()
	for period := range uint32(3) {
		s.vouchers = nil
		want := make(map[string]string)
		for i := range 2 {
			name := fmt.Sprintf("picture %d, period %d", i, period)
			s.hand(name, servertest.Sealing{Account: "ann", InSet: true, Period: period, Picture: fmt.Sprint("picture ", i)})
			want[name] = fmt.Sprint("match ", i+1)
		}
		s.stored(st)
		if _, err := s.worker(st, start).Drain(ctx); err != nil {
			t.Fatal(err)
		}
		s.check(st, want)
		last := fmt.Sprint("the last of period ", period)
		s.hand(last, servertest.Sealing{Account: "ann", InSet: true, Period: period})
		s.stored(st)
		if _, err := s.worker(st, start).Drain(ctx); err != nil {
			t.Fatal(err)
		}
		want[last] = ""
		for name := range want {
			want[name] = "readable: payload of " + name
		}
		s.check(st, want)
	}
	sums, err := st.Tallies(ctx, store.Account{App: "chat", Name: "ann"}, store.SetID(s.set.Manifest.ID()))
	if err != nil || len(sums) != 3 {
		t.Errorf("%+v, %v", sums, err)
	}
}
