package token

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// A Scheme is one way from hashes to tokens. Two schemes with one text are the same.
type Scheme interface {
	// String is the canonical text, as a manifest names the scheme.
	String() string

	// Count is C, the number of probes of every picture.
	Count() int

	// Size is the length of every token, in bytes.
	Size() int

	// Views are the versions of a picture that Probes needs the features of, in this order.
	Views() []imagehash.View

	// Token is the token of an entry of a list.
	Token(h imagehash.Hash) []byte

	// Probes are at most Count distinct tokens for a picture, best first within their view. The features are those of Views. Views whose quality
	// is below minQuality are not used.
	Probes(views []imagehash.ViewFeatures, minQuality int) []Probe
}

// A Probe is a token that a copy of the picture may have.
type Probe struct {
	Token []byte
	View  imagehash.View // the version of the picture that it was derived from
	Flips []int          // the bits of that version's hash that are inverted, by rising margin
}

// The presets. Their operating points are in docs/research.md.
const (
	// Balanced is the default: 64 bits, 16 probes.
	Balanced = "lowest-frequency bits=64 probes=as-is:8,pad-15:4,trim:4"

	// Exact finds a picture whose hash is the entry's to the bit, and hardly any other.
	Exact = "lowest-frequency bits=256 probes=as-is:1"

	// Wide spends 64 probes on 56 bits, over views that are padded and turned too. Its split was searched for on tuned pictures. It needs canonical scaling, and
	// costs four times as much as Balanced, in bytes and in time.
	Wide = "lowest-frequency bits=56 probes=as-is:34,trim:2,pad-10:2,pad-20:6,pad-30:2,pad-50:2," +
		"left-17:3,right-17:3,left-35:3,right-35:3,left-87:2,right-87:2"
)

// Presets are schemes by name, for command lines and documentation. A manifest holds the text, never the name.
var presets = [...]struct{ name, text string }{
	{"balanced", Balanced},
	{"exact", Exact},
	{"wide", Wide},
}

// ErrScheme marks a text that is no scheme of this version.
var ErrScheme = errors.New("token: scheme refused")

// A SchemeError says what is wrong with a scheme's text. It wraps ErrScheme.
type SchemeError struct{ Reason string }

func (e *SchemeError) Error() string { return "token: scheme refused: " + e.Reason }

// Unwrap is ErrScheme.
func (e *SchemeError) Unwrap() error { return ErrScheme }

// Preset is the text of a named scheme.
func Preset(name string) (text string, ok bool) {
	for _, p := range presets {
		if p.name == name {
			return p.text, true
		}
	}
	return "", false
}

// PresetNames are the names that Preset knows.
func PresetNames() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.name
	}
	return names
}

// Parse reads a scheme's canonical text. It refuses, with a SchemeError, whatever String would not write.
func Parse(text string) (Scheme, error) {
	s, err := parseLowestFrequency(text)
	if err != nil {
		return nil, err
	}
	if s.String() != text {
		return nil, &SchemeError{"not in canonical form; it would be written " + s.String()}
	}
	return s, nil
}
