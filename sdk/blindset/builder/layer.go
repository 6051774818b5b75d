package builder

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
)

// errRedraw asks for another position seed: a shard overflowed, or did not peel in all its attempts.
var errRedraw = errors.New("builder: positions did not work out")

// A layerBuild is one layer in the making.
type layerBuild struct {
	cfg   Config
	salt  [32]byte
	key   blindset.LayerKey
	layer blindset.Layer
	dst   *setdir.Writer

	done     atomic.Int64 // elements computed, of all shards
	progress sync.Mutex
}

// build distributes the tokens over the shards and builds one after the other, each in parallel.
func (b *layerBuild) build(ctx context.Context, list *frozenList, dir string) error {
	shards := b.layer.Layout.Shards
	b.layer.Shards = make([]blindset.Shard, shards)
	b.done.Store(0)
	routed, err := b.route(ctx, list, dir)
	if err != nil {
		return err
	}
	for i := range shards {
		tokens, err := routed.read(i)
		if err != nil {
			return err
		}
		if err := b.shard(ctx, i, slices.Collect(slices.Chunk(tokens, list.size))); err != nil {
			return err
		}
		if err := routed.remove(i); err != nil {
			return err
		}
	}
	return nil
}

// route spills every token to its shard.
func (b *layerBuild) route(ctx context.Context, list *frozenList, dir string) (*spill, error) {
	routed := newSpill(dir, "shard", b.layer.Layout.Shards, list.size)
	for i := range routed.counts {
		if err := routed.remove(i); err != nil { // left by an earlier draw
			return nil, err
		}
	}
	for part := range frozenParts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tokens, err := list.read(part)
		if err != nil {
			return nil, err
		}
		for token := range slices.Chunk(tokens, list.size) {
			if err := routed.add(b.layer.ShardOf(token), token); err != nil {
				return nil, err
			}
		}
	}
	if slices.Max(routed.counts) > b.layer.ShardCapacity {
		return nil, errRedraw
	}
	return routed, nil
}

// An entry is what a place of a shard's capacity holds: a token, or the number of a dummy.
type entry struct {
	token   []byte // nil for a dummy
	dummy   int
	value   group.Element
	encoded [blindset.CellSize]byte
}

// shard blinds a shard's tokens, solves its table and writes its file.
func (b *layerBuild) shard(ctx context.Context, index int, tokens [][]byte) error {
	entries := make([]entry, b.layer.ShardCapacity)
	for i := range entries {
		if i < len(tokens) {
			entries[i].token = tokens[i]
		} else {
			entries[i].dummy = i - len(tokens)
		}
	}
	err := b.parallel(ctx, len(entries), func(i int) {
		e := &entries[i]
		if e.token != nil {
			e.value.ScalarMult(b.key.Alpha, blindset.TokenElement(b.salt, e.token))
		} else {
			e.value = *blindset.DummyValue(b.key.FillSeed, index, e.dummy)
		}
		e.value.AppendBytes(e.encoded[:0])
	})
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, c entry) int { return bytes.Compare(a.encoded[:], c.encoded[:]) })

	for attempt := range uint32(blindset.MaxAttempts) {
		cells, err := b.attempt(ctx, index, attempt, entries)
		if err != nil {
			return err
		}
		if cells == nil {
			continue
		}
		digest, leaves := b.layer.Digest(cells)
		b.layer.Shards[index] = blindset.Shard{Digest: digest, Attempt: attempt}
		return b.dst.WriteShard(b.layer.Shards[index], leaves, cells)
	}
	return errRedraw
}

// attempt solves the table at one attempt's positions and encodes it. It returns nil if there is no solution.
func (b *layerBuild) attempt(ctx context.Context, index int, attempt uint32, entries []entry) ([]byte, error) {
	places := make([][3]int, len(entries))
	err := b.parallel(ctx, len(entries), func(i int) {
		if e := &entries[i]; e.token != nil {
			places[i] = b.layer.TokenCells(index, attempt, e.token)
		} else {
			places[i] = b.layer.DummyCells(b.key.FillSeed, index, attempt, e.dummy)
		}
	})
	if err != nil {
		return nil, err
	}
	order, ok := b.layer.Peel(places)
	if !ok {
		b.done.Add(int64(-len(places))) // computed for nothing
		return nil, nil
	}
	determined := make([]bool, b.layer.Cells())
	for _, s := range order {
		determined[s.Cell] = true
	}
	table := make([]group.Element, b.layer.Cells())
	err = b.parallel(ctx, len(table), func(p int) {
		if !determined[p] {
			table[p] = *blindset.FreeCell(b.key.FillSeed, index, p)
		}
	})
	if err != nil {
		return nil, err
	}
	if !blindset.Solve(table, order, places, values(entries)) {
		b.done.Add(int64(-len(places) - len(table)))
		return nil, nil
	}
	out := make([]byte, len(table)*blindset.CellSize)
	err = b.parallel(ctx, len(table), func(p int) {
		table[p].AppendBytes(out[p*blindset.CellSize : p*blindset.CellSize])
	})
	return out, err
}

func values(entries []entry) []group.Element {
	v := make([]group.Element, len(entries))
	for i := range entries {
		v[i] = entries[i].value
	}
	return v
}

// total is the number of elements that a whole layer's build computes: entries twice (blinded, placed), cells twice (filled, encoded).
func (b *layerBuild) total() int {
	return b.layer.Layout.Shards * 2 * (b.layer.ShardCapacity + b.layer.Cells())
}

// parallel calls f for 0..n-1 from several goroutines, in chunks, and reports progress. The error is the context's.
func (b *layerBuild) parallel(ctx context.Context, n int, f func(i int)) error {
	const chunk = 256
	var next atomic.Int64
	var wg sync.WaitGroup
	for range b.cfg.Workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				start := int(next.Add(chunk)) - chunk
				if start >= n {
					return
				}
				end := min(start+chunk, n)
				for i := start; i < end; i++ {
					f(i)
				}
				done := b.done.Add(int64(end - start))
				if b.progress.TryLock() {
					b.cfg.Progress(Blind, int(done), b.total())
					b.progress.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
