package blindset

import (
	"strconv"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// This file is about sets of several layers: a base, and deltas that add to it (docs/protocol.md, section 5.1).

// A Base names the set that another one's deltas add to. The zero value stands for none: the set is a base itself.
type Base struct {
	Epoch uint64
	ID    SetID
}

// baseNone is the text of the zero Base.
const baseNone = "none"

func (b Base) text() string {
	if b == (Base{}) {
		return baseNone
	}
	return strconv.FormatUint(b.Epoch, 10) + " " + b.ID.String()
}

// base reads the line of that name.
func (p *lineParser) base() (b Base) {
	v := p.value("base")
	if p.err != nil || v == baseNone {
		return Base{}
	}
	n := len(v) - 2*len(b.ID) - 1
	if n < 1 || v[n] != ' ' || !hexa.Decode(b.ID[:], v[n+1:]) {
		p.fail("base", "is neither none nor an epoch and an identity")
		return Base{}
	}
	var ok bool
	if b.Epoch, ok = parseNumber(v[:n]); !ok || b.Epoch == 0 {
		p.fail("base", "has no epoch from 1")
	}
	return b
}

// checkLayers checks how a manifest's layers go together.
func (p *lineParser) checkLayers(m *Manifest) {
	if p.err != nil {
		return
	}
	for i := range m.Layers {
		for j := range i {
			a, b := &m.Layers[i], &m.Layers[j]
			if a.Key.Equal(b.Key) || a.TableSalt == b.TableSalt || a.PositionSeed == b.PositionSeed || a.FillCommitment == b.FillCommitment {
				p.fail("layer", "has the key, a salt or a seed of another")
				return
			}
		}
	}
	deltas := uint64(len(m.Layers) - 1)
	switch {
	case deltas == 0 && m.Base != (Base{}):
		p.fail("base", "is named although there are no deltas")
	case deltas > 0 && m.Base == (Base{}):
		p.fail("base", "is not named although there are deltas")
	case deltas > 0 && (m.Base.Epoch >= m.Epoch || m.Epoch-m.Base.Epoch < deltas):
		p.fail("base", "has an epoch that leaves no room for the deltas")
	case deltas > 0 && m.ownBase().ID() != m.Base.ID:
		p.fail("base", "is not the set that the first layer makes under this header")
	}
}

// ownBase is the manifest of the set that m adds to, as m says that it was: the same header, the first layer.
func (m *Manifest) ownBase() *Manifest {
	b := *m
	b.Epoch, b.Base, b.Layers = m.Base.Epoch, Base{}, m.Layers[:1]
	return &b
}

// Origin is the base that the set adds to, or the set itself if it is one. Matches count together under all sets of one origin
// (docs/threshold.md, section 1).
func (m *Manifest) Origin() Base {
	if m.Base != (Base{}) {
		return m.Base
	}
	return Base{m.Epoch, m.ID()}
}

// WithLayers is the manifest of a later set: the first keep layers of m, and more behind them. The base stays what it is, and so does all above the layers but the epoch.
// It panics if keep is not from 1 to the number of m's layers.
func (m *Manifest) WithLayers(epoch uint64, keep int, more ...Layer) *Manifest {
	if keep < 1 || keep > len(m.Layers) {
		panic("blindset: a later set keeps one layer at least")
	}
	next := *m
	next.Epoch = epoch
	next.Layers = append(append([]Layer(nil), m.Layers[:keep]...), more...)
	next.Base = m.Origin()
	return &next
}
