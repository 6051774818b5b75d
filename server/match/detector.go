package match

import (
	"context"

	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// A detector is a tally's threshold.Detector, at work.
type detector struct {
	*threshold.Detector
	failed error // what kept the detector from checking a candidate key
}

// detector restores a tally's state.
func (b *batch) detector(ctx context.Context, t store.Tally) (*detector, error) {
	d := new(detector)
	m := b.matcher.Manifest()
	cfg := threshold.Config{
		Threshold: m.Threshold,
		Synthetic: m.Synthetics,
		Check: func(key threshold.PayloadKey, ref threshold.Ref) bool {
			o, err := b.find(ctx, store.ID(ref[:]))
			if err != nil {
				d.failed = err
			}
			return o != nil && o.Check([32]byte(key.Bytes()))
		},
	}
	var err error
	if t.Version == 0 {
		d.Detector, err = threshold.NewDetector(cfg)
	} else {
		d.Detector, err = threshold.RestoreDetector(cfg, t.State)
	}
	return d, err
}

// add counts a match. If a candidate key could not be checked, the detector's answer means nothing, and the error says why: saved, it would
// leave an account closed that should be open.
func (d *detector) add(o opening) error {
	if _, err := d.AddMatch(ref(o.ID), o.share); err != nil {
		return err
	}
	return d.failed
}

// evidence is what a match of an open account holds.
func (d *detector) evidence(o opening) (store.Evidence, error) {
	if o.err != nil {
		return store.Evidence{Outcome: store.Damaged}, nil
	}
	e := store.Evidence{Kind: uint16(o.Kind)}
	result, err := d.AddMatch(ref(o.ID), o.share)
	if err != nil {
		return e, err
	}
	key, _ := d.PayloadKey()
	payload, err := o.Payload([32]byte(key.Bytes()))
	switch {
	case result.Outcome != threshold.Matched:
		e.Outcome = store.Foreign
	case err != nil:
		e.Outcome = store.Damaged
	default:
		e.Outcome, e.Payload = store.Readable, payload
	}
	return e, nil
}

func ref(id voucher.ID) (r threshold.Ref) {
	copy(r[:], id[:])
	return r
}
