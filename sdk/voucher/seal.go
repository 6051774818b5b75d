package voucher

import (
	"encoding/binary"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// A Probe is a token's element and the layers' lookups for it. A lookup that failed is nil; a probe whose lookups all
// failed is a dummy.
type Probe struct {
	Element *group.Element
	Lookups []*group.Element
}

// Kind says what a payload is.
type Kind uint16

// The kinds of payload (docs/protocol.md, section 6.2).
const (
	KindNone       Kind = 0
	KindDerivative Kind = 1 // the hash and a small grey picture
	KindMediaKey   Kind = 2 // the key of the message's ciphertext
)

// Contents is what a voucher carries. All of it is secret below its layer.
type Contents struct {
	Generation uint32   // of the account secret
	Period     uint32   // since 1970-01-01 UTC
	Share      []byte   // of the payload key; opens with the outer layer
	PayloadKey [32]byte // **secret**; seals the payload
	Kind       Kind
	Payload    []byte // at most Params.Capacity bytes
}

// String hides the contents.
func (Contents) String() string { return "[redacted voucher contents]" }

// GoString hides the contents.
func (c Contents) GoString() string { return c.String() }

// Seal makes a voucher of at most p.Probes probes, filled up with dummies. Their order does not show in it. The only errors are
// ErrContents and those of a caller that gives more probes than the set allows or a lookup list of the wrong length (ErrShape); none depends on
// what was found in the set.
func (p *Params) Seal(src entropy.Source, probes []Probe, binding BindingDigest, c Contents) ([]byte, error) {
	if len(probes) > p.Probes || p.Probes > 1<<16-1 || len(p.Keys) > 255 {
		return nil, ErrShape
	}
	for i := range probes {
		if len(probes[i].Lookups) != len(p.Keys) {
			return nil, ErrShape
		}
	}
	if len(c.Share) != p.ShareSize || len(c.Payload) > p.Capacity() {
		return nil, ErrContents
	}
	v := p.frame(src, binding)
	var rkey [maskSize]byte
	src.Read(rkey[:])
	if err := p.sealProbes(src, v, shuffle(src, probes, p.Probes), rkey[:]); err != nil {
		return nil, err
	}
	v.sealBody(rkey[:], c)
	v.close()
	return v.raw, nil
}

// frame makes a voucher with its header only.
func (p *Params) frame(src entropy.Source, binding BindingDigest) *Voucher {
	v := &Voucher{SetID: p.SetID, Binding: binding, Probes: p.Probes, Layers: len(p.Keys), raw: make([]byte, p.Size())}
	src.Read(v.ID[:])
	copy(v.raw, magic[:])
	binary.BigEndian.PutUint32(v.raw[offLength:], uint32(len(v.raw)))
	copy(v.raw[offSet:], v.SetID[:])
	copy(v.raw[offID:], v.ID[:])
	copy(v.raw[offBinding:], v.Binding[:])
	binary.BigEndian.PutUint16(v.raw[offProbes:], uint16(v.Probes))
	v.raw[offLayers] = byte(v.Layers)
	return v
}

// shuffle brings the probes into a random order among n places; the rest is dummies.
func shuffle(src entropy.Source, probes []Probe, n int) []Probe {
	places := make([]Probe, n)
	copy(places, probes)
	for i := n - 1; i > 0; i-- {
		j := src.Uint64n(uint64(i + 1))
		places[i], places[j] = places[j], places[i]
	}
	return places
}

// sealProbes fills in Q_j and c_{k,j}.
func (p *Params) sealProbes(src entropy.Source, v *Voucher, places []Probe, rkey []byte) error {
	g := &ristretto{entropy: src, keys: p.Keys}
	var real []blindProbe[*group.Element]
	for _, probe := range places {
		if !probe.isDummy() {
			real = append(real, blindProbe[*group.Element]{probe.Element, probe.orBase()})
		}
	}
	blinded := blind(g, len(p.Keys), real)
	if g.err != nil {
		return g.err
	}
	for j := range places {
		q, masks := v.probe(j)
		src.Read(masks)
		if places[j].isDummy() {
			e, err := group.RandomElement(src)
			if err != nil {
				return err
			}
			copy(q, e.Bytes())
			continue
		}
		b := blinded[0]
		blinded = blinded[1:]
		copy(q, b.q.Bytes())
		for k := range p.Keys {
			if places[j].Lookups[k] == nil {
				continue // stays uniform
			}
			m := mask(b.s[k].Bytes(), q, j, k, v.header())
			xor(masks[k*maskSize:], rkey, m[:])
		}
	}
	return nil
}

// isDummy reports whether no layer has a lookup.
func (p *Probe) isDummy() bool {
	for _, l := range p.Lookups {
		if l != nil {
			return false
		}
	}
	return true
}

// orBase is the lookups, with the probe's own element where one has failed: a value that is multiplied and thrown away.
func (p *Probe) orBase() []*group.Element {
	out := make([]*group.Element, len(p.Lookups))
	for k, l := range p.Lookups {
		if out[k] = l; l == nil {
			out[k] = p.Element
		}
	}
	return out
}

// sealBody seals both layers into their places.
func (v *Voucher) sealBody(rkey []byte, c Contents) {
	commitment, ciphertext := v.outer()
	body := make([]byte, 0, len(ciphertext)-tagSize)
	body = binary.BigEndian.AppendUint32(body, c.Generation)
	body = binary.BigEndian.AppendUint32(body, c.Period)
	body = binary.BigEndian.AppendUint16(body, uint16(c.Kind))
	body = binary.BigEndian.AppendUint16(body, uint16(len(c.Share)))
	body = append(body, c.Share...)

	inner := innerKey(c.PayloadKey[:], v.header())
	body = append(body, inner.commitment[:]...)
	padded := make([]byte, cap(body)-len(body)-tagSize)
	binary.BigEndian.PutUint32(padded, uint32(len(c.Payload)))
	copy(padded[payloadHeadSize:], c.Payload)
	body = inner.seal(body, padded, v.header())

	outer := outerKey(rkey, v.header())
	copy(commitment, outer.commitment[:])
	outer.seal(ciphertext[:0], body, v.preamble())
}

func xor(dst, a, b []byte) {
	for i := range a {
		dst[i] = a[i] ^ b[i]
	}
}
