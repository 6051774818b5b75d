package absence

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/token"
)

// drawing is a picture file of smooth blobs, which hashes with a high quality and differs from seed to seed.
func drawing(t testing.TB, seed uint64) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	type blob struct{ x, y, s, a float64 }
	var all [40]blob
	for i := range all {
		all[i] = blob{r.Float64(), r.Float64(), 0.02 + 0.12*r.Float64(), 255 * (r.Float64() - 0.5)}
	}
	const width, height = 120, 90
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			v := 128.0
			for _, b := range all {
				dx, dy := float64(x)/width-b.x, float64(y)/height-b.y
				// The explicit conversions keep every machine from fusing, so that the file is the same everywhere.
				v += float64(b.a * math.Exp(-float64(float64(dx*dx)+float64(dy*dy))/float64(2*b.s*b.s)))
			}
			img.SetGray(x, y, color.Gray{uint8(min(max(v, 0), 255))})
		}
	}
	return encode(t, img)
}

func encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A world is a set with its keys.
type world struct {
	manifest *blindset.Manifest
	keys     []blindset.LayerKey
	set      *setdir.Set
}

// tokenOf is the token of a file, as a list has it.
func tokenOf(t testing.TB, file []byte) []byte {
	t.Helper()
	scheme, err := token.Parse(token.Balanced)
	if err != nil {
		t.Fatal(err)
	}
	p, err := decode.Decode(file, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := p.Hash(imagehash.PDQ{})
	if err != nil {
		t.Fatal(err)
	}
	return scheme.Token(f[0].Hash)
}

// newWorld is a set that holds the files.
func newWorld(t testing.TB, seed string, files ...[]byte) *world {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	w, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	r, err := builder.Build(context.Background(), builder.Config{
		Manifest: header(),
		Tokens: func(yield func([]byte, error) bool) {
			for _, f := range files {
				if !yield(tokenOf(t, f), nil) {
					return
				}
			}
		},
		Entropy: entropy.Reproducible(seed),
	}, w)
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
	return &world{set.Manifest, r.Keys, set}
}

func header() blindset.Manifest {
	return blindset.Manifest{
		Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: token.Balanced, Payload: 256,
		Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
	}
}

func (w *world) config(file []byte) ProveConfig {
	return ProveConfig{Manifest: w.manifest, Keys: w.keys, Cells: w.set, File: file}
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
