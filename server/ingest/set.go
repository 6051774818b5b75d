package ingest

import (
	"errors"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// A Set is what ingest knows of a set whose vouchers it takes: their shape.
type Set struct {
	ID     store.SetID
	Origin store.SetID // what its vouchers are kept and counted under (docs/protocol.md, section 5.1)
	Probes int
	Layers int
	Size   int // of every voucher, in bytes

	// Until is when vouchers under the set are taken no longer; the zero value is never. What was taken before is matched all the same.
	Until time.Time
}

// ErrRetired: a voucher's set was replaced so long ago that its vouchers are taken no longer.
var ErrRetired = errors.New("ingest: the voucher's set is taken no longer")

// NewSet takes a set's shape from its manifest. The error is token.ErrScheme.
func NewSet(m *blindset.Manifest) (Set, error) {
	shape, err := sdk.VoucherShape(m)
	if err != nil {
		return Set{}, err
	}
	return Set{ID: store.SetID(shape.SetID), Origin: store.SetID(m.Origin().ID), Probes: shape.Probes, Layers: len(shape.Keys), Size: shape.Size()}, nil
}

// check refuses a voucher that cannot have been sealed under the set, or comes too late.
func (s Set) check(v *voucher.Voucher, now time.Time) error {
	if !s.Until.IsZero() && !now.Before(s.Until) {
		return ErrRetired
	}
	if v.Probes != s.Probes || v.Layers != s.Layers || len(v.Bytes()) != s.Size {
		return voucher.ErrShape
	}
	return nil
}
