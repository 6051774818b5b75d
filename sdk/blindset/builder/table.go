package builder

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
)

// ErrUnpeelable: a shard has more entries than its capacity, or no attempt at its positions peels. Another position seed has to be drawn.
var ErrUnpeelable = errors.New("builder: positions did not work out")

// An Entry is what a table holds of a token: all that who checks the table may see of it.
type Entry struct {
	Tag     blindset.Tag
	Encoded [blindset.CellSize]byte // alpha·H(salt, token)
	value   group.Element
	dummy   int // the number of a dummy entry, whose tag is unused; -1 for a token's
}

// NewEntry is the entry of a tag and its blinded value.
func NewEntry(tag blindset.Tag, value *group.Element) Entry {
	e := Entry{Tag: tag, value: *value, dummy: -1}
	e.value.AppendBytes(e.Encoded[:0])
	return e
}

// ParseEntry is the entry of a tag and an encoded value. Errors are group.ErrEncoding and group.ErrIdentity.
func ParseEntry(tag blindset.Tag, encoded [blindset.CellSize]byte) (Entry, error) {
	e := Entry{Tag: tag, Encoded: encoded, dummy: -1}
	return e, e.value.SetCanonicalBytes(encoded[:])
}

// A Solver computes the tables of a layer out of entries. The result is a function of entries, layer and fill seed, so that everyone who has these
// gets the same files, and it is the first attempt that peels that counts.
type Solver struct {
	Layer    *blindset.Layer // seeds, salts and layout; its Shards are not used
	FillSeed [32]byte
	Workers  int         // goroutines; at least 1
	Progress func(n int) // unless nil, called with the number of elements computed since; by several goroutines at a time

	// Prepare, unless nil, completes the i-th of the entries that were given to Shard, in parallel with others.
	Prepare func(i int, e *Entry) error
}

// A Table is a shard's solved table.
type Table struct {
	Shard         blindset.Shard
	Leaves, Cells []byte
}

// Steps is the number of elements that Shard computes for one shard, if its first attempt peels.
func (s *Solver) Steps() int { return 2 * (s.Layer.ShardCapacity + s.Layer.Cells()) }

// Shard fills a shard up with dummies and solves it. It reorders entries and appends to them. Errors are ErrUnpeelable, that of Prepare and the context's.
func (s *Solver) Shard(ctx context.Context, index int, entries []Entry) (*Table, error) {
	tokens := len(entries)
	if tokens > s.Layer.ShardCapacity {
		return nil, ErrUnpeelable
	}
	entries = slices.Grow(entries, s.Layer.ShardCapacity-tokens)[:s.Layer.ShardCapacity]
	err := s.parallel(ctx, len(entries), func(i int) (err error) {
		switch e := &entries[i]; {
		case i >= tokens:
			*e = NewEntry(blindset.Tag{}, blindset.DummyValue(s.FillSeed, index, i-tokens))
			e.dummy = i - tokens
		case s.Prepare != nil:
			err = s.Prepare(i, e)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b Entry) int { return bytes.Compare(a.Encoded[:], b.Encoded[:]) })
	for attempt := range uint32(blindset.MaxAttempts) {
		cells, err := s.attempt(ctx, index, attempt, entries)
		if err != nil {
			return nil, err
		}
		if cells != nil {
			digest, leaves := s.Layer.Digest(cells)
			return &Table{blindset.Shard{Digest: digest, Attempt: attempt}, leaves, cells}, nil
		}
	}
	return nil, ErrUnpeelable
}

// attempt solves the table at one attempt's positions and encodes it. It returns nil if there is no solution.
func (s *Solver) attempt(ctx context.Context, index int, attempt uint32, entries []Entry) ([]byte, error) {
	places := make([][3]int, len(entries))
	err := s.parallel(ctx, len(entries), func(i int) error {
		if e := &entries[i]; e.dummy < 0 {
			places[i] = s.Layer.TagCells(index, attempt, e.Tag)
		} else {
			places[i] = s.Layer.DummyCells(s.FillSeed, index, attempt, e.dummy)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	order, ok := s.Layer.Peel(places)
	if !ok {
		s.progress(-len(places)) // computed for nothing
		return nil, nil
	}
	determined := make([]bool, s.Layer.Cells())
	for _, step := range order {
		determined[step.Cell] = true
	}
	table := make([]group.Element, s.Layer.Cells())
	err = s.parallel(ctx, len(table), func(p int) error {
		if !determined[p] {
			table[p] = *blindset.FreeCell(s.FillSeed, index, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !blindset.Solve(table, order, places, values(entries)) {
		s.progress(-len(places) - len(table))
		return nil, nil
	}
	out := make([]byte, len(table)*blindset.CellSize)
	err = s.parallel(ctx, len(table), func(p int) error {
		table[p].AppendBytes(out[p*blindset.CellSize : p*blindset.CellSize])
		return nil
	})
	return out, err
}

func values(entries []Entry) []group.Element {
	v := make([]group.Element, len(entries))
	for i := range entries {
		v[i] = entries[i].value
	}
	return v
}

func (s *Solver) progress(n int) {
	if s.Progress != nil {
		s.Progress(n)
	}
}

// parallel calls f for 0..n-1 from several goroutines, in chunks. The error is one of f's, or the context's.
func (s *Solver) parallel(ctx context.Context, n int, f func(i int) error) error {
	return Parallel(ctx, s.Workers, n, f, s.progress)
}

// Parallel calls f for 0..n-1 from so many goroutines, in chunks, and progress with the length of each chunk that is done. The error is one of
// f's, or the context's.
func Parallel(ctx context.Context, workers, n int, f func(i int) error, progress func(n int)) error {
	const chunk = 256
	var next atomic.Int64
	var failed atomic.Bool
	var once sync.Once
	var first error
	var wg sync.WaitGroup
	for range max(workers, 1) {
		wg.Go(func() {
			for ctx.Err() == nil && !failed.Load() {
				start := int(next.Add(chunk)) - chunk
				if start >= n {
					return
				}
				end := min(start+chunk, n)
				for i := start; i < end; i++ {
					if err := f(i); err != nil {
						once.Do(func() { first = err })
						failed.Store(true)
						return
					}
				}
				progress(end - start)
			}
		})
	}
	wg.Wait()
	if first != nil {
		return first
	}
	return ctx.Err()
}
