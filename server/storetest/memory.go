package storetest

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Memory is a store that keeps its records until the process ends. It is the reference for what the calls mean; it is for tests, since nothing in it
// is durable. The zero value is not usable: take NewMemory.
type Memory struct {
	mu       sync.Mutex
	closed   bool
	order    []*record // by arrival
	records  map[store.ID]*record
	tallies  map[store.TallyKey]store.Tally
	evidence map[store.ID]store.Evidence

	holds     map[store.Account]bool
	deletions []store.Deletion
}

// record is a voucher and from when it may be claimed.
type record struct {
	store.Voucher
	due time.Time
}

var _ store.Store = (*Memory)(nil)

// NewMemory is an empty store.
func NewMemory() *Memory {
	return &Memory{
		records:  make(map[store.ID]*record),
		tallies:  make(map[store.TallyKey]store.Tally),
		evidence: make(map[store.ID]store.Evidence),
		holds:    make(map[store.Account]bool),
	}
}

// enter begins a call; the result ends it.
func (m *Memory) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, store.ErrClosed
	}
	return m.mu.Unlock, nil
}

// copyOf keeps callers from sharing memory with the store.
func copyOf(v store.Voucher) store.Voucher {
	v.Raw = bytes.Clone(v.Raw)
	return v
}

// Put implements [store.Inbox].
func (m *Memory) Put(ctx context.Context, v store.Voucher) (store.Receipt, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	if len(v.Raw) == 0 {
		return 0, store.ErrArgument
	}
	if r := m.records[v.ID]; r != nil {
		if r.Account != v.Account || r.Message != v.Message || r.Set != v.Set || !bytes.Equal(r.Raw, v.Raw) {
			return 0, store.ErrConflict
		}
		return store.Repeated, nil
	}
	r := &record{Voucher: store.Voucher{
		Waiting: true, ID: v.ID, Account: v.Account, Message: v.Message, Set: v.Set, Raw: bytes.Clone(v.Raw),
		Received: v.Received.UTC().Truncate(time.Millisecond),
	}}
	m.records[v.ID] = r
	m.order = append(m.order, r)
	return store.Stored, nil
}

// Ping implements [store.Inbox].
func (m *Memory) Ping(ctx context.Context) error {
	leave, err := m.enter(ctx)
	if err == nil {
		leave()
	}
	return err
}

// Claim implements [store.Work].
func (m *Memory) Claim(ctx context.Context, c store.Claim) (out []store.Voucher, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if c.Limit < 1 || c.Limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	for _, r := range m.order {
		if len(out) == c.Limit {
			break
		}
		if r.Set == c.Set && r.Waiting && !r.due.After(c.Now) {
			r.due = c.Now.Add(c.Lease)
			r.Attempt++
			out = append(out, copyOf(r.Voucher))
		}
	}
	return out, nil
}

// Postpone implements [store.Work].
func (m *Memory) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if r := m.records[id]; r != nil && r.Waiting && r.Attempt == attempt {
		r.due = until
	}
	return nil
}

// LeaveClosed implements [store.Work].
func (m *Memory) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	return m.each(ctx, ids, func(r *record) {
		if r.State == store.Pending {
			r.State, r.Waiting = store.Closed, false
		}
	})
}

// Finish implements [store.Work].
func (m *Memory) Finish(ctx context.Context, ids ...store.ID) error {
	return m.each(ctx, ids, func(r *record) {
		if r.State != store.Pending {
			r.Waiting = false
		}
	})
}

func (m *Memory) each(ctx context.Context, ids []store.ID, do func(*record)) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if len(ids) > store.MaxBatch {
		return store.ErrArgument
	}
	for _, id := range ids {
		if r := m.records[id]; r != nil {
			do(r)
		}
	}
	return nil
}

// Reject implements [store.Work].
func (m *Memory) Reject(ctx context.Context, id store.ID, reason string) error {
	return m.each(ctx, []store.ID{id}, func(r *record) {
		if r.State == store.Pending {
			r.State, r.Reason, r.Waiting = store.Invalid, reason, false
		}
	})
}

// RecordMatch implements [store.Work].
func (m *Memory) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	r := m.records[id]
	switch {
	case r == nil:
		return 0, store.ErrNotFound
	case r.State == store.Match && r.Generation == generation && r.Period == period:
		return r.Ordinal, nil
	case r.State != store.Pending:
		return 0, store.ErrDecided
	}
	key := r.Tally()
	key.Generation, key.Period = generation, period
	ordinal := uint64(len(m.matches(key))) + 1
	r.State, r.Generation, r.Period, r.Ordinal = store.Match, generation, period, ordinal
	return ordinal, nil
}

