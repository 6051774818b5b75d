package absence

import (
	"bytes"
	"crypto/sha256"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
)

// ProveConfig says what to prove. Fields without a stated default are required.
type ProveConfig struct {
	Manifest *blindset.Manifest

	// Keys are the set's keys, layer by layer (blindset.Keyring.ForManifest).
	Keys []blindset.LayerKey

	// Cells is where the set's files are.
	Cells Source

	// File is the picture's file, as it is handed out with the proof.
	File []byte

	// Coverage is what the proof covers; it begins with Own. Nil means Own, and Wide covers more.
	Coverage []Part
}

// Prove makes the proof that no probe of the file is in the set. Errors are ErrPresent, **which is for the operator's eyes only**, ErrPicture, ErrQuality,
// ErrKeys, ErrCoverage, and those of the set's files.
func Prove(cfg ProveConfig) ([]byte, *Statement, error) {
	m := cfg.Manifest
	if len(cfg.Keys) != len(m.Layers) {
		return nil, nil, ErrKeys
	}
	for k := range m.Layers {
		if !cfg.Keys[k].L().Equal(m.Layers[k].Key) {
			return nil, nil, ErrKeys
		}
	}
	coverage := cfg.Coverage
	if coverage == nil {
		coverage = Own(m)
	}
	parts, err := readers(m, coverage)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := probesOf(cfg.File, m.Quality, parts)
	if err != nil {
		return nil, nil, err
	}
	cells := lookup.NewTable(m, tokens)
	if err := cells.Fill(cfg.Cells); err != nil {
		return nil, nil, err
	}
	p := &proof{Statement: Statement{
		Set: m.ID(), File: sha256.Sum256(cfg.File), Size: int64(len(cfg.File)), ProbesDigest: digestOf(tokens),
		Probes: len(tokens), Layers: len(m.Layers), Coverage: coverage,
	}}
	hashed := elementsOf(m, tokens)
	present := false
	for k := range m.Layers {
		values := make([]*group.Element, len(tokens))
		var encoded []byte
		for j := range tokens {
			values[j] = group.NewElement().ScalarMult(cfg.Keys[k].Alpha, hashed[j])
			encoded = values[j].AppendBytes(encoded)
			found, err := cells.Lookup(k, j)
			if err != nil {
				return nil, nil, err
			}
			present = present || bytes.Equal(found, encoded[j*group.ElementSize:])
		}
		dleq, err := p.suite(k).GenerateProof(cfg.Keys[k].Alpha, m.Layers[k].Key, hashed, values)
		if err != nil {
			return nil, nil, err
		}
		p.layers = append(p.layers, layerProof{encoded, *dleq})
	}
	if present {
		return nil, nil, ErrPresent
	}
	return p.appendProof(nil), &p.Statement, nil
}

// elementsOf are the probes' group elements, H(salt, y).
func elementsOf(m *blindset.Manifest, tokens [][]byte) []*group.Element {
	out := make([]*group.Element, len(tokens))
	for j, t := range tokens {
		out[j] = blindset.TokenElement(m.Salt, t)
	}
	return out
}
