package lab

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// A Scheme is a scheme of package token, with what it costs.
type Scheme struct {
	token.Scheme
	Bits         int // of a token
	VoucherBytes int // of a voucher with the usual payload
}

// NewScheme reads the text of a scheme for PDQ, or a preset's name. Errors are those of token.ParseFor.
func NewScheme(text string) (*Scheme, error) {
	if preset, ok := token.Preset(text); ok {
		text = preset
	}
	s, err := token.ParseFor(imagehash.PDQ{}, text)
	if err != nil {
		return nil, err
	}
	out := &Scheme{Scheme: s, VoucherBytes: evaluate.VoucherBytes(s.Count())}
	for f := range strings.FieldsSeq(text) {
		if b, ok := strings.CutPrefix(f, "bits="); ok {
			if out.Bits, err = strconv.Atoi(b); err != nil {
				return nil, fmt.Errorf("lab: the scheme %s has no length of tokens: %w", text, err)
			}
		}
	}
	return out, nil
}

// A Set is what is looked for: hashes in plain.
type Set struct {
	hashes []imagehash.Hash
	tokens map[string]map[string][]int // by the scheme's text: entries by token
}

// NewSet makes a set. Entries are known by their place.
func NewSet(hashes []imagehash.Hash) *Set {
	return &Set{hashes: hashes, tokens: make(map[string]map[string][]int)}
}

// Len is the number of entries.
func (s *Set) Len() int { return len(s.hashes) }

// index is the entries' tokens under a scheme.
func (s *Set) index(scheme token.Scheme) map[string][]int {
	text := scheme.String()
	index := s.tokens[text]
	if index == nil {
		index = make(map[string][]int, len(s.hashes))
		for i, h := range s.hashes {
			t := string(scheme.Token(h))
			index[t] = append(index[t], i)
		}
		s.tokens[text] = index
	}
	return index
}

// A Nearest is the entry at the least distance, the first of several.
type Nearest struct {
	Entry    int // −1 if the set is empty
	Distance int
	View     imagehash.View // of the copy
}

// Distance is that of an entry from a hash.
func (s *Set) Distance(entry int, h imagehash.Hash) int { return s.hashes[entry].Distance(h) }

// Nearest is the entry that is nearest to any of the views of at least MinQuality, but for one entry that does not count, or −1.
func (s *Set) Nearest(views []imagehash.ViewFeatures, but int) Nearest {
	n := Nearest{Entry: -1, Distance: imagehash.HashBits + 1}
	for v := range views {
		if views[v].Quality < MinQuality {
			continue
		}
		for i := range s.hashes {
			if d := views[v].Hash.Distance(s.hashes[i]); d < n.Distance && i != but {
				n = Nearest{i, d, views[v].View}
			}
		}
	}
	return n
}

// Within are the entries, by place, at most so far from the hash.
func (s *Set) Within(h imagehash.Hash, distance int) []int {
	var out []int
	for i := range s.hashes {
		if h.Distance(s.hashes[i]) <= distance {
			out = append(out, i)
		}
	}
	return out
}

// A Probe is a probe of a copy and the entries that have its token.
type Probe struct {
	token.Probe
	Entries []int
}

// Examine is a copy's probes under the scheme. The views are any, in any order, among which are the scheme's.
func (s *Scheme) Examine(views []imagehash.ViewFeatures, set *Set) ([]Probe, error) {
	needed := make([]imagehash.ViewFeatures, 0, len(s.Views()))
	for _, v := range s.Views() {
		found := false
		for i := range views {
			if views[i].View == v && !found {
				needed = append(needed, views[i])
				found = true
			}
		}
		if !found {
			return nil, fmt.Errorf("lab: the view %s is missing", v)
		}
	}
	index := set.index(s)
	var out []Probe
	for _, p := range s.Probes(needed, MinQuality) {
		out = append(out, Probe{p, index[string(p.Token)]})
	}
	return out, nil
}

// ClassicDistance is the number of bits in which two of goimagehash's hashes differ.
func ClassicDistance(a, b uint64) int { return bits.OnesCount64(a ^ b) }
