package absence

import (
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/token"
)

// A Part is one way from the file to probes: a hasher and a scheme, by the names that a manifest has for them.
type Part struct {
	Hasher, Scheme string
}

// Bounds on a statement's coverage.
const (
	// MaxParts is the largest number of parts.
	MaxParts = 16

	// MaxProbes is the largest number of distinct probes of all parts.
	MaxProbes = 4096

	maxName = 1024 // bytes of a hasher's or a scheme's name
)

// Own is the coverage of what clients look up under the set: the manifest's hasher and scheme. Every proof begins with it.
func Own(m *blindset.Manifest) []Part {
	return []Part{{m.Hasher, m.Scheme}}
}

// The views of Wide: those that the scaling allows.
const (
	wideViews   = " probes=as-is:64,trim:24,pad-10:16,pad-15:16,pad-20:16,pad-30:12,pad-50:12,crop-15:12"
	turnedViews = ",left-17:12,right-17:12,left-35:12,right-35:12,left-87:8,right-87:8"
)

// wideHashers are the scalings that published PDQ implementations use, and the phases at which canonical scaling agrees with them best.
var wideHashers = []string{"pdq-canonical", "pdq-canonical@-50", "pdq-canonical@-145", "pdq-cpp", "pdq-full"}

// Wide covers more than clients look up: after the manifest's own scheme, the tokens of the same kind over more flips, more views, and every scaling and
// phase in use. It answers "would a re-encoded, resized, slightly cropped, padded or turned copy have matched?" for the edits whose tokens are
// among these, and no others. For a set of another hash than PDQ it is Own.
func Wide(m *blindset.Manifest) []Part {
	parts := Own(m)
	kind := tokenKind(m.Scheme)
	if _, err := imagehash.ParsePDQ(m.Hasher); err != nil || !strings.HasPrefix(kind, "lowest-frequency ") {
		return parts
	}
	for _, name := range wideHashers {
		h, err := imagehash.ParsePDQ(name)
		if err != nil {
			panic("absence: " + err.Error()) // a constant, which a test parses
		}
		scheme := kind + wideViews
		if h.Scaling == imagehash.ScalingCanonical {
			scheme += turnedViews
		}
		if p := (Part{name, scheme}); !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return parts
}

// tokenKind is what decides how a scheme's tokens are made: all of its text before the probes.
func tokenKind(scheme string) string {
	kind, _, _ := strings.Cut(scheme, " probes=")
	return kind
}

// readers checks a coverage against the set and parses it. The error is ErrCoverage.
func readers(m *blindset.Manifest, parts []Part) ([]lookup.Reader, error) {
	if len(parts) == 0 || len(parts) > MaxParts || parts[0] != Own(m)[0] {
		return nil, ErrCoverage
	}
	out := make([]lookup.Reader, len(parts))
	for i, p := range parts {
		if slices.Contains(parts[:i], p) || tokenKind(p.Scheme) != tokenKind(m.Scheme) {
			return nil, ErrCoverage
		}
		h, err := classic.Parse(p.Hasher)
		if err != nil {
			return nil, ErrCoverage
		}
		s, err := token.ParseFor(h, p.Scheme)
		if err != nil {
			return nil, ErrCoverage
		}
		out[i] = lookup.Reader{Hasher: h, Scheme: s}
	}
	return out, nil
}
