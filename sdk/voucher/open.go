package voucher

import (
	"crypto/subtle"
	"encoding/binary"

	"github.com/veilhash/veilhash/sdk/group"
)

// Opened is a match: the outer layer's content. The payload is closed still.
type Opened struct {
	ID         ID
	Generation uint32
	Period     uint32
	Kind       Kind
	Share      []byte
	Hits       int // how many (probe, layer) pairs matched

	header     []byte
	commitment []byte // to the inner key
	ciphertext []byte
}

// Open opens the outer layer with the layers' blinding keys, in the order of p.Keys. The voucher must have come with the given binding.
//
// The error is ErrClosed if the picture is not in the set, which is the ordinary case; ErrInvalid for a match whose content was altered; or
// ErrSet, ErrShape, ErrBinding or ErrPoint for a voucher that should not have come. The time does not depend on alphas, nor on
// which or how many probes match.
func (p *Params) Open(v *Voucher, binding BindingDigest, alphas []*group.Scalar) (*Opened, error) {
	if len(alphas) != len(p.Keys) {
		return nil, ErrShape
	}
	if err := p.check(v); err != nil {
		return nil, err
	}
	if v.Binding != binding {
		return nil, ErrBinding
	}
	rkey, hits, err := v.unmask(alphas)
	if err != nil {
		return nil, err
	}
	if hits == 0 {
		return nil, ErrClosed
	}
	key := outerKey(rkey[:], v.header())
	_, ciphertext := v.outer()
	body, err := key.open(ciphertext, v.preamble())
	if err != nil {
		return nil, ErrInvalid
	}
	o, err := p.parseBody(body)
	if err != nil {
		return nil, err
	}
	o.ID, o.Hits, o.header = v.ID, hits, v.header()
	return o, nil
}

// unmask tries every probe under every layer and selects, without branching, the rkey to which the voucher commits.
func (v *Voucher) unmask(alphas []*group.Scalar) (rkey [maskSize]byte, hits int, err error) {
	commitment, _ := v.outer()
	element, s := group.NewElement(), group.NewElement()
	for j := range v.Probes {
		q, masks := v.probe(j)
		if element.SetCanonicalBytes(q) != nil {
			return rkey, 0, ErrPoint
		}
		for k, alpha := range alphas {
			s.ScalarMult(alpha, element)
			m := mask(s.Bytes(), q, j, k, v.header())
			var candidate [maskSize]byte
			xor(candidate[:], masks[k*maskSize:(k+1)*maskSize], m[:])
			key := outerKey(candidate[:], v.header())
			match := subtle.ConstantTimeCompare(key.commitment[:], commitment)
			subtle.ConstantTimeCopy(match, rkey[:], candidate[:])
			hits += match
		}
	}
	return rkey, hits, nil
}

// parseBody takes the outer layer's plaintext apart. Whoever sealed it may be hostile.
func (p *Params) parseBody(b []byte) (*Opened, error) {
	if int(binary.BigEndian.Uint16(b[10:])) != p.ShareSize {
		return nil, ErrInvalid
	}
	share, rest := b[bodyHeadSize:bodyHeadSize+p.ShareSize], b[bodyHeadSize+p.ShareSize:]
	return &Opened{
		Generation: binary.BigEndian.Uint32(b),
		Period:     binary.BigEndian.Uint32(b[4:]),
		Kind:       Kind(binary.BigEndian.Uint16(b[8:])),
		Share:      share,
		commitment: rest[:commitmentSize],
		ciphertext: rest[commitmentSize:],
	}, nil
}

// Check reports whether the voucher commits to this payload key.
func (o *Opened) Check(payloadKey [32]byte) bool {
	key := innerKey(payloadKey[:], o.header)
	return subtle.ConstantTimeCompare(key.commitment[:], o.commitment) == 1
}

// Payload opens the inner layer. The error is ErrPayloadKey if the key is not the one that the voucher commits to, ErrInvalid if it is but
// the content was altered or is malformed.
func (o *Opened) Payload(payloadKey [32]byte) ([]byte, error) {
	if !o.Check(payloadKey) {
		return nil, ErrPayloadKey
	}
	key := innerKey(payloadKey[:], o.header)
	padded, err := key.open(o.ciphertext, o.header)
	if err != nil || len(padded) < payloadHeadSize {
		return nil, ErrInvalid
	}
	n := uint64(binary.BigEndian.Uint32(padded))
	if n > uint64(len(padded)-payloadHeadSize) {
		return nil, ErrInvalid
	}
	for _, b := range padded[payloadHeadSize+n:] {
		if b != 0 {
			return nil, ErrInvalid
		}
	}
	return padded[payloadHeadSize : payloadHeadSize+n], nil
}
