package sdk

import "github.com/veilhash/veilhash/sdk/blindset"

// SealOwn is the picture's own voucher alone, for the golden vectors and for tests that know what they give up.
func (p *Scan) SealOwn(o SealOptions) ([]byte, *Report, error) {
	sealed, _, report, err := p.sealOwn(o)
	return sealed, report, err
}

// LayerOf is the layer that a synthetic voucher opens in.
func LayerOf(m *blindset.Manifest, pick uint64) int { return (&Scanner{manifest: m}).layer(pick) }
