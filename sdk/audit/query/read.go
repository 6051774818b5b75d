package query

import (
	"bytes"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// A Result is what an answer says of one picture: **this file, this set, this scheme**.
type Result struct {
	Name   string
	File   [32]byte // SHA-256
	Probes int      // 0: clients look up nothing of it
	Hits   int      // probes that are in the set, in any layer; 0: the picture is not in the set
}

// Source is where the set's files are. It need not check what it hands out.
type Source = lookup.Source

// Read checks an answer and says of each picture, in the order asked, whether it is in the set. The policy says whose ledger, and which witnesses, the auditor trusts. The
// manifest is the set's, and src has its files. Errors are ErrSet, ErrOther, ErrLedger, ErrUnlogged, ErrQuorum, ErrProof, and those of the set's files.
func (s *Session) Read(m *blindset.Manifest, a *Answer, p *tlog.Policy, src Source) ([]Result, error) {
	if s.Set != m.ID() {
		return nil, ErrSet
	}
	if a.Request != s.Request {
		return nil, ErrOther
	}
	tokens, blinds := s.probes()
	if err := s.checkLogged(a.Logged, uint64(len(tokens)), p); err != nil {
		return nil, err
	}
	if len(a.layers) != len(m.Layers) || len(a.layers[0].values) != len(tokens) {
		return nil, ErrOther
	}
	// The elements are made anew, so that it is what the session says that was multiplied.
	r := &Request{Ledger: s.Ledger, Set: s.Set}
	for i, t := range tokens {
		r.Elements = append(r.Elements, blinded(m, t, blinds[i]))
	}
	if r.Digest() != s.Request {
		return nil, ErrOther
	}
	for k := range m.Layers {
		if err := suite(s.Request, k).VerifyProof(m.Layers[k].Key, r.Elements, a.layers[k].values, &a.layers[k].proof); err != nil {
			return nil, ErrProof
		}
	}
	table := lookup.NewTable(m, tokens)
	if err := table.Fill(src); err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(s.pictures))
	next := 0
	for i := range s.pictures {
		q := &s.pictures[i]
		result := Result{Name: q.name, File: q.digest, Probes: len(q.tokens)}
		for range q.tokens {
			hit := false
			for k := range m.Layers {
				found, err := table.Lookup(k, next)
				if err != nil {
					return nil, err
				}
				hit = hit || bytes.Equal(found, group.Unblind(blinds[next], a.layers[k].values[next]).Bytes())
			}
			if hit {
				result.Hits++
			}
			next++
		}
		results = append(results, result)
	}
	return results, nil
}

func (s *Session) probes() (tokens [][]byte, blinds []*group.Scalar) {
	for i := range s.pictures {
		tokens, blinds = append(tokens, s.pictures[i].tokens...), append(blinds, s.pictures[i].blinds...)
	}
	return tokens, blinds
}

// checkLogged checks that this request is in the ledger that the auditor trusts, with as many elements as it has.
func (s *Session) checkLogged(logged []byte, elements uint64, p *tlog.Policy) error {
	proof, err := tlog.ParseProof(logged)
	if err != nil {
		return ErrUnlogged
	}
	head, seen, err := p.Verify(proof.Checkpoint)
	if err != nil || head.Origin != s.Ledger {
		return ErrLedger
	}
	if !p.Satisfied(seen) {
		return ErrQuorum
	}
	e, err := ParseEntry(proof.Extra)
	if err != nil {
		return ErrUnlogged
	}
	q, ok := e.(*Query)
	if !ok || q.Request != s.Request || q.Set != s.Set || q.Elements != elements {
		return ErrUnlogged
	}
	if err := tlog.VerifyInclusion(proof.Path, proof.Index, head.Size, tlog.LeafHash(proof.Extra), head.Root); err != nil {
		return ErrUnlogged
	}
	return nil
}
