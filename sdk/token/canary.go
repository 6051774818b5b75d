package token

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/testcard"
)

// ErrCanary: there is no canary of this name, or the scheme makes no probe of it.
var ErrCanary = errors.New("token: no canary of this name under this scheme")

// Canary is the token of a public test card under a set's hasher, scheme and least quality: the first probe that a client makes of the card (docs/protocol.md, section 10). A client that
// hashes with another hasher or scheme has other probes of it. The name is a manifest's: "test-card-1". Errors are ErrCanary and those of the hasher.
func Canary(name string, hasher imagehash.Hasher, scheme Scheme, minQuality int) ([]byte, error) {
	if name != "test-card-1" {
		return nil, ErrCanary
	}
	s, err := hasher.Begin(testcard.Width, testcard.Height, scheme.Views())
	if err != nil {
		return nil, err
	}
	row := make([]byte, 0, 4*testcard.Width)
	for again := true; again; {
		for y := range testcard.Height {
			if err := s.WriteRows(testcard.AppendRow(row, y)); err != nil {
				return nil, err
			}
		}
		if again, err = s.EndPass(); err != nil {
			return nil, err
		}
	}
	views, err := s.Features()
	if err != nil {
		return nil, err
	}
	probes := scheme.Probes(views, minQuality)
	if len(probes) == 0 {
		return nil, ErrCanary
	}
	return probes[0].Token, nil
}
