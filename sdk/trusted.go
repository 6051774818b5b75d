package sdk

import (
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/trust"
)

// A TrustConfig is the application's policy, and what was published beside the set to satisfy it (docs/protocol.md, section 11).
type TrustConfig struct {
	// Policy is the text that the application ships. Required.
	Policy []byte

	// Endorsement and Proof are the files beside the manifest; empty where there are none.
	Endorsement, Proof []byte

	// Seen is what Verdict().Seen was the last time, kept by the client; empty for none. Without it a set older than the last is not noticed.
	Seen []byte

	// Consistency is the proof that the log's tree continues the one in Seen, concatenated hashes; empty if the size is the same.
	Consistency []byte
}

// Check checks a set against the policy at a time in seconds since 1970-01-01 UTC. Errors are those of package trust, and token.ErrScheme.
func (c *TrustConfig) Check(m *blindset.Manifest, now int64) (*trust.Verdict, error) {
	scheme, err := token.Parse(m.Scheme)
	if err != nil {
		return nil, err
	}
	return c.check(m, scheme, now)
}

func (c *TrustConfig) check(m *blindset.Manifest, scheme token.Scheme, now int64) (*trust.Verdict, error) {
	p, err := trust.ParsePolicy(c.Policy)
	if err != nil {
		return nil, err
	}
	bits := 0 // of a scheme that does not say, which no floor allows
	if s, ok := scheme.(interface{ Bits() int }); ok {
		bits = s.Bits()
	}
	return p.Check(trust.Input{
		Manifest: m, Probes: scheme.Count(), TokenBits: bits,
		Endorsement: c.Endorsement, Proof: c.Proof, Seen: c.Seen, Consistency: c.Consistency, Now: now,
	})
}

// fresh is the error trust.ErrStale once the proof that the scanner was made with has become older than the policy allows. It depends on the time alone, never on a picture, so that what is not
// sent tells nothing.
func (s *Scanner) fresh() error {
	if s.verdict != nil && s.verdict.Until != 0 && s.clock() > s.verdict.Until {
		return trust.ErrStale
	}
	return nil
}

// Verdict is what the check of the policy found; nil if the configuration had none.
func (s *Scanner) Verdict() *trust.Verdict { return s.verdict }
