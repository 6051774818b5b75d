package builder

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

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
	solver := &Solver{Layer: &b.layer, FillSeed: b.key.FillSeed, Workers: b.cfg.Workers}
	solver.Progress = func(n int) { b.report(n, shards*solver.Steps()) }
	for i := range shards {
		tokens, err := routed.read(i)
		if err != nil {
			return err
		}
		if err := b.shard(ctx, solver, i, slices.Collect(slices.Chunk(tokens, list.size))); err != nil {
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
			if err := routed.add(b.layer.ShardOf(b.layer.Tag(token)), token); err != nil {
				return nil, err
			}
		}
	}
	if slices.Max(routed.counts) > b.layer.ShardCapacity {
		return nil, ErrUnpeelable
	}
	return routed, nil
}

// shard blinds a shard's tokens, solves its table and writes its file.
func (b *layerBuild) shard(ctx context.Context, solver *Solver, index int, tokens [][]byte) error {
	entries := make([]Entry, len(tokens), b.layer.ShardCapacity)
	solver.Prepare = func(i int, e *Entry) error {
		h := blindset.TokenElement(b.salt, tokens[i])
		*e = NewEntry(b.layer.Tag(tokens[i]), h.ScalarMult(b.key.Alpha, h))
		return nil
	}
	t, err := solver.Shard(ctx, index, entries)
	if err != nil {
		return err
	}
	b.layer.Shards[index] = t.Shard
	return b.dst.WriteShard(t.Shard, t.Leaves, t.Cells)
}

// report counts elements computed, entries twice (blinded, placed) and cells twice (filled, encoded), against those of the whole layer.
func (b *layerBuild) report(n, total int) {
	done := b.done.Add(int64(n))
	if b.progress.TryLock() {
		b.cfg.Progress(Blind, int(done), total)
		b.progress.Unlock()
	}
}
