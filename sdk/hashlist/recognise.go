package hashlist

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"
)

// Rule says when a list recognises a hash: it has the same hash, or one with the
// same token, or one within a distance. Curators hash one picture a few bits
// apart, so that the same hash alone would find few pictures in two lists.
type Rule struct {
	// Require is how many lists must recognise a hash, its own included.
	// Zero: 1, so that every hash survives.
	Require int

	// Distance is the PDQ distance within which hashes are taken for the same
	// picture, at most MaxDistance. Zero: only equal hashes.
	Distance int

	// Token returns the token of a hash under the scheme of the set. Hashes with
	// equal tokens are the same entry to the matching protocol. An empty token
	// equals none. Nil: tokens play no part.
	Token func(PDQ) string

	// Progress, if set, is told how much of the search for near hashes is done.
	Progress func(done, all int)
}

// Recognition is the outcome of a Rule over a Set.
type Recognition struct {
	Require  int
	Distance int

	Hashes    int // distinct ones in the set
	Survivors int // of these, recognised by at least Require lists

	Entries          int // of all lists
	SurvivingEntries int // of these, with a hash that survives

	// Survivors, had recognition meant the same hash alone; the same hash or
	// token; and all of the rule (which is Survivors again).
	BySame, ByToken, ByDistance int

	// ByCount[k] is the number of hashes that exactly k lists recognise.
	// ByCount[0] is 0.
	ByCount []int

	Lists []ListShare // in the order of the set's lists

	counts []uint16
	known  []uint64 // a bit set of lists for each hash
	stride int      // words of it
}

// ListShare is a list's part in a Recognition.
type ListShare struct {
	Name      string
	Hashes    int // distinct ones
	Survivors int // of these, that survive
}

// maxLists bounds the lists of a set, for the counts.
const maxLists = 1<<16 - 1

// Recognise applies the rule. The same set and rule give the same result. Errors
// wrap ErrConfig. A distance costs time that grows with the square of the number
// of hashes: at MaxDistance, 10^5 in two lists take about half a second and 10^6
// about 17 s on one core (BenchmarkRecognise).
func (s *Set) Recognise(rule Rule) (*Recognition, error) {
	if rule.Require == 0 {
		rule.Require = 1
	}
	switch {
	case rule.Require < 0:
		return nil, fmt.Errorf("%w: %d lists required", ErrConfig, rule.Require)
	case rule.Distance < 0 || rule.Distance > MaxDistance:
		return nil, fmt.Errorf("%w: distance %d, want 0 to %d", ErrConfig, rule.Distance, MaxDistance)
	case len(s.lists) > maxLists:
		return nil, fmt.Errorf("%w: %d lists, want at most %d", ErrConfig, len(s.lists), maxLists)
	}
	m := newMembers(s)
	out := &Recognition{Require: rule.Require, Distance: rule.Distance, Hashes: s.Len(), Entries: s.EntryCount()}
	out.BySame = m.survivors(rule.Require)
	if rule.Token != nil {
		m.spreadTokens(s, rule.Token)
	}
	out.ByToken = m.survivors(rule.Require)
	// A hash of which every list knows needs no search, nor does a single list.
	if rule.Distance > 0 && len(s.lists) > 1 {
		nearPairs(s.hashes, m.class, rule.Distance, m.join, rule.Progress)
	}
	out.ByDistance = m.survivors(rule.Require)
	out.fill(s, m)
	return out, nil
}

// fill counts what m says.
func (r *Recognition) fill(s *Set, m *members) {
	r.counts = make([]uint16, s.Len())
	r.known, r.stride = m.known, m.stride
	r.ByCount = make([]int, len(s.lists)+1)
	for _, l := range s.lists {
		r.Lists = append(r.Lists, ListShare{Name: l.name})
	}
	for i := range s.hashes {
		n := m.count(i)
		r.counts[i] = uint16(n)
		r.ByCount[n]++
		survives := n >= r.Require
		if survives {
			r.Survivors++
			r.SurvivingEntries += len(s.of(i))
		}
		last := -1
		for _, ref := range s.of(i) {
			if int(ref.list) == last {
				continue
			}
			last = int(ref.list)
			r.Lists[last].Hashes++
			if survives {
				r.Lists[last].Survivors++
			}
		}
	}
}

// Count returns how many lists recognise the hash of number i.
func (r *Recognition) Count(i int) int { return int(r.counts[i]) }

