package match

import (
	"context"
	"errors"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// restore is a stored tally at work.
func (b *batch) restore(ctx context.Context, t store.Tally) (*sdk.Tally, error) {
	find := func(id voucher.ID) (*voucher.Opened, error) { return b.find(ctx, store.ID(id)) }
	if t.Version == 0 {
		return b.origin.newest.NewTally(find)
	}
	return b.origin.newest.RestoreTally(t.State, find)
}

// evidence is what a match of an open account holds.
func evidence(t *sdk.Tally, o opening) (store.Evidence, error) {
	if o.err != nil {
		return store.Evidence{Outcome: store.Damaged}, nil
	}
	e := store.Evidence{Kind: uint16(o.Kind)}
	result, err := t.Add(o.Opened)
	if err != nil {
		return e, err
	}
	payload, err := t.Payload(o.Opened)
	switch {
	case errors.Is(err, sdk.ErrBelowThreshold):
		return e, err
	case result.Outcome != threshold.Matched:
		e.Outcome = store.Foreign
	case err != nil:
		e.Outcome = store.Damaged
	default:
		e.Outcome, e.Payload = store.Readable, payload
	}
	return e, nil
}
