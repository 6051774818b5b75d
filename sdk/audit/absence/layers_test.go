package absence

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// withDelta is the world with a second layer, which holds more files.
func (w *world) withDelta(t testing.TB, files ...[]byte) *world {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	dst, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dst.Discard()
	h := header()
	h.Epoch = w.manifest.Epoch + 1
	r, err := builder.Build(context.Background(), builder.Config{
		Manifest: h, Base: w.set, Keep: len(w.manifest.Layers), Entropy: entropy.Reproducible("delta"),
		Tokens: func(yield func([]byte, error) bool) {
			for _, f := range files {
				if !yield(tokenOf(t, f), nil) {
					return
				}
			}
		},
	}, dst)
	if err != nil {
		t.Fatal(err)
	}
	if err := dst.Commit(); err != nil {
		t.Fatal(err)
	}
	set, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &world{set.Manifest, append(w.keys[:len(w.keys):len(w.keys)], r.Keys...), set}
}

// Absence is from every layer, each against its own key.
func TestLayers(t *testing.T) {
	inBase, inDelta, file := drawing(t, 1), drawing(t, 2), drawing(t, 3)
	base := newWorld(t, "layers", inBase)
	w := base.withDelta(t, inDelta)
	for name, f := range map[string][]byte{"the base": inBase, "the delta": inDelta} {
		if _, _, err := Prove(w.config(f)); !errors.Is(err, ErrPresent) {
			t.Errorf("a picture of %s: %v, want ErrPresent", name, err)
		}
		forged := w.forge(t, f)
		if _, err := Verify(w.manifest, forged.proof.appendProof(nil), f, w.set); !errors.Is(err, ErrMember) {
			t.Errorf("a picture of %s, proved all the same: %v, want ErrMember", name, err)
		}
	}
	proof := w.prove(t, w.config(file))
	s, err := Verify(w.manifest, proof, file, w.set)
	if err != nil || s.Layers != 2 {
		t.Fatalf("%v", err)
	}

	for name, c := range map[string]struct {
		make func(f *forger)
		want error
	}{
		"swapped layers": {func(f *forger) { f.proof.layers[0], f.proof.layers[1] = f.proof.layers[1], f.proof.layers[0] }, ErrProof},
		"swapped layers, signed": {func(f *forger) {
			f.proof.layers[0].values, f.proof.layers[1].values = f.proof.layers[1].values, f.proof.layers[0].values
			f.sign()
		}, ErrProof},
		"one layer twice":  {func(f *forger) { f.proof.layers[1] = f.proof.layers[0] }, ErrProof},
		"a layer left out": {func(f *forger) { f.proof.Layers, f.proof.layers = 1, f.proof.layers[:1]; f.sign() }, ErrSet},
		"the base's keys":  {func(f *forger) { f.proof.layers[1].values = bytes.Clone(f.proof.layers[0].values); f.sign() }, ErrProof},
		"the proof of the base alone": {func(f *forger) {
			g := base.forge(t, file)
			f.proof.layers[0] = g.proof.layers[0]
		}, ErrProof},
	} {
		f := w.forge(t, file)
		c.make(f)
		if _, err := Verify(w.manifest, f.proof.appendProof(nil), file, w.set); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// A proof under the base is of the base only.
	if _, err := Verify(w.manifest, base.prove(t, base.config(file)), file, w.set); !errors.Is(err, ErrSet) {
		t.Errorf("the base's proof: %v, want ErrSet", err)
	}
}
