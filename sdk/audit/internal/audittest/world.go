// Package audittest has pictures and sets for tests of auditing packages.
package audittest

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

// Drawing is a picture file of smooth blobs, which hashes with a high quality and differs from seed to seed.
func Drawing(t testing.TB, seed uint64) []byte {
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
	return Encode(t, img)
}

// Encode is a picture as a PNG file.
func Encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A World is a set with its keys.
type World struct {
	Manifest *blindset.Manifest
	Keys     []blindset.LayerKey
	Set      *setdir.Set
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

// New is a set that holds the files.
func New(t testing.TB, seed string, files ...[]byte) *World {
	t.Helper()
	return new(World).with(t, seed, files)
}

// WithDelta is the world with a second layer, which holds more files.
func (w *World) WithDelta(t testing.TB, files ...[]byte) *World {
	t.Helper()
	return w.with(t, "delta", files)
}

// with is the world with a layer more, its first if it has none.
func (w *World) with(t testing.TB, seed string, files [][]byte) *World {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	dst, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dst.Discard()
	cfg := builder.Config{
		Manifest: header(), Entropy: entropy.Reproducible(seed),
		Tokens: func(yield func([]byte, error) bool) {
			for _, f := range files {
				if !yield(tokenOf(t, f), nil) {
					return
				}
			}
		},
	}
	if w.Manifest != nil {
		cfg.Manifest.Epoch, cfg.Base, cfg.Keep = w.Manifest.Epoch+1, w.Set, len(w.Manifest.Layers)
	}
	r, err := builder.Build(context.Background(), cfg, dst)
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
	return &World{set.Manifest, append(w.Keys[:len(w.Keys):len(w.Keys)], r.Keys...), set}
}

func header() blindset.Manifest {
	return blindset.Manifest{
		Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: token.Balanced, Payload: 256,
		Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
	}
}
