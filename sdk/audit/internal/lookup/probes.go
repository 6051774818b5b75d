package lookup

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/token"
)

// A Reader is one way from a picture to probes.
type Reader struct {
	Hasher imagehash.Hasher
	Scheme token.Scheme
}

// Tokens derives the distinct probes of a file, reader by reader, in the order in which the schemes give them. Errors are ErrPicture, ErrQuality where the first
// reader, which stands for what clients look up, finds none, and ErrMany for more than max.
func Tokens(file []byte, quality int, readers []Reader, max int) ([][]byte, error) {
	picture, err := decode.Decode(file, decode.Limits{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	var tokens [][]byte
	seen := make(map[string]bool)
	for _, r := range readers {
		features, err := picture.Hash(r.Hasher, r.Scheme.Views()...)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPicture, err)
		}
		for _, probe := range r.Scheme.Probes(features, quality) {
			if !seen[string(probe.Token)] {
				seen[string(probe.Token)] = true
				tokens = append(tokens, probe.Token)
			}
		}
		if len(tokens) == 0 {
			return nil, ErrQuality
		}
		if len(tokens) > max {
			return nil, ErrMany
		}
	}
	return tokens, nil
}
