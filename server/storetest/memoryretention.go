package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Expire implements [store.Retention].
func (m *Memory) Expire(ctx context.Context, e store.Expiry) (sum store.Deleted, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return sum, err
	}
	defer leave()
	if e.Limit < 1 || e.Limit > store.MaxBatch {
		return sum, store.ErrArgument
	}
	left := e.Limit
	sum = m.erase(e.Now, store.ReasonClosed, nil, func(r *record) bool {
		over := left > 0 && r.Set == e.Set && r.Ordinal == 0 && !r.Waiting && r.Received.Before(e.Closed) && !m.holds[r.Account]
		if over {
			left--
		}
		return over
	})
	keys := make(map[store.TallyKey]bool)
	for _, r := range m.order {
		if r.Ordinal > 0 && r.Set == e.Set {
			keys[r.Tally()] = true
		}
	}
	for key := range m.tallies {
		if key.Set == e.Set {
			keys[key] = true
		}
	}
	for key := range keys {
		if reason, over := m.over(key, e); over {
			sum = sum.Add(m.erase(e.Now, reason, []store.TallyKey{key}, func(r *record) bool { return r.Ordinal > 0 && r.Tally() == key }))
		}
	}
	return sum, nil
}

// over reports whether a tally's time is over.
func (m *Memory) over(key store.TallyKey, e store.Expiry) (store.Reason, bool) {
	reason, before := store.ReasonTally, e.Tallies
	if m.tallies[key].Open {
		reason, before = store.ReasonEvidence, e.Evidence
	}
	matches := m.matches(key)
	if len(matches) == 0 {
		return reason, !e.Tallies.IsZero() && !m.holds[key.Account]
	}
	for _, r := range matches {
		known, ok := m.evidence[r.ID]
		if r.Waiting || !r.Received.Before(before) || m.tallies[key].Open && ok && !known.Opened.Before(before) {
			return reason, false
		}
	}
	return reason, !m.holds[key.Account]
}

// erase deletes vouchers and what belongs to them, and tallies.
func (m *Memory) erase(now time.Time, reason store.Reason, tallies []store.TallyKey, these func(*record) bool) (n store.Deleted) {
	m.order = slices.DeleteFunc(m.order, func(r *record) bool {
		if !these(r) {
			return false
		}
		if _, ok := m.evidence[r.ID]; ok {
			n.Evidence++
		}
		delete(m.evidence, r.ID)
		delete(m.records, r.ID)
		n.Vouchers++
		return true
	})
	for _, key := range tallies {
		if _, ok := m.tallies[key]; ok {
			n.Tallies++
		}
		delete(m.tallies, key)
	}
	if n != (store.Deleted{}) {
		m.deletions = append(m.deletions, store.Deletion{
			Number: uint64(len(m.deletions)) + 1, At: now.UTC().Truncate(time.Millisecond), Reason: reason, Deleted: n,
		})
	}
	return n
}

// Remove implements [store.Retention].
func (m *Memory) Remove(ctx context.Context, r store.Removal) (n store.Deleted, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return n, err
	}
	defer leave()
	if m.holds[r.Account] {
		return n, store.ErrHeld
	}
	stays := func(key store.TallyKey) bool { return r.Evidence == store.KeepEvidence && m.tallies[key].Open }
	var tallies []store.TallyKey
	for key := range m.tallies {
		if key.Account == r.Account && !stays(key) {
			tallies = append(tallies, key)
		}
	}
	return m.erase(r.Now, store.ReasonRequest, tallies, func(v *record) bool {
		return v.Account == r.Account && (v.Ordinal == 0 || !stays(v.Tally()))
	}), nil
}

// Hold implements [store.Retention].
func (m *Memory) Hold(ctx context.Context, a store.Account, _ time.Time) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	m.holds[a] = true
	return nil
}

// Release implements [store.Retention].
func (m *Memory) Release(ctx context.Context, a store.Account) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	delete(m.holds, a)
	return nil
}

// Deletions implements [store.Retention].
func (m *Memory) Deletions(ctx context.Context, after uint64, limit int) ([]store.Deletion, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	from := min(after, uint64(len(m.deletions)))
	rest := m.deletions[from:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

// Scrub implements [store.Retention]: there is nothing to do.
func (m *Memory) Scrub(ctx context.Context) error {
	leave, err := m.enter(ctx)
	if err == nil {
		leave()
	}
	return err
}
