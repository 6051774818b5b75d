package sdk

import (
	"bytes"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/token"
)

// A CanaryUse says what a scanner does with the set's canary (docs/protocol.md, section 10). It is the program's own to say: nothing that a server sends decides it.
type CanaryUse int

const (
	// CanaryDummies: a probe that is the canary's token becomes a dummy, so that nobody is counted for the public test card. For every account of a person.
	CanaryDummies CanaryUse = iota

	// CanaryLookup: the test card is looked up like any picture, and matches. For test accounts, which the server knows and keeps apart.
	CanaryLookup
)

// canary is the token that real accounts never look up; nil if there is none.
func (s *Scanner) prepareCanary(use CanaryUse) error {
	if use == CanaryLookup || s.manifest.Canary == blindset.CanaryNone {
		return nil
	}
	var err error
	s.canary, err = token.Canary(s.manifest.Canary, s.hasher, s.scheme, s.manifest.Quality)
	return err
}

// isCanary reports whether a probe is the canary's.
func (s *Scanner) isCanary(t []byte) bool { return s.canary != nil && bytes.Equal(s.canary, t) }