// Survives reports whether at least Require lists recognise the hash of number i.
func (r *Recognition) Survives(i int) bool { return int(r.counts[i]) >= r.Require }

// By reports whether a list, by its place among those given to Merge, recognises the hash of number i.
func (r *Recognition) By(i, list int) bool {
	return r.known[i*r.stride+list/64]>>(list%64)&1 == 1
}

// All returns the numbers of the hashes that survive, in order.
func (r *Recognition) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range r.counts {
			if r.Survives(i) && !yield(i) {
				return
			}
		}
	}
}

// String returns the outcome for people, in several lines without a last line
// end.
func (r *Recognition) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %s (%d of %s) recognised by at least %s",
		r.Survivors, plural(r.Hashes, "hash", "hashes"),
		r.SurvivingEntries, plural(r.Entries, "entry", "entries"), plural(r.Require, "list", "lists"))
	fmt.Fprintf(&b, "\n  by the same hash %d, or the same token %d, or within distance %d: %d",
		r.BySame, r.ByToken, r.Distance, r.ByDistance)
	for k, n := range r.ByCount {
		if k > 0 {
			fmt.Fprintf(&b, "\n  recognised by exactly %s: %d", plural(k, "list", "lists"), n)
		}
	}
	for _, l := range r.Lists {
		fmt.Fprintf(&b, "\n  %s: %d of %s", l.Name, l.Survivors, plural(l.Hashes, "hash", "hashes"))
	}
	return b.String()
}

// members holds, for each hash, the lists that have it and the lists that
// recognise it, as bit sets.
type members struct {
	stride int      // words of a bit set
	class  []uint32 // of hash i: which set of lists has it
	has    []uint64 // the bit set of each class
	known  []uint64 // the bit set of each hash: the lists that recognise it
}

func newMembers(s *Set) *members {
	m := &members{stride: (len(s.lists) + 63) / 64, class: make([]uint32, s.Len())}
	m.known = make([]uint64, s.Len()*m.stride)
	classAt := map[string]uint32{}
	key := make([]byte, 0, 8*m.stride)
	for i := range s.hashes {
		set := m.lists(i)
		for _, r := range s.of(i) {
			set[r.list/64] |= 1 << (r.list % 64)
		}
		key = key[:0]
		for _, w := range set {
			for k := 0; k < 64; k += 8 {
				key = append(key, byte(w>>k))
			}
		}
		c, ok := classAt[string(key)]
		if !ok {
			c = uint32(len(classAt))
			classAt[string(key)] = c
			m.has = append(m.has, set...)
		}
		m.class[i] = c
	}
	return m
}

// lists returns the lists that recognise hash i.
func (m *members) lists(i int) []uint64 { return m.known[i*m.stride : (i+1)*m.stride] }

// owners returns the lists that have hash i itself.
func (m *members) owners(i int) []uint64 {
	c := int(m.class[i])
	return m.has[c*m.stride : (c+1)*m.stride]
}

// join notes that hashes i and j count as the same picture. It uses owners, not
// lists: being near is no chain, so what j is near to says nothing about i.
func (m *members) join(i, j int) {
	union(m.lists(i), m.owners(j))
	union(m.lists(j), m.owners(i))
}

func union(into, from []uint64) {
	for k, w := range from {
		into[k] |= w
	}
}

// spreadTokens lets all lists with one token recognise all hashes with it.
func (m *members) spreadTokens(s *Set, token func(PDQ) string) {
	groupAt := map[string]int{}
	group := make([]int, s.Len())
	var sets []uint64
	for i, h := range s.hashes {
		t := token(h)
		group[i] = -1
		if t == "" {
			continue
		}
		g, ok := groupAt[t]
		if !ok {
			g = len(groupAt)
			groupAt[t] = g
			sets = append(sets, make([]uint64, m.stride)...)
		}
		group[i] = g
		union(sets[g*m.stride:(g+1)*m.stride], m.owners(i))
	}
	for i, g := range group {
		if g >= 0 {
			union(m.lists(i), sets[g*m.stride:(g+1)*m.stride])
		}
	}
}

// count returns how many lists recognise hash i.
func (m *members) count(i int) int {
	n := 0
	for _, w := range m.lists(i) {
		n += bits.OnesCount64(w)
	}
	return n
}

// survivors returns how many hashes at least k lists recognise.
func (m *members) survivors(k int) int {
	n := 0
	for i := range m.class {
		if m.count(i) >= k {
			n++
		}
	}
	return n
}
