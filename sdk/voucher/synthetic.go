package voucher

import (
	"crypto/subtle"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// A Synthetic is what a voucher carries whose outer layer opens although it belongs to no picture (docs/threshold.md, section 5). All of it is secret
// until the voucher is opened; that it is synthetic stays secret until the account has reached the threshold.
type Synthetic struct {
	Openings   int    // how many probes open, in Layer; 0 for a voucher of dummies
	Layer      int    // of the set
	Generation uint32 // of the account secret
	Period     uint32 // since 1970-01-01 UTC
	Share      []byte // a point off the account's polynomials
	Kind       Kind   // that of the account's other vouchers: it lies open in every match
}

// String hides the synthetic.
func (Synthetic) String() string { return "[redacted synthetic voucher]" }

// GoString hides the synthetic.
func (s Synthetic) GoString() string { return s.String() }

// SealSynthetic makes a voucher of no picture. All its probes are Q = r·B with a fresh r, whose S_k = r·L_k is known without a token; the masks of as many
// as are to open hold the voucher's key, all others are uniform. With none it is a voucher of dummies: that and a synthetic one take the same steps in
// the same time, and all of them are distributed as Seal's are.
//
// The payload is empty and sealed under a random key that is forgotten: what a server recovers of the account opens nothing here, so it learns, past the
// threshold, that the voucher is synthetic, and nothing of the picture that it came with. Errors are ErrShape for openings or a layer that the set does not have, and
// ErrContents for a share of another length.
func (p *Params) SealSynthetic(src entropy.Source, binding BindingDigest, s Synthetic) ([]byte, error) {
	if s.Openings < 0 || s.Openings > p.Probes || s.Layer < 0 || s.Layer >= len(p.Keys) || p.Probes > 1<<16-1 || len(p.Keys) > 255 {
		return nil, ErrShape
	}
	if len(s.Share) != p.ShareSize {
		return nil, ErrContents
	}
	v := p.frame(src, binding)
	var rkey [maskSize]byte
	src.Read(rkey[:])
	g := &ristretto{entropy: src, keys: p.Keys}
	probes := tokenless[*group.Element](g, len(p.Keys), p.Probes)
	if g.err != nil {
		return nil, g.err
	}
	for j, number := range permutation(src, p.Probes) {
		q, masks := v.probe(j)
		src.Read(masks)
		copy(q, probes[j].q.Bytes())
		opens := subtle.ConstantTimeLessOrEq(number+1, s.Openings)
		for k := range p.Keys {
			m := mask(probes[j].s[k].Bytes(), q, j, k, v.header())
			xor(m[:], m[:], rkey[:])
			subtle.ConstantTimeCopy(opens&subtle.ConstantTimeEq(int32(k), int32(s.Layer)), masks[k*maskSize:(k+1)*maskSize], m[:])
		}
	}
	c := Contents{Generation: s.Generation, Period: s.Period, Share: s.Share, Kind: s.Kind}
	src.Read(c.PayloadKey[:])
	v.sealBody(rkey[:], c)
	v.close()
	return v.raw, nil
}

// permutation is a uniformly random order of 0..n−1.
func permutation(src entropy.Source, n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := src.Uint64n(uint64(i + 1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// close writes the checksum.
func (v *Voucher) close() {
	body := v.raw[:len(v.raw)-checksumSize]
	copy(v.raw[len(body):], checksum(body))
}
