package absence

import (
	"crypto/sha256"
	"errors"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Source is where the set's files can be read from, as blindset/setdir does from a directory. It need not check what it hands out.
type Source = lookup.Source

// probesOf derives the distinct probes of a file. Errors are ErrPicture, ErrQuality where the first part, which is what clients look up, has none, and
// ErrCoverage for more than MaxProbes.
func probesOf(file []byte, quality int, parts []lookup.Reader) ([][]byte, error) {
	tokens, err := lookup.Tokens(file, quality, parts, MaxProbes)
	if errors.Is(err, lookup.ErrMany) {
		return nil, ErrCoverage
	}
	return tokens, err
}

// digestOf names a list of probes.
func digestOf(tokens [][]byte) [32]byte {
	b := lp.Label("absence-probes", len(tokens)*(2+len(tokens[0])))
	for _, t := range tokens {
		b = lp.Append(b, t)
	}
	return sha256.Sum256(b)
}
