package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// ErrDied is what a Faulty store answers from the moment on at which its caller's process has "died".
var ErrDied = errors.New("storetest: the process has died")

// A Moment is when, around a call, a process dies.
type Moment int

// Around a call there are two moments: the caller cannot tell them apart, the store can.
const (
	BeforeEffect Moment = iota // the call never reached the store
	AfterEffect                // the call was done, but its answer never arrived
)

// Faulty hands calls on to a store until the caller "dies" in the call whose turn it is; that one and all later ones fail. It stands for
// one life of a matcher's process.
type Faulty struct {
	store.Work
	moment   Moment
	recovers bool // only the one call fails

	mu    sync.Mutex
	left  int // calls until the failure; negative once it has happened
	calls int
}

// NewFaulty lets the caller die in its n-th call, counted from 0, at a moment around it.
func NewFaulty(w store.Work, n int, moment Moment) *Faulty {
	return &Faulty{Work: w, left: n, moment: moment}
}

// NewFlaky is a store whose n-th call fails, counted from 0; the caller lives on and later calls succeed.
func NewFlaky(w store.Work, n int, moment Moment) *Faulty {
	return &Faulty{Work: w, left: n, moment: moment, recovers: true}
}

// Calls is how many calls were made, the one that failed included.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Died reports whether the failure has happened.
func (f *Faulty) Died() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left < 0
}

func around[T any](f *Faulty, call func() (T, error)) (T, error) {
	var none T
	f.mu.Lock()
	f.calls++
	dead, dies := f.left < 0 && !f.recovers, f.left == 0
	if f.left >= 0 {
		f.left--
	}
	f.mu.Unlock()
	if dead || dies && f.moment == BeforeEffect {
		return none, ErrDied
	}
	v, err := call()
	if dies {
		return none, ErrDied
	}
	return v, err
}

func aroundErr(f *Faulty, call func() error) error {
	_, err := around(f, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// Claim implements [store.Work].
func (f *Faulty) Claim(ctx context.Context, c store.Claim) ([]store.Voucher, error) {
	return around(f, func() ([]store.Voucher, error) { return f.Work.Claim(ctx, c) })
}

// Postpone implements [store.Work].
func (f *Faulty) Postpone(ctx context.Context, id store.ID, attempt int, until time.Time) error {
	return aroundErr(f, func() error { return f.Work.Postpone(ctx, id, attempt, until) })
}

// LeaveClosed implements [store.Work].
func (f *Faulty) LeaveClosed(ctx context.Context, ids ...store.ID) error {
	return aroundErr(f, func() error { return f.Work.LeaveClosed(ctx, ids...) })
}

// Reject implements [store.Work].
func (f *Faulty) Reject(ctx context.Context, id store.ID, reason string) error {
	return aroundErr(f, func() error { return f.Work.Reject(ctx, id, reason) })
}

// RecordMatch implements [store.Work].
func (f *Faulty) RecordMatch(ctx context.Context, id store.ID, generation, period uint32) (uint64, error) {
	return around(f, func() (uint64, error) { return f.Work.RecordMatch(ctx, id, generation, period) })
}

// Finish implements [store.Work].
func (f *Faulty) Finish(ctx context.Context, ids ...store.ID) error {
	return aroundErr(f, func() error { return f.Work.Finish(ctx, ids...) })
}

// Matches implements [store.Work].
func (f *Faulty) Matches(ctx context.Context, key store.TallyKey, after uint64, limit int) ([]store.Voucher, error) {
	return around(f, func() ([]store.Voucher, error) { return f.Work.Matches(ctx, key, after, limit) })
}

// Tally implements [store.Work].
func (f *Faulty) Tally(ctx context.Context, key store.TallyKey) (store.Tally, error) {
	return around(f, func() (store.Tally, error) { return f.Work.Tally(ctx, key) })
}

// Generations implements [store.Work].
func (f *Faulty) Generations(ctx context.Context, key store.TallyKey) (int, error) {
	return around(f, func() (int, error) { return f.Work.Generations(ctx, key) })
}

// SaveTally implements [store.Work].
func (f *Faulty) SaveTally(ctx context.Context, t store.Tally) error {
	return aroundErr(f, func() error { return f.Work.SaveTally(ctx, t) })
}

// PutEvidence implements [store.Work].
func (f *Faulty) PutEvidence(ctx context.Context, e store.Evidence) error {
	return aroundErr(f, func() error { return f.Work.PutEvidence(ctx, e) })
}

// Voucher implements [store.Work].
func (f *Faulty) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	return around(f, func() (store.Voucher, error) { return f.Work.Voucher(ctx, id) })
}
