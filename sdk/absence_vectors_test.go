package sdk_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/absence"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
)

// The golden proof of absence, about the set of the vectors: all of it but the proof of equal logarithms, which is random, follows from file and set; and it
// verifies, whatever platform or age reads it. TypeScript has the same files checked by the module in WebAssembly.
func TestVectorsAbsence(t *testing.T) {
	w, _ := vectorWorld(t)
	picture, name := filepath.Join(vectorDir, "absence/picture.png"), filepath.Join(vectorDir, "absence/picture.absence")
	if *update {
		var b bytes.Buffer
		img := &image.NRGBA{Pix: stranger.rgba, Stride: 4 * stranger.width, Rect: image.Rect(0, 0, stranger.width, stranger.height)}
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), png.Encode(&b, img), os.WriteFile(picture, b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	fresh, _, err := absence.Prove(absence.ProveConfig{Manifest: w.set.Manifest, Keys: w.keys, Cells: w.set, File: file})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	set, err := setdir.Open(filepath.Join(vectorDir, "set"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := absence.Verify(set.Manifest, golden, file, set); err != nil {
		t.Errorf("the golden proof: %v", err)
	}
	n := len(golden) - group.ProofSize
	if len(fresh) != len(golden) || !bytes.Equal(fresh[:n], golden[:n]) {
		t.Error("what the code makes is not what the golden file holds")
	}
	if !*update && bytes.Equal(fresh[n:], golden[n:]) {
		t.Error("two proofs have one randomness")
	}
}
