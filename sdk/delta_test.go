package sdk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// withDelta is the world a day later: the set has one layer more, with these pictures.
func (w *world) withDelta(src entropy.Source, pictures ...picture) *world {
	w.t.Helper()
	scheme, err := token.Parse(w.set.Manifest.Scheme)
	if err != nil {
		w.t.Fatal(err)
	}
	dir := filepath.Join(w.t.TempDir(), "set")
	dst, err := setdir.Create(dir)
	if err != nil {
		w.t.Fatal(err)
	}
	defer dst.Discard()
	built, err := builder.Build(context.Background(), builder.Config{
		Manifest: blindset.Manifest{Epoch: w.set.Manifest.Epoch + 1}, Base: w.set, Keep: len(w.set.Manifest.Layers), Entropy: src,
		Tokens: func(yield func([]byte, error) bool) {
			for _, p := range pictures {
				f, err := imagehash.HashRGBA(imagehash.PDQ{}, p.width, p.height, p.rgba)
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(scheme.Token(f[0].Hash), nil) {
					return
				}
			}
		},
	}, dst)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := dst.Commit(); err != nil {
		w.t.Fatal(err)
	}
	next := &world{t: w.t, keys: append(w.keys[:len(w.keys):len(w.keys)], built.Keys...), dir: dir, account: w.account, clock: w.clock}
	if next.set, err = setdir.Open(dir); err != nil {
		w.t.Fatal(err)
	}
	next.scanner = next.newScanner(w.account, src)
	if next.matcher, err = sdk.NewMatcher(next.set.Manifest, next.keys); err != nil {
		w.t.Fatal(err)
	}
	return next
}

// Matches count together under a base and all sets that add to it: pictures of the base and of the deltas, sealed on different days, open the account.
func TestDeltasCountTogether(t *testing.T) {
	var pictures []picture
	for i := range 6 {
		pictures = append(pictures, synthetic(uint64(700+i), 200, 150))
	}
	base := newWorld(t, worldConfig{threshold: 3, pictures: pictures[:2]})
	second := base.withDelta(entropy.Source{}, pictures[2:4]...)
	third := second.withDelta(entropy.Source{}, pictures[4:]...)
	matches := make(map[voucher.ID]*voucher.Opened)
	tally, err := third.matcher.NewTally(func(id voucher.ID) (*voucher.Opened, error) { return matches[id], nil })
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for i, c := range []struct {
		w       *world
		picture int
		found   bool
	}{
		{base, 0, true}, {base, 4, false}, {second, 2, true}, {second, 4, false}, {third, 4, true}, {third, 1, true},
	} {
		sealed, _ := c.w.voucher(pictures[c.picture])
		v, err := voucher.Parse(sealed)
		if err != nil {
			t.Fatal(err)
		}
		o, err := c.w.matcher.Match(v, binding)
		if (err == nil) != c.found {
			t.Fatalf("voucher %d: %v", i, err)
		}
		if err != nil {
			continue
		}
		matches[o.ID] = o
		if _, err := tally.Add(o); err != nil {
			t.Fatal(err)
		}
		if open++; tally.Open() != (open > 3) {
			t.Fatalf("after %d matches: open is %v", open, tally.Open())
		}
	}
	for _, o := range matches {
		if payload, err := tally.Payload(o); err != nil || string(payload) != "payload" {
			t.Errorf("%q, %v", payload, err)
		}
	}
	// A set with other tables of its own is another origin: nothing adds up.
	other := newWorld(t, worldConfig{threshold: 3, pictures: pictures[:2]})
	if other.set.Manifest.Origin() == base.set.Manifest.Origin() || third.set.Manifest.Origin() != base.set.Manifest.Origin() {
		t.Error("origins are not as they should be")
	}
}

// A client refuses a set of which a key was used for another table.
func TestScannerRefusesReusedKey(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known[:1]})
	var seen blindset.SeenKeys
	if err := seen.Add(w.set.Manifest); err != nil {
		t.Fatal(err)
	}
	open := func(m *blindset.Manifest) error {
		_, err := sdk.NewScanner(sdk.ScannerConfig{Manifest: m.AppendText(nil), Account: w.account, Clock: func() int64 { return w.clock }, SeenKeys: &seen})
		return err
	}
	if err := open(w.set.Manifest); err != nil {
		t.Errorf("the same set again: %v", err)
	}
	if err := open(w.withDelta(entropy.Source{}, known[1]).set.Manifest); err != nil {
		t.Errorf("a set that adds to it: %v", err)
	}
	m := *w.set.Manifest
	m.Epoch++
	m.Layers = append([]blindset.Layer(nil), m.Layers...)
	m.Layers[0].TableSalt[0] ^= 1
	if err := open(&m); !errors.Is(err, blindset.ErrKeyReused) || sdk.Code(err) != "key-reused" {
		t.Errorf("another table under the key: %v", err)
	}
}

// deltaVector is a set that adds to that of the vectors. Its first layer's files are those.
type deltaVector struct {
	ID        string   `json:"id"`
	BaseEpoch uint64   `json:"baseEpoch"`
	BaseID    string   `json:"baseID"`
	Alpha     hexBytes `json:"alpha"` // of the second layer
	Fill      hexBytes `json:"fillSeed"`
	Token     hexBytes `json:"token"` // its one entry
	Seen      string   `json:"seen"`  // what a client remembers of its keys
}

func TestVectorsDelta(t *testing.T) {
	base, _ := vectorWorld(t)
	w := base.withDelta(entropy.Reproducible("veilhash golden vectors: a delta"), stranger)
	m := w.set.Manifest
	var seen blindset.SeenKeys
	if err := seen.Add(m); err != nil {
		t.Fatal(err)
	}
	scheme, err := token.Parse(m.Scheme)
	if err != nil {
		t.Fatal(err)
	}
	f, err := imagehash.HashRGBA(imagehash.PDQ{}, stranger.width, stranger.height, stranger.rgba)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "delta.json", deltaVector{
		ID: m.ID().String(), BaseEpoch: m.Base.Epoch, BaseID: m.Base.ID.String(), Alpha: w.keys[1].Alpha.Bytes(), Fill: w.keys[1].FillSeed[:],
		Token: scheme.Token(f[0].Hash), Seen: string(seen.AppendText(nil)),
	})
	golden(t, "delta/manifest", m.AppendText(nil))
	for _, s := range m.Layers[1].Shards {
		b, err := os.ReadFile(filepath.Join(w.dir, s.FileName()))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("delta", s.FileName()), b)
	}
	text, err := os.ReadFile(filepath.Join(vectorDir, "delta/manifest"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := blindset.ParseManifest(text); err != nil || p.Origin() != base.set.Manifest.Origin() {
		t.Errorf("the manifest of the vectors: %v", err)
	}
}
