package absence

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
)

var update = flag.Bool("update", false, "write the golden vectors anew; only where the protocol's version changes")

const vectorDir = "../../testdata/vectors"

// vectorWorld is the set of the golden vectors, which package sdk's tests write, with its key.
func vectorWorld(t *testing.T) *world {
	set, err := setdir.Open(filepath.Join(vectorDir, "set"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(vectorDir, "set.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Keyring string }
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	ring, err := blindset.ParseKeyring([]byte(v.Keyring))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ring.ForManifest(set.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	return &world{set.Manifest, keys, set}
}

// The golden proof: all of it but the proof of equal logarithms, which is random, follows from file and set; and it verifies, whatever platform
// or age reads it. TypeScript has the same files checked by the module in WebAssembly.
func TestVectors(t *testing.T) {
	w := vectorWorld(t)
	picture, name := filepath.Join(vectorDir, "absence/picture.png"), filepath.Join(vectorDir, "absence/picture.absence")
	if *update {
		file := drawing(t, 3)
		err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(picture, file, 0o644), os.WriteFile(name, w.prove(t, w.config(file)), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(w.manifest, golden, file, w.set); err != nil {
		t.Errorf("the golden proof: %v", err)
	}
	fresh := w.prove(t, w.config(file))
	n := len(golden) - group.ProofSize
	if len(fresh) != len(golden) || !bytes.Equal(fresh[:n], golden[:n]) {
		t.Error("what the code makes is not what the golden file holds")
	}
	if bytes.Equal(fresh[n:], golden[n:]) {
		t.Error("two proofs have one randomness")
	}
}