// matches are a tally's, by ordinal.
func (m *Memory) matches(key store.TallyKey) (out []*record) {
	for _, r := range m.order {
		if r.State == store.Match && r.Tally() == key {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *record) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return out
}

// Matches implements [store.Work].
func (m *Memory) Matches(ctx context.Context, key store.TallyKey, after uint64, limit int) (out []store.Voucher, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit < 1 || limit > store.MaxBatch {
		return nil, store.ErrArgument
	}
	for _, r := range m.matches(key) {
		if r.Ordinal > after && len(out) < limit {
			out = append(out, copyOf(r.Voucher))
		}
	}
	return out, nil
}

// Tally implements [store.Work].
func (m *Memory) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return store.Tally{}, err
	}
	defer leave()
	t := m.tallies[key]
	t.Key, t.State = key, bytes.Clone(t.State)
	return t, nil
}

// Generations implements [store.Work].
func (m *Memory) Generations(ctx context.Context, key store.TallyKey) (n int, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	for other := range m.tallies {
		if other.Generation = key.Generation; other == key {
			n++
		}
	}
	return n, nil
}

// SaveTally implements [store.Work].
func (m *Memory) SaveTally(ctx context.Context, t store.Tally) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if m.tallies[t.Key].Version != t.Version {
		return store.ErrStale
	}
	t.Version++
	t.State = bytes.Clone(t.State)
	m.tallies[t.Key] = t
	return nil
}

// PutEvidence implements [store.Work].
func (m *Memory) PutEvidence(ctx context.Context, e store.Evidence) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if m.records[e.Voucher] == nil {
		return store.ErrNotFound
	}
	if _, known := m.evidence[e.Voucher]; !known {
		e.Payload = bytes.Clone(e.Payload)
		e.Opened = e.Opened.UTC().Truncate(time.Millisecond)
		m.evidence[e.Voucher] = e
	}
	return nil
}

// Voucher implements [store.Work] and [store.Records].
func (m *Memory) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return store.Voucher{}, err
	}
	defer leave()
	if r := m.records[id]; r != nil {
		return copyOf(r.Voucher), nil
	}
	return store.Voucher{}, store.ErrNotFound
}

// Evidence implements [store.Records].
func (m *Memory) Evidence(ctx context.Context, id store.ID) (store.Evidence, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return store.Evidence{}, err
	}
	defer leave()
	e, ok := m.evidence[id]
	if !ok {
		return store.Evidence{}, store.ErrNotFound
	}
	e.Payload = bytes.Clone(e.Payload)
	return e, nil
}

// Tallies implements [store.Records].
func (m *Memory) Tallies(ctx context.Context, account store.Account, set store.SetID) (out []store.Summary, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	sums := make(map[store.TallyKey]store.Summary)
	for _, r := range m.order {
		if key := r.Tally(); r.State == store.Match && key.Account == account && key.Set == set {
			sums[key] = store.Summary{Key: key, Matches: sums[key].Matches + 1, Open: m.tallies[key].Open}
		}
	}
	for _, s := range sums {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b store.Summary) int {
		return cmp.Or(cmp.Compare(a.Key.Generation, b.Key.Generation), cmp.Compare(a.Key.Period, b.Key.Period))
	})
	return out, nil
}

// Count implements [store.Records].
func (m *Memory) Count(ctx context.Context, set store.SetID) (store.Counts, error) {
	return m.count(ctx, func(r *record) bool { return r.Set == set })
}

// CountApp implements [store.Records].
func (m *Memory) CountApp(ctx context.Context, app string, set store.SetID) (store.Counts, error) {
	return m.count(ctx, func(r *record) bool { return r.Set == set && r.Account.App == app })
}

// CountAccount implements [store.Records].
func (m *Memory) CountAccount(ctx context.Context, account store.Account, set store.SetID) (store.Counts, error) {
	return m.count(ctx, func(r *record) bool { return r.Set == set && r.Account == account })
}

func (m *Memory) count(ctx context.Context, of func(*record) bool) (c store.Counts, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return c, err
	}
	defer leave()
	for _, r := range m.order {
		if !of(r) {
			continue
		}
		c.Vouchers++
		if r.State == store.Match {
			c.Matches++
		}
		if r.Waiting {
			c.Waiting++
		}
	}
	return c, nil
}

// Backlog implements [store.Work].
func (m *Memory) Backlog(ctx context.Context, set store.SetID) (b store.Backlog, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return b, err
	}
	defer leave()
	for _, r := range m.order {
		if r.Set != set || !r.Waiting {
			continue
		}
		b.Waiting++
		if r.Attempt >= store.StuckAttempts {
			b.Stuck++
		}
		if b.Oldest.IsZero() || r.Received.Before(b.Oldest) {
			b.Oldest = r.Received
		}
	}
	return b, nil
}

// Close implements [store.Store].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
