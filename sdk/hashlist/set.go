package hashlist

import (
	"fmt"
	"iter"
	"math"
)

// Set is the union of lists, in which each hash stands once. Hashes are numbered
// from 0 in their order, so a Set depends on the lists alone, not on how they
// were read. It keeps the lists and needs 48 bytes more for each entry.
type Set struct {
	lists  []*List
	hashes []PDQ    // distinct, in order
	start  []uint32 // refs[start[i]:start[i+1]] have hashes[i]
	refs   []ref    // by hash, then list
}

// ref names an entry of a list.
type ref struct{ list, item uint32 }

// Merge returns the union of lists. Their names must differ: errors wrap
// ErrSameName or are ErrTooMany.
func Merge(lists ...*List) (*Set, error) {
	names := map[string]bool{}
	entries := 0
	for _, l := range lists {
		if names[l.name] {
			return nil, fmt.Errorf("%w: %s", ErrSameName, clip(l.name))
		}
		names[l.name] = true
		entries += len(l.items)
	}
	if entries > math.MaxInt32 {
		return nil, ErrTooMany
	}
	s := &Set{lists: lists, refs: make([]ref, 0, entries)}
	// Merge sorted lists: take the least head until all are empty. Lists are
	// few, so looking at every head costs less than a heap.
	heads := make([]int, len(lists))
	for {
		least := -1
		for k, l := range lists {
			if heads[k] < len(l.items) && (least < 0 || l.items[heads[k]].pdq.Compare(lists[least].items[heads[least]].pdq) < 0) {
				least = k
			}
		}
		if least < 0 {
			break
		}
		h := lists[least].items[heads[least]].pdq
		if n := len(s.hashes); n == 0 || s.hashes[n-1] != h {
			s.hashes = append(s.hashes, h)
			s.start = append(s.start, uint32(len(s.refs)))
		}
		s.refs = append(s.refs, ref{uint32(least), uint32(heads[least])})
		heads[least]++
	}
	s.start = append(s.start, uint32(len(s.refs)))
	return s, nil
}

// Len returns the number of distinct hashes.
func (s *Set) Len() int { return len(s.hashes) }

// EntryCount returns the number of entries of all lists.
func (s *Set) EntryCount() int { return len(s.refs) }

// Hash returns the hash of number i.
func (s *Set) Hash(i int) PDQ { return s.hashes[i] }

// Hashes returns the hashes with their numbers, in order.
func (s *Set) Hashes() iter.Seq2[int, PDQ] {
	return func(yield func(int, PDQ) bool) {
		for i, h := range s.hashes {
			if !yield(i, h) {
				return
			}
		}
	}
}

// Entries returns the entries that have the hash of number i, in the order of
// the lists as given to Merge, then of their ids.
func (s *Set) Entries(i int) []Entry {
	var out []Entry
	for _, r := range s.of(i) {
		out = append(out, s.lists[r.list].entry(int(r.item)))
	}
	return out
}

// Lists returns the lists in the order in which they were given to Merge.
func (s *Set) Lists() []*List { return append([]*List(nil), s.lists...) }

func (s *Set) of(i int) []ref { return s.refs[s.start[i]:s.start[i+1]] }
