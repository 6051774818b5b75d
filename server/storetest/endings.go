package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// calls are all methods of a store, on records that exist.
func (s *suite) calls(v store.Voucher) map[string]func(context.Context) error {
	key := v.Tally()
	return map[string]func(context.Context) error{
		"Put": func(ctx context.Context) error {
			_, err := s.Put(ctx, v)
			return err
		},
		"Ping": s.Ping,
		"Claim": func(ctx context.Context) error {
			_, err := s.Claim(ctx, store.Claim{Set: set1, Limit: 1, Now: start, Lease: time.Minute})
			return err
		},
		"Postpone":    func(ctx context.Context) error { return s.Postpone(ctx, v.ID, 1, start) },
		"LeaveClosed": func(ctx context.Context) error { return s.LeaveClosed(ctx, v.ID) },
		"Reject":      func(ctx context.Context) error { return s.Reject(ctx, v.ID, "damaged") },
		"RecordMatch": func(ctx context.Context) error {
			_, err := s.RecordMatch(ctx, v.ID, 1, 1)
			return err
		},
		"Finish": func(ctx context.Context) error { return s.Finish(ctx, v.ID) },
		"Matches": func(ctx context.Context) error {
			_, err := s.Matches(ctx, key, 0, 1)
			return err
		},
		"Tally": func(ctx context.Context) error {
			_, err := s.Tally(ctx, key)
			return err
		},
		"SaveTally":   func(ctx context.Context) error { return s.SaveTally(ctx, store.Tally{Key: key}) },
		"PutEvidence": func(ctx context.Context) error { return s.PutEvidence(ctx, store.Evidence{Voucher: v.ID}) },
		"Voucher": func(ctx context.Context) error {
			_, err := s.Voucher(ctx, v.ID)
			return err
		},
		"Evidence": func(ctx context.Context) error {
			_, err := s.Evidence(ctx, v.ID)
			return err
		},
		"Tallies": func(ctx context.Context) error {
			_, err := s.Tallies(ctx, alice, set1)
			return err
		},
		"CountAccount": func(ctx context.Context) error {
			_, err := s.CountAccount(ctx, alice, set1)
			return err
		},
		"CountApp": func(ctx context.Context) error {
			_, err := s.CountApp(ctx, alice.App, set1)
			return err
		},
		"Count": func(ctx context.Context) error {
			_, err := s.Count(ctx, set1)
			return err
		},
		"Expire": func(ctx context.Context) error {
			_, err := s.Expire(ctx, store.Expiry{Set: set1, Now: start, Closed: start, Limit: 1})
			return err
		},
		"Remove": func(ctx context.Context) error {
			_, err := s.Remove(ctx, store.Removal{Account: bob, Now: start})
			return err
		},
		"Hold":    func(ctx context.Context) error { return s.Hold(ctx, bob, start) },
		"Release": func(ctx context.Context) error { return s.Release(ctx, bob) },
		"Deletions": func(ctx context.Context) error {
			_, err := s.Deletions(ctx, 0, 1)
			return err
		},
		"Scrub": s.Scrub,
		"Backlog": func(ctx context.Context) error {
			_, err := s.Backlog(ctx, set1)
			return err
		},
	}
}

func testCancelled(t *testing.T, s *suite) {
	v := s.put(1)[0]
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for name, call := range s.calls(v) {
		if err := call(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", name, err)
		}
	}
	if got := s.get(v.ID); got.State != store.Pending || got.Attempt != 0 {
		t.Errorf("calls that were cancelled before they began have changed the voucher to %+v", got)
	}
}

func testClosed(t *testing.T, s *suite) {
	v := s.put(1)[0]
	s.must(s.Close())
	for name, call := range s.calls(v) {
		if err := call(ctx); !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}
