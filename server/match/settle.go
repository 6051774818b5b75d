package match

import (
	"context"
	"errors"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/internal/redact"
	"github.com/veilhash/veilhash/server/store"
)

// page is how many matches are counted or opened between two saves of their tally.
const page = 32

// settle counts a tally's matches that are not counted yet and, if the account is open, keeps the evidence that is missing.
func (b *batch) settle(ctx context.Context, key store.TallyKey) error {
	for {
		more, err := b.step(ctx, key)
		if errors.Is(err, store.ErrStale) {
			continue // another worker has gone on; see how far
		}
		if err != nil || !more {
			return err
		}
	}
}

// step does one page of either and saves it, or finds that nothing is left.
func (b *batch) step(ctx context.Context, key store.TallyKey) (more bool, err error) {
	t, err := b.cfg.Store.Tally(ctx, key)
	if err != nil {
		return false, err
	}
	matches, err := b.cfg.Store.Matches(ctx, key, t.Counted, page)
	if err != nil {
		return false, err
	}
	if t.Version == 0 && len(matches) > 0 {
		// Each generation costs a tally, and a client can invent any number (docs/threshold.md, section 7). Matches of further ones keep their record.
		others, err := b.cfg.Store.Generations(ctx, key)
		if err != nil {
			return false, err
		}
		if others >= sdk.MaxGenerations {
			b.cfg.Log.WarnContext(ctx, "matches of too many generations: not counted", "account", redact.Account(key.Account), "generations", others)
			return false, nil
		}
	}
	d, err := b.restore(ctx, t)
	if err != nil {
		return false, err
	}
	switch {
	case len(matches) > 0:
		err = b.countPage(ctx, d, &t, matches)
	case t.Open && t.Opened < t.Counted:
		err = b.openPage(ctx, d, &t)
	default:
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, b.cfg.Store.SaveTally(ctx, t)
}

// countPage adds matches to a tally's state.
func (b *batch) countPage(ctx context.Context, d *sdk.Tally, t *store.Tally, matches []store.Voucher) error {
	before := t.Open
	for i := range matches {
		o, err := b.reopen(ctx, &matches[i])
		if err != nil {
			return err
		}
		if o.err == nil {
			if _, err := d.Add(o.Opened); err != nil {
				return err
			}
		}
		t.Counted = matches[i].Ordinal
	}
	var err error
	if t.State, err = d.MarshalBinary(); err != nil {
		return err
	}
	if t.Open = d.Open(); t.Open && !before {
		b.cfg.Observer.ThresholdReached()
		b.cfg.Log.InfoContext(ctx, "account has reached the threshold", "account", redact.Account(t.Key.Account), "matches", t.Counted)
	}
	return nil
}

// openPage keeps the evidence of the next matches of an open tally.
func (b *batch) openPage(ctx context.Context, d *sdk.Tally, t *store.Tally) error {
	matches, err := b.cfg.Store.Matches(ctx, t.Key, t.Opened, page)
	if err != nil {
		return err
	}
	for i := range matches {
		if matches[i].Ordinal > t.Counted {
			break
		}
		o, err := b.reopen(ctx, &matches[i])
		if err != nil {
			return err
		}
		e, err := evidence(d, o)
		if err != nil {
			return err
		}
		e.Voucher, e.Opened = matches[i].ID, b.cfg.Clock()
		if err := b.cfg.Store.PutEvidence(ctx, e); err != nil {
			return err
		}
		b.cfg.Observer.Opened(e.Outcome)
		t.Opened = matches[i].Ordinal
	}
	return nil
}

// reopen opens a match that was recorded. It has opened before, so it does again, unless the stored bytes have been damaged since: such a one counts for
// nothing, which holds whenever it is tried. Errors are errBroken and errUnheld.
func (b *batch) reopen(ctx context.Context, v *store.Voucher) (opening, error) {
	o, done := b.opened[v.ID]
	if !done {
		o = open(b.origin.find, v)
		b.remember(v.ID, o)
	}
	switch {
	case errors.Is(o.err, errBroken), errors.Is(o.err, errUnheld):
		return o, o.err
	case o.err != nil:
		b.cfg.Log.ErrorContext(ctx, "a recorded match no longer opens: its stored bytes are damaged", "voucher", v.ID.String(), "reason", o.err)
	}
	return o, nil
}

// find is a match by its voucher's id, for the detector; nil if it no longer opens.
func (b *batch) find(ctx context.Context, id store.ID) (*voucher.Opened, error) {
	v := store.Voucher{ID: id}
	if _, done := b.opened[id]; !done {
		var err error
		if v, err = b.cfg.Store.Voucher(ctx, id); err != nil {
			return nil, err
		}
	}
	o, err := b.reopen(ctx, &v)
	return o.Opened, err
}
