package setdir_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// newSet writes a set of one shard and returns its directory and its shard's path.
func newSet(t *testing.T) (dir, shard string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "deep", "set")
	w, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	r, err := builder.Build(context.Background(), builder.Config{
		Manifest: blindset.Manifest{
			Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Scheme: "lowest-frequency bits=8 probes=as-is:1",
			Payload: 64, Threshold: 1, PeriodDays: 1, Require: 1, Recognition: "equal-token",
		},
		Tokens:  func(yield func([]byte, error) bool) { yield([]byte{7}, nil) },
		Entropy: entropy.Reproducible("setdir"),
	}, w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the set is visible before it is committed")
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, r.Manifest.Layers[0].Shards[0].FileName())
}

func verify(dir string) error {
	s, err := setdir.Open(dir)
	if err != nil {
		return err
	}
	return s.Verify(nil)
}

func TestVerify(t *testing.T) {
	dir, _ := newSet(t)
	s, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	last, want := 0, 0
	if err := s.Verify(func(done, total int) { last, want = done, total }); err != nil {
		t.Fatal(err)
	}
	if last != want || want == 0 {
		t.Errorf("progress ended at %d of %d", last, want)
	}
}

func TestVerifyRefuses(t *testing.T) {
	edit := func(change func([]byte) []byte) func(*testing.T, string, string) {
		return func(t *testing.T, _, shard string) {
			b, err := os.ReadFile(shard)
			if err == nil {
				err = os.WriteFile(shard, change(b), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(at int) func(*testing.T, string, string) {
		return edit(func(b []byte) []byte { b[(at+len(b))%len(b)] ^= 0x10; return b })
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir, shard string)
		want   error
	}{
		"flipped byte in the digests":   {flip(40), blindset.ErrLeaves},
		"flipped byte in a cell":        {flip(5000), blindset.ErrBlock},
		"flipped byte in the last cell": {flip(-1), blindset.ErrBlock},
		"short shard":                   {edit(func(b []byte) []byte { return b[:len(b)-32] }), blindset.ErrLength},
		"long shard":                    {edit(func(b []byte) []byte { return append(b, 0) }), blindset.ErrLength},
		"empty shard":                   {edit(func(b []byte) []byte { return nil }), blindset.ErrLength},
		"missing shard": {func(t *testing.T, _, shard string) {
			if err := os.Remove(shard); err != nil {
				t.Fatal(err)
			}
		}, fs.ErrNotExist},
		"damaged manifest": {func(t *testing.T, dir, _ string) {
			if err := os.WriteFile(filepath.Join(dir, setdir.ManifestName), []byte("veilhash-set v0\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, blindset.ErrManifest},
		"no set": {func(t *testing.T, dir, _ string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}, fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			dir, shard := newSet(t)
			c.damage(t, dir, shard)
			if err := verify(dir); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A set whose digests agree, but one of whose cells is no group element, must be noticed.
func TestVerifyRefusesBadPoint(t *testing.T) {
	dir, shard := newSet(t)
	s, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := s.Manifest
	l := &m.Layers[0]
	raw, err := os.ReadFile(shard)
	if err != nil {
		t.Fatal(err)
	}
	cells := raw[l.LeavesBytes():]
	for i := range 32 {
		cells[64+i] = 0xff // above the field's prime
	}
	var leaves []byte
	l.Shards[0].Digest, leaves = l.Digest(cells)
	out := filepath.Join(t.TempDir(), "set")
	w, err := setdir.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteShard(l.Shards[0], leaves, cells), w.WriteManifest(m), w.Commit()); err != nil {
		t.Fatal(err)
	}
	var e *setdir.ShardError
	if err := verify(out); !errors.As(err, &e) {
		t.Errorf("got %v, want a ShardError", err)
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	w, err := setdir.Create(dir) // exists and is empty
	if err != nil {
		t.Fatal(err)
	}
	w.Discard()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := setdir.Create(dir); !errors.Is(err, setdir.ErrExists) {
		t.Errorf("a directory that is not empty: %v, want ErrExists", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
		t.Errorf("something was left beside it: %v, %v", entries, err)
	}
}
