//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/veilhash/veilhash/server/store"
)

// A state is what a run has left behind, so far as it may not depend on the order in which vouchers came in.
type state struct {
	lines    [][8]byte // a digest of each voucher's record and evidence, then of each tally
	Digest   string    `json:"digest"`
	Vouchers int       `json:"vouchers"`
	Matches  int       `json:"matches"`
	Evidence int       `json:"evidence"`
	Open     int       `json:"openAccounts"`
	Wrong    []string  `json:"wrong"` // what is not as it must be; the first few
	bad      int
	mu       sync.Mutex
}

const maxWrong = 20

func (s *state) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bad++; len(s.Wrong) < maxWrong {
		s.Wrong = append(s.Wrong, fmt.Sprintf(format, args...))
	}
}

// collect reads the database, and complains of what is not as the plan says.
func (r *run) collect(ctx context.Context) (*state, error) {
	db, err := r.place.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := r.finish(ctx, db); err != nil {
		return nil, err
	}
	acked, err := r.journal.close(r.plan.n)
	if err != nil {
		return nil, err
	}
	s := &state{lines: make([][8]byte, r.plan.n+accounts)}
	matches, open := r.plan.counts()
	ordinals, err := s.vouchers(ctx, db, r.plan, acked, open)
	if err != nil {
		return nil, err
	}
	for a := range accounts {
		if err := s.tally(ctx, db, r.plan, a, matches[a], open[a], ordinals[a]); err != nil {
			return nil, err
		}
	}
	c, err := db.Count(ctx, r.origin())
	if err != nil {
		return nil, err
	}
	if c.Vouchers != uint64(r.plan.n) || c.Waiting != 0 {
		s.complain("the store counts %d vouchers of which %d wait, want %d and 0", c.Vouchers, c.Waiting, r.plan.n)
	}
	h := sha256.New()
	for _, l := range s.lines {
		h.Write(l[:])
	}
	s.Digest = hex.EncodeToString(h.Sum(nil))
	return s, nil
}

// vouchers reads every voucher, and returns the ordinals of each account's matches.
func (s *state) vouchers(ctx context.Context, db store.Store, p *plan, acked []bool, open [accounts]bool) (ordinals [accounts]map[uint64]int, err error) {
	for a := range ordinals {
		ordinals[a] = make(map[uint64]int)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	for range cap(failed) {
		wg.Go(func() {
			var raw []byte
			for i := int(next.Add(1)) - 1; i < p.n; i = int(next.Add(1)) - 1 {
				v, err := db.Voucher(ctx, p.id(i))
				if errors.Is(err, store.ErrNotFound) {
					s.complain("voucher %d is not there (acknowledged: %v)", i, acked[i])
					continue
				}
				if err != nil {
					failed <- err
					return
				}
				raw = p.voucher(i, raw)
				b := p.binding(i)
				if !acked[i] || !bytes.Equal(v.Raw, raw) || v.Account.Name != b.Account || v.Message != b.Message {
					s.complain("voucher %d is not what was sent (acknowledged: %v)", i, acked[i])
				}
				got, err := s.evidence(ctx, db, v)
				if err != nil {
					failed <- err
					return
				}
				if want := p.fate(i, open[p.account(i)]); got != want {
					s.complain("voucher %d is %q, want %q", i, got, want)
				}
				s.mu.Lock()
				s.Vouchers++
				if v.State == store.Match {
					s.Matches++
					ordinals[p.account(i)][v.Ordinal]++
				}
				s.mu.Unlock()
				sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %q %q %x %s", v.ID, v.State, v.Account, v.Message, sha256.Sum256(v.Raw), got))
				s.lines[i] = [8]byte(sum[:])
			}
		})
	}
	wg.Wait()
	select {
	case err = <-failed:
	default:
	}
	return ordinals, err
}

// evidence is what became of a voucher, in words.
func (s *state) evidence(ctx context.Context, db store.Store, v store.Voucher) (string, error) {
	e, err := db.Evidence(ctx, v.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return v.State.String(), nil
	case err != nil:
		return "", err
	}
	s.mu.Lock()
	s.Evidence++
	s.mu.Unlock()
	return fmt.Sprintf("%s %s %d %s", v.State, e.Outcome, e.Kind, e.Payload), nil
}

// fate is what becomes of a voucher where nothing goes wrong.
func (p *plan) fate(i int, open bool) string {
	switch _, match := p.sealed[i]; {
	case !match:
		return store.Closed.String()
	case !open:
		return store.Match.String()
	}
	return fmt.Sprintf("%s %s 1 %s", store.Match, store.Readable, p.payload(i))
}

// tally checks an account's count: each of its matches once, in some order without a gap.
func (s *state) tally(ctx context.Context, db store.Store, p *plan, a int, matches uint64, open bool, ordinals map[uint64]int) error {
	t, err := db.Tally(ctx, p.key(a))
	if err != nil {
		return err
	}
	for n := uint64(1); n <= matches; n++ {
		if ordinals[n] != 1 {
			s.complain("account %d has %d matches with ordinal %d", a, ordinals[n], n)
		}
	}
	opened := uint64(0)
	if open {
		opened = matches
		s.Open++
	}
	if t.Counted != matches || t.Open != open || t.Opened != opened || uint64(len(ordinals)) != matches {
		s.complain("account %d: counted %d, open %v, opened %d, %d ordinals; want %d, %v, %d", a, t.Counted, t.Open, t.Opened, len(ordinals), matches, open, opened)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %v %d", a, t.Counted, t.Open, t.Opened))
	s.lines[p.n+a] = [8]byte(sum[:])
	return nil
}

// compare complains of what differs from a run without faults.
func (s *state) compare(calm *state) {
	for i := range s.lines {
		if s.lines[i] != calm.lines[i] {
			s.complain("record %d differs from that of the run without faults", i)
		}
	}
}
