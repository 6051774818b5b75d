package builder_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// lookupIn is lookup in one of several layers.
func lookupIn(t testing.TB, set *setdir.Set, layer int, token []byte) *group.Element {
	t.Helper()
	place := set.Manifest.Layers[layer].Locate(token)
	var cells [3][]byte
	for i, c := range place.Cells {
		ref := blindset.CellRef{Layer: layer, Shard: place.Shard, Cell: c}
		block, err := set.Block(ref.Block())
		if err != nil {
			t.Fatal(err)
		}
		cells[i] = ref.In(block)
	}
	e, err := blindset.Lookup(cells)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// A delta adds to a base: every token is found in its own layer and in no other, the base's files are the same files, and what is fresh is the delta's.
func TestDelta(t *testing.T) {
	list := tokens(1500)
	base, old, oldDir := build(t, builder.Config{Manifest: header(), Tokens: sequence(list[:1200])})
	next := header()
	next.Epoch = 2
	next.Threshold = 99 // the header is the base's
	delta, set, dir := build(t, builder.Config{Manifest: next, Base: old, Keep: 1, Tokens: sequence(list[1200:1300])})
	m := set.Manifest
	if m.Epoch != 2 || m.Threshold != 1 || m.Salt != base.Manifest.Salt || len(m.Layers) != 2 || m.Origin() != base.Manifest.Origin() || m.Base.ID != base.Manifest.ID() {
		t.Errorf("the set with a delta is not the base's: epoch %d, threshold %d, %d layers", m.Epoch, m.Threshold, len(m.Layers))
	}
	if err := set.Verify(nil); err != nil {
		t.Error(err)
	}
	keys := []blindset.LayerKey{base.Keys[0], delta.Keys[0]}
	for i, token := range list[:1320] {
		for k := range keys {
			blinded := group.NewElement().ScalarMult(keys[k].Alpha, blindset.TokenElement(m.Salt, token))
			want := k == 0 && i < 1200 || k == 1 && i >= 1200 && i < 1300
			if lookupIn(t, set, k, token).Equal(blinded) != want {
				t.Fatalf("token %d in layer %d: found is not %v", i, k, want)
			}
		}
	}
	name := m.Layers[0].Shards[0].FileName()
	a, errA := os.Stat(filepath.Join(oldDir, name))
	b, errB := os.Stat(filepath.Join(dir, name))
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		t.Errorf("the base's shard is not the same file: %v, %v", errA, errB)
	}
	if n := size(t, dir); n != delta.Bytes || delta.Fresh != n-a.Size() || base.Fresh != base.Bytes {
		t.Errorf("%d bytes, %d of them fresh; the files have %d, the base's shard %d", delta.Bytes, delta.Fresh, n, a.Size())
	}

	// Deltas merge into a fresh table, and another is put behind what is kept.
	next.Epoch = 3
	merged, third, _ := build(t, builder.Config{Manifest: next, Base: set, Keep: 1, Tokens: sequence(list[1200:])})
	next.Epoch = 4
	more, fourth, _ := build(t, builder.Config{Manifest: next, Base: set, Keep: 2, Tokens: sequence(list[1300:])})
	if len(third.Manifest.Layers) != 2 || len(fourth.Manifest.Layers) != 3 || third.Manifest.Origin() != m.Origin() || fourth.Manifest.Origin() != m.Origin() {
		t.Error("merged and added layers are not as they should be")
	}
	var seen blindset.SeenKeys
	for i, s := range []*setdir.Set{old, set, third, fourth} {
		if err := seen.Add(s.Manifest); err != nil {
			t.Errorf("set %d: %v", i, err)
		}
	}
	if seen.Len() != 4 || merged.Keys[0].Alpha.Equal(more.Keys[0].Alpha) || merged.Keys[0].FillSeed == delta.Keys[0].FillSeed {
		t.Errorf("tables share a key or a seed; %d keys in all", seen.Len())
	}
	for _, token := range list[1200:1300] {
		if lookupIn(t, set, 1, token).Equal(lookupIn(t, third, 1, token)) {
			t.Fatal("a merged entry has the lookup that it had before")
		}
	}
}

