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

	// Accepts reports whether the scheme makes tokens of the hashes of the hasher of this name: the bits of another's would mean nothing to it.
	Accepts(hasher string) bool

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
	// Balanced is the default: 68 bits, 16 probes over three views. Length and split were chosen on tuned pictures: the shortest token at which no more than one innocent
	// picture in 10^9 is expected to match among a million entries, and the split that keeps messengers, recoding and filters at what they were with shorter ones.
	Balanced = "lowest-frequency bits=68 probes=as-is:11,pad-15:2,trim:3"

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

// Preset is the text of a named scheme for PDQ.
func Preset(name string) (text string, ok bool) { return PresetFor("pdq-canonical", name) }

// PresetFor is the text of a named scheme for the hasher of this name.
func PresetFor(hasher, name string) (text string, ok bool) {
	f := familyFor(hasher)
	if f == nil {
		return "", false
	}
	for _, p := range presets {
		if p.name == name {
			return f.preset(p.name, p.text), true
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
	s, err := parseFirstBits(text)
	if err != nil {
		return nil, err
	}
	if s.String() != text {
		return nil, &SchemeError{"not in canonical form; it would be written " + s.String()}
	}
	return s, nil
}

// ParseFor reads a scheme that pictures are to be scanned under with this hasher. It refuses, with a SchemeError, a scheme of another hasher's bits, and with
// an *imagehash.ViewError one that asks for views which the hasher does not have: every picture would get dummies.
func ParseFor(h imagehash.Hasher, text string) (Scheme, error) {
	s, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if !s.Accepts(h.Name()) {
		return nil, &SchemeError{"it takes no hashes of " + h.Name()}
	}
	if _, err := h.Begin(1, 1, s.Views()); err != nil {
		return nil, err
	}
	return s, nil
}
