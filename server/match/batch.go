package match

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/internal/redact"
	"github.com/veilhash/veilhash/server/store"
)

// A batch is the vouchers of one claim on their way to a decision.
type batch struct {
	*Worker
	origin *origin
	opened map[store.ID]opening // what was opened lately, so that counting need not do it again
}

// maxOpened bounds what is remembered: an account may have any number of matches.
const maxOpened = 4 * store.MaxBatch

func (b *batch) remember(id store.ID, o opening) {
	if len(b.opened) >= maxOpened {
		clear(b.opened)
	}
	b.opened[id] = o
}

// do decides and finishes a batch. An error is the store's: what was not finished is handed out again when the lease ends.
func (b *batch) do(ctx context.Context, vouchers []store.Voucher) error {
	openings := b.openAll(vouchers)
	var closed []store.ID
	var matches []store.Voucher
	for i, v := range vouchers {
		o := openings[i]
		switch {
		case v.State == store.Match || o.err == nil:
			b.remember(v.ID, o)
			matches = append(matches, v)
		case errors.Is(o.err, voucher.ErrClosed):
			closed = append(closed, v.ID)
		case errors.Is(o.err, errBroken), errors.Is(o.err, errUnheld):
			b.cfg.Log.ErrorContext(ctx, "voucher could not be tried", "voucher", v.ID.String(), "reason", o.err)
			if err := b.postpone(ctx, v); err != nil {
				return err
			}
		default:
			reason := sdk.Code(o.err)
			b.cfg.Log.InfoContext(ctx, "voucher rejected", "voucher", v.ID.String(), "account", redact.Account(v.Account), "code", reason)
			if err := b.cfg.Store.Reject(ctx, v.ID, reason); err != nil {
				return err
			}
			b.cfg.Observer.Decided(store.Invalid, reason, 1)
		}
	}
	if len(closed) > 0 {
		if err := b.cfg.Store.LeaveClosed(ctx, closed...); err != nil {
			return err
		}
		b.cfg.Observer.Decided(store.Closed, "", len(closed))
	}
	return b.count(ctx, matches)
}

// count records matches and brings their tallies up to date.
func (b *batch) count(ctx context.Context, matches []store.Voucher) error {
	var keys []store.TallyKey // in order of their first match
	byKey := make(map[store.TallyKey][]store.Voucher)
	for _, v := range matches {
		if v.State != store.Match {
			o := b.opened[v.ID] // there: a batch is smaller than maxOpened
			v.Generation, v.Period = o.Generation, o.Period
			ordinal, err := b.cfg.Store.RecordMatch(ctx, v.ID, v.Generation, v.Period)
			if errors.Is(err, store.ErrDecided) { // by another worker with other keys, or before a defect was mended
				b.cfg.Log.ErrorContext(ctx, "voucher is a match but was decided otherwise before", "voucher", v.ID.String())
				continue
			}
			if errors.Is(err, store.ErrNotFound) { // its account was removed meanwhile
				b.cfg.Log.InfoContext(ctx, "voucher was deleted while it was matched", "voucher", v.ID.String())
				continue
			}
			if err != nil {
				return err
			}
			b.cfg.Observer.Decided(store.Match, "", 1)
			b.cfg.Log.InfoContext(ctx, "match", "voucher", v.ID.String(), "account", redact.Account(v.Account), "ordinal", ordinal)
		}
		if slices.Contains(b.cfg.TestAccounts, v.Account) {
			if err := b.cfg.Store.Finish(ctx, v.ID); err != nil {
				return err
			}
			continue
		}
		key := v.Tally()
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], v)
	}
	for _, key := range keys {
		if err := b.settle(ctx, key); err != nil {
			// One tally that cannot be read must not keep the others waiting.
			b.cfg.Log.ErrorContext(ctx, "matches could not be counted", "account", redact.Account(key.Account), "reason", err)
			if err := b.giveBack(ctx, byKey[key]); err != nil {
				return err
			}
			continue
		}
		ids := make([]store.ID, 0, len(byKey[key]))
		for _, v := range byKey[key] {
			ids = append(ids, v.ID)
		}
		if err := b.cfg.Store.Finish(ctx, ids...); err != nil {
			return err
		}
	}
	return nil
}

// giveBack postpones matches whose tally could not be brought up to date.
func (b *batch) giveBack(ctx context.Context, matches []store.Voucher) error {
	for _, v := range matches {
		if err := b.postpone(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) postpone(ctx context.Context, v store.Voucher) error {
	b.cfg.Observer.Postponed()
	return b.cfg.Store.Postpone(ctx, v.ID, v.Attempt, b.cfg.Clock().Add(backoff(v.Attempt)))
}

// backoff is how long a voucher rests after its n-th attempt: a second, two, four, …, an hour.
func backoff(attempt int) time.Duration {
	return min(time.Second<<min(max(attempt-1, 0), 20), time.Hour)
}

// openAll tries all vouchers, Parallel at a time.
func (b *batch) openAll(vouchers []store.Voucher) []opening {
	out := make([]opening, len(vouchers))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(b.cfg.Parallel, len(vouchers)) {
		wg.Go(func() {
			for i := range next {
				out[i] = open(b.origin.find, &vouchers[i])
			}
		})
	}
	for i := range vouchers {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}