func TestDeltaRefuses(t *testing.T) {
	list := tokens(50)
	_, old, oldDir := build(t, builder.Config{Manifest: header(), Tokens: sequence(list[:40])})
	next := header()
	next.Epoch = 2
	same := header() // epoch 1
	shard := filepath.Join(oldDir, old.Manifest.Layers[0].Shards[0].FileName())
	damage := func(t *testing.T) {
		b, err := os.ReadFile(shard)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		if err := os.WriteFile(shard, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		cfg     builder.Config
		prepare func(*testing.T)
		want    error
	}{
		{"no layer kept", builder.Config{Manifest: next, Base: old}, nil, builder.ErrKept},
		{"more kept than there are", builder.Config{Manifest: next, Base: old, Keep: 2}, nil, builder.ErrKept},
		{"the epoch of the base", builder.Config{Manifest: same, Base: old, Keep: 1}, nil, blindset.ErrManifest},
		{"a key that was used", builder.Config{Manifest: next, Base: old, Keep: 1, Used: func([32]byte) bool { return true }}, nil, builder.ErrKeyUsed},
		{"a damaged base", builder.Config{Manifest: next, Base: old, Keep: 1}, damage, blindset.ErrBlock},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.prepare != nil {
				c.prepare(t)
			}
			parent := t.TempDir()
			w, err := setdir.Create(filepath.Join(parent, "set"))
			if err != nil {
				t.Fatal(err)
			}
			c.cfg.Tokens = sequence(list[40:])
			_, err = builder.Build(context.Background(), c.cfg, w)
			w.Discard()
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			empty(t, parent)
		})
	}
}

// A delta is a function of base, keys, seeds and tokens, as a base is.
func TestDeltaIsDeterministic(t *testing.T) {
	_, old, _ := build(t, builder.Config{Manifest: header(), Tokens: sequence(tokens(30)), Entropy: entropy.Reproducible("base")})
	next := header()
	next.Epoch = 2
	var first []byte
	for i := range 2 {
		_, set, _ := build(t, builder.Config{Manifest: next, Base: old, Keep: 1, Tokens: sequence(tokens(40)[30:]), Workers: 1 + 3*i, Entropy: entropy.Reproducible("delta")})
		text := set.Manifest.AppendText(nil)
		if first == nil {
			first = text
		} else if !bytes.Equal(text, first) {
			t.Error("two builds differ")
		}
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name             string
		policy           builder.Policy
		layers           []int
		added, withdrawn int
		keep             int
	}{
		{"nothing to add to", builder.Policy{}, nil, 5, 0, 0},
		{"a first delta", builder.Policy{}, []int{100_000}, 100, 0, 1},
		{"a second one costs nothing more in the first", builder.Policy{}, []int{100_000, 100}, 100, 0, 1},
		{"a large delta is kept", builder.Policy{}, []int{1_000_000, 10_000}, 1000, 0, 2},
		{"and merged when the small ones have grown", builder.Policy{}, []int{1_000_000, 10_000, 4000}, 1000, 0, 1},
		{"growth of one merges equals only", builder.Policy{Growth: 1}, []int{1_000_000, 10_000, 4000, 2000}, 1024, 0, 4},
		{"no more layers than that", builder.Policy{Growth: 1, MaxLayers: 2}, []int{1_000_000, 10_000}, 1024, 0, 1},
		{"a tenth of the base", builder.Policy{}, []int{100_000, 9000}, 1000, 0, 2},
		{"more than a tenth", builder.Policy{}, []int{100_000, 9800}, 1000, 0, 0},
		{"too many withdrawn", builder.Policy{}, []int{100_000}, 1, 10_500, 0},
		{"a small base has room up to its capacity's tenth", builder.Policy{}, []int{2}, 100, 0, 1},
		{"another part", builder.Policy{BasePercent: 50}, []int{100_000, 30_000}, 1000, 0, 2},
	} {
		if keep := c.policy.Plan(c.layers, c.added, c.withdrawn); keep != c.keep {
			t.Errorf("%s: keep %d, want %d", c.name, keep, c.keep)
		}
	}
}
