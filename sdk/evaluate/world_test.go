package evaluate

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

// photo draws a picture of many waves and a few edges, which hashes with a high quality and differs from seed to seed.
func photo(seed uint64, w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 11))
	type wave struct{ x, y, phase, strength float64 }
	var waves [40]wave
	for i := range waves {
		length := 0.08 * math.Exp(2.5*r.Float64())
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		waves[i] = wave{2 * math.Pi * cos / length, 2 * math.Pi * sin / length, 2 * math.Pi * r.Float64(), 90 * length}
	}
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 128.0
			for _, m := range waves {
				v += m.strength * math.Sin(m.x*float64(x)/float64(w)+m.y*float64(y)/float64(h)+m.phase)
			}
			c := uint8(min(max(v, 0), 255))
			p.SetNRGBA(x, y, color.NRGBA{c, c / 2, 255 - c, 255})
		}
	}
	return p
}

func encode(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder writes n pictures and returns them as inputs, in two classes.
func folder(t testing.TB, n int) []Input {
	t.Helper()
	dir := t.TempDir()
	var inputs []Input
	for i := range n {
		in := Input{File: filepath.Join(dir, fmt.Sprintf("%02d.jpg", i)), Class: []string{"even", "odd"}[i%2]}
		if err := os.WriteFile(in.File, encode(t, photo(uint64(i), 120, 90)), 0o644); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// smallPlan is a plan that takes little time.
func smallPlan() Plan {
	p := Plan{Seed: 1, Views: []imagehash.View{imagehash.AsIs(), imagehash.Pad(15), imagehash.Trim()}, Side: 1024}
	for _, e := range edit.Suite() {
		switch e.Name {
		case "messenger-0.64", "jpeg-75", "gamma-1.25", "noise-5", "crop-2%", "bars-5%", "text-5%":
			p.Edits = append(p.Edits, e)
		}
	}
	p.Edits = append(p.Edits, edit.LargeSuite()[0])
	for _, e := range edit.Variants() {
		if e.Name == "variant-crop-2%" || e.Name == "variant-bottom-5%" {
			p.Variants = append(p.Variants, e)
		}
	}
	return p
}

func collect(t testing.TB, plan Plan, inputs []Input, dir string) *Survey {
	t.Helper()
	s, err := Collect(context.Background(), plan, inputs, CollectConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func smallAnalysis() Analysis {
	a := DefaultAnalysis()
	a.Schemes = []SchemeConfig{
		{Name: "small", Text: "lowest-frequency bits=64 probes=as-is:8,pad-15:4,trim:4"},
		{Name: "variants", Text: "lowest-frequency bits=64 probes=as-is:8,pad-15:4,trim:4", Variants: []string{"variant-crop-2%", "variant-bottom-5%"}},
	}
	a.Bootstrap, a.SearchBits, a.SearchProbes, a.SearchTokens = 50, []int{64}, []int{1, 16}, []int{1, 2}
	return a
}

func write(t testing.TB, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
