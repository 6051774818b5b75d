package voucher

import (
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// ristretto is groupOps over ristretto255 with the keys of a set.
type ristretto struct {
	entropy entropy.Source
	keys    []*group.Element // L of each layer
	err     error            // of the generator
}

var _ groupOps[*group.Element, *group.Scalar] = (*ristretto)(nil)

func (r *ristretto) random() *group.Scalar {
	s, err := group.RandomScalar(r.entropy)
	if err != nil {
		r.err = err
		return group.NewScalar()
	}
	return s
}

func (r *ristretto) mul(s *group.Scalar, p *group.Element) *group.Element {
	return group.NewElement().ScalarMult(s, p)
}

func (r *ristretto) base(s *group.Scalar) *group.Element {
	return group.NewElement().ScalarBaseMult(s)
}

func (r *ristretto) key(s *group.Scalar, layer int) *group.Element {
	return group.NewElement().ScalarMult(s, r.keys[layer])
}

func (r *ristretto) add(a, b *group.Element) *group.Element {
	return group.NewElement().Add(a, b)
}
