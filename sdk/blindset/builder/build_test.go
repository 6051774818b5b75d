package builder_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// header is the part of a manifest that the builder does not make.
func header() blindset.Manifest {
	return blindset.Manifest{
		Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50,
		Scheme: "lowest-frequency bits=64 probes=as-is:16", Payload: 256,
		Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
	}
}

// generated is a list of n distinct tokens of eight bytes, made as they are asked for.
func generated(n int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i := range n {
			if !yield(binary.BigEndian.AppendUint64(nil, uint64(i)*0x9e3779b97f4a7c15), nil) {
				return
			}
		}
	}
}

// tokens is the same list in memory.
func tokens(n int) (out [][]byte) {
	for token := range generated(n) {
		out = append(out, token)
	}
	return out
}

func sequence(list [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, token := range list {
			if !yield(token, nil) {
				return
			}
		}
	}
}

// build builds into a fresh directory and opens the set.
func build(t testing.TB, cfg builder.Config) (*builder.Result, *setdir.Set, string) {
	dir := filepath.Join(t.TempDir(), "set")
	w, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	r, err := builder.Build(context.Background(), cfg, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	set, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r, set, dir
}

// lookup reads a token's cells from the set and adds them up.
func lookup(t testing.TB, set *setdir.Set, token []byte) *group.Element {
	place := set.Manifest.Layers[0].Locate(token)
	var cells [3][]byte
	for i, c := range place.Cells {
		ref := blindset.CellRef{Shard: place.Shard, Cell: c}
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

func blinded(r *builder.Result, token []byte) *group.Element {
	return group.NewElement().ScalarMult(r.Keys[0].Alpha, blindset.TokenElement(r.Manifest.Salt, token))
}

func TestBuild(t *testing.T) {
	for _, c := range []struct {
		name            string
		entries, limit  int
		shards, workers int
	}{
		{"one entry", 1, 0, 1, 1},
		{"one shard", 1500, 0, 1, 2},
		{"several shards", 3500, blindset.MinShardBytes, 3, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := tokens(c.entries + 20)
			in, out := list[:c.entries], list[c.entries:]
			r, set, dir := build(t, builder.Config{
				Manifest: header(), Tokens: sequence(in), MaxShardBytes: c.limit, Workers: c.workers,
			})
			if r.Tokens != c.entries || r.Duplicates != 0 || len(set.Manifest.Layers[0].Shards) != c.shards {
				t.Errorf("%d tokens, %d duplicates, %d shards", r.Tokens, r.Duplicates, len(set.Manifest.Layers[0].Shards))
			}
			for i, token := range in {
				if !lookup(t, set, token).Equal(blinded(r, token)) {
					t.Fatalf("entry %d is not found", i)
				}
			}
			for i, token := range out {
				if lookup(t, set, token).Equal(blinded(r, token)) {
					t.Errorf("token %d is found, and was never put in", i)
				}
			}
			if err := set.Verify(nil); err != nil {
				t.Error(err)
			}
			if n := size(t, dir); n != r.Bytes {
				t.Errorf("the result says %d bytes, the files have %d", r.Bytes, n)
			}
		})
	}
}

func size(t testing.TB, dir string) (n int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

// Promise P1: two builds of one list have nothing in common, neither a key nor a lookup; else anyone could test membership
// by comparing them.
func TestBuildsShareNothing(t *testing.T) {
	list := tokens(200)
	a, setA, _ := build(t, builder.Config{Manifest: header(), Tokens: sequence(list)})
	b, setB, _ := build(t, builder.Config{Manifest: header(), Tokens: sequence(list)})
	if a.Keys[0].L().Equal(b.Keys[0].L()) {
		t.Error("two builds have one key")
	}
	la, lb := a.Manifest.Layers[0], b.Manifest.Layers[0]
	if a.Manifest.Salt == b.Manifest.Salt || la.TableSalt == lb.TableSalt || la.PositionSeed == lb.PositionSeed || la.FillCommitment == lb.FillCommitment {
		t.Error("two builds share a salt or a seed")
	}
	for i, token := range list {
		if lookup(t, setA, token).Equal(lookup(t, setB, token)) {
			t.Fatalf("entry %d has one lookup in both", i)
		}
	}
}

// Promise P1: what is published tells the capacity and nothing more of a list's length.
func TestBytesDependOnCapacityOnly(t *testing.T) {
	sizes := make(map[int64]bool)
	for _, n := range []int{1, 500, 1024} {
		r, _, _ := build(t, builder.Config{Manifest: header(), Tokens: sequence(tokens(n))})
		sizes[r.Bytes-int64(len(attempts(r.Manifest)))] = true
	}
	if len(sizes) != 1 {
		t.Errorf("lists of one capacity were published in %d sizes", len(sizes))
	}
}

// attempts is the one part of a manifest whose length is random: the numbers of the attempts that peeled.
func attempts(m *blindset.Manifest) (text string) {
	for _, s := range m.Layers[0].Shards {
		if s.Attempt >= 10 {
			text += "1"
		}
	}
	return text
}

// The table is a function of key, seeds and tokens: neither the list's order, nor duplicates, nor the number of workers may show in it.
func TestBuildIsDeterministic(t *testing.T) {
	list := tokens(700)
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	var first []byte
	for i, c := range []struct {
		list    [][]byte
		workers int
		dup     int
	}{{list, 1, 0}, {reversed, 4, 0}, {append(slices.Clone(list), list[:9]...), 2, 9}} {
		r, set, _ := build(t, builder.Config{
			Manifest: header(), Tokens: sequence(c.list), Workers: c.workers, Entropy: entropy.Reproducible("fixed"),
		})
		if r.Duplicates != c.dup {
			t.Errorf("build %d: %d duplicates, want %d", i, r.Duplicates, c.dup)
		}
		text := set.Manifest.AppendText(nil)
		if i == 0 {
			first = text
		} else if !bytes.Equal(text, first) {
			t.Errorf("build %d differs from the first", i)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	broken := errors.New("broken list")
	for _, c := range []struct {
		name   string
		tokens iter.Seq2[[]byte, error]
		limit  int
		want   error
	}{
		{"empty list", sequence(nil), 0, builder.ErrEmptyList},
		{"tokens of two lengths", sequence([][]byte{{1}, {1, 2}}), 0, builder.ErrToken},
		{"empty token", sequence([][]byte{{}}), 0, builder.ErrToken},
		{"token too long", sequence([][]byte{make([]byte, 256)}), 0, builder.ErrToken},
		{"list with an error", func(yield func([]byte, error) bool) { _ = yield([]byte{1}, nil) && yield(nil, broken) }, 0, broken},
		{"shard size", sequence(tokens(3)), 1000, blindset.ErrManifest},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := t.TempDir()
			temp := t.TempDir()
			w, err := setdir.Create(filepath.Join(parent, "set"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = builder.Build(context.Background(), builder.Config{
				Manifest: header(), Tokens: c.tokens, MaxShardBytes: c.limit, TempDir: temp,
			}, w)
			w.Discard()
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			empty(t, parent)
			empty(t, temp)
		})
	}
}

func TestBuildStopsWhenAsked(t *testing.T) {
	parent, temp := t.TempDir(), t.TempDir()
	w, err := setdir.Create(filepath.Join(parent, "set"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err = builder.Build(ctx, builder.Config{
		Manifest: header(), Tokens: sequence(tokens(3000)), TempDir: temp,
		Progress: func(stage builder.Stage, done, total int) {
			if calls++; stage == builder.Blind {
				cancel()
			}
		},
	}, w)
	w.Discard()
	if !errors.Is(err, context.Canceled) || calls == 0 {
		t.Errorf("%v after %d reports of progress", err, calls)
	}
	empty(t, parent)
	empty(t, temp)
}

// empty fails unless nothing was left behind.
func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left behind: %s", e.Name())
	}
}
