package token

import (
	"cmp"
	"slices"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// A flipper enumerates the patterns of inverted bits of one view, the likeliest first: subsets of the token's places by rising sum
// of their margins, as in query-directed multi-probe hashing (Lv et al., VLDB 2007).
//
// Places are ranked by margin. From a subset whose highest rank is r, two others follow: with r replaced by r+1, and with r+1 added. Every subset is
// reached once, from one with a smaller or equal sum, so a priority queue yields them in order.
type flipper struct {
	view    imagehash.View
	token   []byte
	ranked  []place // by rising margin, ties by place
	queue   []pattern
	started bool
}

// A place is a bit of a token.
type place struct {
	index  int // in the token
	bit    int // of the hash
	margin float32
}

// A pattern is a subset of the ranked places.
type pattern struct {
	ranks []int   // rising
	sum   float64 // of the margins, added in the order of ranks
}

func (s *firstBits) flipper(v *imagehash.ViewFeatures) *flipper {
	f := &flipper{view: v.View, token: s.Token(v.Hash)}
	// Sorted by insertion, which is stable, and which for so few costs a browser less than the general sort would by its code.
	for i, k := range s.family.order[:s.bits] {
		p := place{i, k, v.Margin(k)}
		at := i
		for at > 0 && f.ranked[at-1].margin > p.margin {
			at--
		}
		f.ranked = slices.Insert(f.ranked, at, p)
	}
	return f
}

// next is the next pattern, as ranks. It must not be changed.
func (f *flipper) next() ([]int, bool) {
	if !f.started {
		f.started = true
		f.push([]int{0})
		return nil, true // nothing inverted
	}
	if len(f.queue) == 0 {
		return nil, false
	}
	best := 0
	for i := range f.queue {
		if f.compare(&f.queue[i], &f.queue[best]) < 0 {
			best = i
		}
	}
	p := f.queue[best]
	f.queue = slices.Delete(f.queue, best, best+1)
	if last := p.ranks[len(p.ranks)-1]; last+1 < len(f.ranked) {
		moved := slices.Clone(p.ranks)
		moved[len(moved)-1] = last + 1
		f.push(moved)
		f.push(append(slices.Clone(p.ranks), last+1))
	}
	return p.ranks, true
}

func (f *flipper) push(ranks []int) {
	p := pattern{ranks: ranks}
	for _, r := range ranks {
		p.sum += float64(f.ranked[r].margin)
	}
	f.queue = append(f.queue, p)
}

// compare orders patterns by sum, ties by their sorted places.
func (f *flipper) compare(a, b *pattern) int {
	if c := cmp.Compare(a.sum, b.sum); c != 0 {
		return c
	}
	return slices.Compare(f.places(a), f.places(b))
}

func (f *flipper) places(p *pattern) []int {
	places := make([]int, len(p.ranks))
	for n, r := range p.ranks {
		at := n
		for ; at > 0 && places[at-1] > f.ranked[r].index; at-- {
			places[at] = places[at-1]
		}
		places[at] = f.ranked[r].index
	}
	return places
}

// probe is the token with a pattern's places inverted.
func (f *flipper) probe(ranks []int) Probe {
	p := Probe{Token: slices.Clone(f.token), View: f.view}
	for _, r := range ranks {
		i := f.ranked[r].index
		p.Token[i/8] ^= 0x80 >> (i % 8)
		p.Flips = append(p.Flips, f.ranked[r].bit)
	}
	return p
}
