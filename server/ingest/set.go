package ingest

import (
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
}

// NewSet takes a set's shape from its manifest. The error is token.ErrScheme.
func NewSet(m *blindset.Manifest) (Set, error) {
	shape, err := sdk.VoucherShape(m)
	if err != nil {
		return Set{}, err
	}
	return Set{ID: store.SetID(shape.SetID), Origin: store.SetID(m.Origin().ID), Probes: shape.Probes, Layers: len(shape.Keys), Size: shape.Size()}, nil
}

// check refuses a voucher that cannot have been sealed under the set.
func (s Set) check(v *voucher.Voucher) error {
	if v.Probes != s.Probes || v.Layers != s.Layers || len(v.Bytes()) != s.Size {
		return voucher.ErrShape
	}
	return nil
}
