package hashlist

import (
	"cmp"
	"crypto/sha256"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
)

// List is one list with its replacements and removals settled: what a curator
// recognises. It does not change.
type List struct {
	name    string
	items   []item // by hash, then id
	classes []string
	extras  []Extra
	stats   Stats
}

// Stats counts what a [Collector] did with the records of a list. What is left is
// Added - Replaced - Stale - Removed - Duplicates.
type Stats struct {
	Added      int // additions that came
	Replaced   int // of these, took the place of an earlier version
	Stale      int // of these, ignored: something later was known under their key
	Removed    int // entries that were taken out again
	Unmatched  int // removals that found nothing to take out
	Duplicates int // entries with the hash and the id of another one: dropped
}

// item is an Entry in less room: the texts that repeat are numbers.
type item struct {
	pdq     PDQ
	id      string
	updated int64  // milliseconds since 1970, 0 if not stated
	class   uint32 // index into classes
	extra   uint32 // index into extras
	quality int8
	dead    bool
}

// state is what a Collector knows under a key.
type state struct {
	updated int64
	item    int32 // -1: removed
}

// A Collector settles the records of one list: which entries stand at the end.
//
//   - A record with a key replaces or removes what stands under that key,
//     whichever file it came from.
//   - Where both records state their time the later one counts, whatever their
//     order in the stream: NCMEC's service does not send entries in the order of
//     time. At equal times a removal counts. Where either time is missing the
//     later one in the stream counts.
//   - Records without a key are added; the list can take none back.
//
// It needs 72 bytes for each entry, the bytes of its id, and for each key, that
// of a removal too, 40 to 80 bytes: with ids of 16 bytes 152 bytes an entry, and
// twice as much for a moment when its tables grow. The List keeps about 100 of
// them. TestCollectorCost holds the figures.
type Collector struct {
	list    List
	keys    map[[16]byte]state
	classAt map[string]uint32
}

// NewCollector returns an empty collector for the list of the given name.
func NewCollector(name string) *Collector {
	return &Collector{
		list:    List{name: name, classes: []string{""}, extras: []Extra{{}}},
		keys:    map[[16]byte]state{},
		classAt: map[string]uint32{"": 0},
	}
}

// Add takes the next record of the list. The error is ErrTooMany.
func (c *Collector) Add(r Record) error {
	st := &c.list.stats
	if r.Op == OpAdd {
		st.Added++
	}
	if r.Key == "" {
		if r.Op == OpAdd {
			_, err := c.insert(r.Entry)
			return err
		}
		st.Unmatched++
		return nil
	}
	// 128 bits of SHA-256 in place of the key: of fixed size, and nobody can
	// make two keys collide.
	sum := sha256.Sum256([]byte(r.Key))
	key := [16]byte(sum[:])
	at := millis(r.Entry.Updated)
	old, known := c.keys[key]
	if known && old.updated != 0 && at != 0 {
		tie := at == old.updated && r.Op == OpAdd && old.item < 0
		switch {
		case (at < old.updated || tie) && r.Op == OpAdd:
			st.Stale++
			return nil
		case at < old.updated:
			st.Unmatched++
			return nil
		}
	}
	switch {
	case r.Op == OpAdd && known && old.item >= 0:
		st.Replaced++
		c.list.items[old.item] = c.pack(r.Entry)
		c.keys[key] = state{at, old.item}
	case r.Op == OpAdd:
		i, err := c.insert(r.Entry)
		if err != nil {
			return err
		}
		c.keys[key] = state{at, i}
	case known && old.item >= 0:
		st.Removed++
		c.list.items[old.item].dead = true
		c.keys[key] = state{at, -1}
	default:
		st.Unmatched++
		if at != 0 { // without a time it has no effect on what comes later
			c.keys[key] = state{at, -1}
		}
	}
	return nil
}

// insert appends an entry and returns its index.
func (c *Collector) insert(e Entry) (int32, error) {
	n := len(c.list.items)
	if n == math.MaxInt32 {
		return 0, ErrTooMany
	}
	c.list.items = append(c.list.items, c.pack(e))
	return int32(n), nil
}

func (c *Collector) pack(e Entry) item {
	it := item{pdq: e.PDQ, id: e.ID, updated: millis(e.Updated), quality: int8(e.Quality)}
	class, ok := c.classAt[e.Classification]
	if !ok { // lists have few, each of them often
		class = uint32(len(c.list.classes))
		c.list.classes = append(c.list.classes, e.Classification)
		c.classAt[e.Classification] = class
	}
	it.class = class
	if e.Extra != (Extra{}) {
		it.extra = uint32(len(c.list.extras))
		c.list.extras = append(c.list.extras, e.Extra)
	}
	return it
}

// List returns the list and leaves the collector empty, with the same name. The
// order of the entries depends on the entries alone.
func (c *Collector) List() *List {
	l := c.list
	*c = *NewCollector(l.name)
	l.items = slices.DeleteFunc(l.items, func(i item) bool { return i.dead })
	slices.SortFunc(l.items, func(a, b item) int {
		// Hash and id, then whatever tells the rest apart, the better first.
		return cmp.Or(a.pdq.Compare(b.pdq), cmp.Compare(a.id, b.id),
			-cmp.Compare(a.updated, b.updated), -cmp.Compare(a.quality, b.quality),
			cmp.Compare(l.classes[a.class], l.classes[b.class]),
			compareExtra(l.extras[a.extra], l.extras[b.extra]))
	})
	n := len(l.items)
	l.items = slices.CompactFunc(l.items, func(a, b item) bool { return a.pdq == b.pdq && a.id == b.id })
	l.items = slices.Clip(l.items)
	l.stats.Duplicates = n - len(l.items)
	return &l
}

// compareExtra puts entries with more columns first.
func compareExtra(a, b Extra) int {
	return -cmp.Or(strings.Compare(a.PHash, b.PHash), strings.Compare(a.DHash, b.DHash), strings.Compare(a.AHash, b.AHash))
}

// Collect settles the records of a sequence, such as [Reader.Records], as one
// list. It returns the first error of the sequence, or ErrTooMany.
func Collect(name string, records iter.Seq2[Record, error]) (*List, error) {
	c := NewCollector(name)
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		if err := c.Add(r); err != nil {
			return nil, err
		}
	}
	return c.List(), nil
}

// Name returns the name of the list.
func (l *List) Name() string { return l.name }

// Len returns the number of entries, of which several may have one hash.
func (l *List) Len() int { return len(l.items) }

// Stats returns how the list came about.
func (l *List) Stats() Stats { return l.stats }

// All returns the entries in the order of their hashes, then of their ids.
func (l *List) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := range l.items {
			if !yield(l.entry(i)) {
				return
			}
		}
	}
}

// entry unpacks an item.
func (l *List) entry(i int) Entry {
	it := &l.items[i]
	e := Entry{
		PDQ: it.pdq, Source: l.name, ID: it.id, Quality: int(it.quality),
		Classification: l.classes[it.class], Extra: l.extras[it.extra],
	}
	if it.updated != 0 {
		e.Updated = time.UnixMilli(it.updated).UTC()
	}
	return e
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
