package evaluate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// shown is how many of the nearest pairs a result has, and shownAlike of those that a scheme takes for each other.
const shown, shownAlike = 12, 6

// neighbours are a picture's nearest others.
func (a *analyser) neighbours(i int, x *Sample) []Collision {
	var out []Collision
	for o := range a.lights {
		if o == i {
			continue
		}
		d := a.views(&x.Copies[0], a.lights[o].Entry)
		if len(out) == 2 && d >= out[1].Distance {
			continue
		}
		out = append(out, a.collision(x, o, 0))
		slices.SortStableFunc(out, func(a, b Collision) int { return cmp.Compare(a.Distance, b.Distance) })
		out = out[:min(len(out), 2)]
	}
	return out
}

// collision is a picture and another one, as they are.
func (a *analyser) collision(x *Sample, o, matches int) Collision {
	other := a.lights[o].Sample
	c := Collision{A: x.File, B: other.File, Distance: a.views(&x.Copies[0], other.Entry), Matches: matches, ThumbnailA: x.Thumbnail, ThumbnailB: other.Thumbnail}
	for v := range x.Copies[0].Readings {
		c.Bits = max(c.Bits, commonPrefix(x.Copies[0].Readings[v].Hash, other.Entry))
	}
	return c
}

// commonPrefix is in how many of the lowest frequencies two hashes agree before they first differ, of those whose margins are kept.
func commonPrefix(a, b imagehash.Hash) int {
	for n, k := range lowestFrequencies {
		if a.Bit(k) != b.Bit(k) {
			return n
		}
	}
	return keptMargins
}

// collisions are the nearest pairs of all, each once.
func (a *analyser) collisions() []Collision {
	slices.SortFunc(a.closest, func(x, y Collision) int {
		return cmp.Or(cmp.Compare(x.Distance, y.Distance), strings.Compare(x.A, y.A), strings.Compare(x.B, y.B))
	})
	var out []Collision
	for _, c := range a.closest {
		if len(out) == shown {
			break
		}
		if !slices.ContainsFunc(out, c.same) {
			out = append(out, c)
		}
	}
	return out
}

// mostAlike are the pairs with most matches, each once: as many as are shown. It does not depend on the order in which they come, one by one or together.
func mostAlike(pairs []Collision) []Collision {
	slices.SortFunc(pairs, func(x, y Collision) int {
		return cmp.Or(cmp.Compare(y.Matches, x.Matches), cmp.Compare(x.Distance, y.Distance), strings.Compare(x.A, y.A), strings.Compare(x.B, y.B))
	})
	var out []Collision
	for _, c := range pairs {
		if len(out) < shownAlike && !slices.ContainsFunc(out, c.same) {
			out = append(out, c)
		}
	}
	return out
}

// same says whether two collisions are of the same two pictures.
func (c Collision) same(o Collision) bool {
	return o.A == c.B && o.B == c.A || o.A == c.A && o.B == c.B
}

// colliding are each scheme's pairs at the longest length that has any.
func (a *analyser) colliding() (out []Colliding) {
	for k := range a.cfg.Schemes {
		own := a.scheme(k).bits
		for n := len(a.alike[k]) - 1; n >= 0; n-- {
			if len(a.alike[k][n]) == 0 {
				continue
			}
			c := Colliding{Method: a.methods[k].Name(), Bits: own, Own: own, Pairs: a.alike[k][n]}
			if n < len(a.counters[k]) {
				c.Bits = a.counters[k][n].bits
			}
			out = append(out, c)
			break
		}
	}
	return out
}
