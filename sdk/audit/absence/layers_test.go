package absence

import (
	"bytes"
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/internal/audittest"
)

// Absence is from every layer, each against its own key.
func TestLayers(t *testing.T) {
	inBase, inDelta, file := audittest.Drawing(t, 1), audittest.Drawing(t, 2), audittest.Drawing(t, 3)
	base := newWorld(t, "layers", inBase)
	w := &world{base.WithDelta(t, inDelta)}
	for name, f := range map[string][]byte{"the base": inBase, "the delta": inDelta} {
		if _, _, err := Prove(w.config(f)); !errors.Is(err, ErrPresent) {
			t.Errorf("a picture of %s: %v, want ErrPresent", name, err)
		}
		forged := w.forge(t, f)
		if _, err := Verify(w.Manifest, forged.proof.appendProof(nil), f, w.Set); !errors.Is(err, ErrMember) {
			t.Errorf("a picture of %s, proved all the same: %v, want ErrMember", name, err)
		}
	}
	proof := w.prove(t, w.config(file))
	s, err := Verify(w.Manifest, proof, file, w.Set)
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
		if _, err := Verify(w.Manifest, f.proof.appendProof(nil), file, w.Set); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// A proof under the base is of the base only.
	if _, err := Verify(w.Manifest, base.prove(t, base.config(file)), file, w.Set); !errors.Is(err, ErrSet) {
		t.Errorf("the base's proof: %v, want ErrSet", err)
	}
}
