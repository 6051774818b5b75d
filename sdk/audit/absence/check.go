package absence

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
)

// A Check is a proof on its way to being believed. It says which blocks of the set it needs and is given them; it never calls out.
type Check struct {
	proof *proof
	cells *lookup.Table
}

// NewCheck checks all of a proof that can be checked without the set's cells: that it is about this set and this very file, that it covers the set's own
// scheme, that the probes follow from the file, and that every value belongs to its layer's key. Errors are ErrFormat, ErrSet, ErrFile, ErrCoverage,
// ErrPicture, ErrQuality, ErrProbes, ErrElement and ErrProof.
func NewCheck(m *blindset.Manifest, proof, file []byte) (*Check, error) {
	p, err := parse(slices.Clone(proof))
	if err != nil {
		return nil, err
	}
	if p.Set != m.ID() || p.Layers != len(m.Layers) {
		return nil, ErrSet
	}
	if p.Size != int64(len(file)) || p.File != sha256.Sum256(file) {
		return nil, ErrFile
	}
	parts, err := readers(m, p.Coverage)
	if err != nil {
		return nil, err
	}
	tokens, err := probesOf(file, m.Quality, parts)
	if err != nil {
		return nil, err
	}
	if p.Probes != len(tokens) || p.ProbesDigest != digestOf(tokens) {
		return nil, ErrProbes
	}
	hashed := elementsOf(m, tokens)
	for k := range p.layers {
		values := make([]*group.Element, len(tokens))
		for j := range values {
			values[j] = group.NewElement()
			if err := values[j].SetCanonicalBytes(p.layers[k].value(j)); err != nil {
				return nil, ErrElement
			}
		}
		if err := p.suite(k).VerifyProof(m.Layers[k].Key, hashed, values, &p.layers[k].dleq); err != nil {
			return nil, ErrProof
		}
	}
	return &Check{p, lookup.NewTable(m, tokens)}, nil
}

// value is the j-th Z, encoded.
func (l *layerProof) value(j int) []byte {
	return l.values[j*group.ElementSize:][:group.ElementSize]
}

// Lookups are the blocks of the set that are needed, each once.
func (c *Check) Lookups() []blindset.Ref { return c.cells.Needed() }

// Leaves takes the block digests that a shard's file begins with. Errors are ErrRef, blindset.ErrLength and blindset.ErrLeaves.
func (c *Check) Leaves(layer, shard int, leaves []byte) error {
	return c.cells.Leaves(layer, shard, leaves)
}

// Provide takes a block of the set, after its shard's digests. Errors are ErrRef, blindset.ErrLength and blindset.ErrBlock.
func (c *Check) Provide(ref blindset.Ref, block []byte) error { return c.cells.Provide(ref, block) }

// Finish compares every value with what the set holds, once all blocks are there. Without an error the statement is proved. Errors are ErrMember, ErrUnread, and
// blindset.ErrLookup for a set whose cells are no group elements.
func (c *Check) Finish() (*Statement, error) {
	for k := range c.proof.layers {
		for j := range c.proof.Probes {
			found, err := c.cells.Lookup(k, j)
			if err != nil {
				return nil, err
			}
			if bytes.Equal(found, c.proof.layers[k].value(j)) {
				return nil, ErrMember
			}
		}
	}
	return &c.proof.Statement, nil
}

// Verify does a whole check with the set's files at hand. Errors are those of NewCheck, Provide and Finish, and of src.
func Verify(m *blindset.Manifest, proof, file []byte, src Source) (*Statement, error) {
	c, err := NewCheck(m, proof, file)
	if err != nil {
		return nil, err
	}
	if err := c.cells.Fill(src); err != nil {
		return nil, err
	}
	return c.Finish()
}
