package absence

import (
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/internal/audittest"
)

// A world is a set with its keys.
type world struct{ *audittest.World }

// newWorld is a set that holds the files.
func newWorld(t testing.TB, seed string, files ...[]byte) *world {
	return &world{audittest.New(t, seed, files...)}
}

func (w *world) config(file []byte) ProveConfig {
	return ProveConfig{Manifest: w.Manifest, Keys: w.Keys, Cells: w.Set, File: file}
}

// prove makes a proof that must be there.
func (w *world) prove(t testing.TB, cfg ProveConfig) []byte {
	t.Helper()
	b, _, err := Prove(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
