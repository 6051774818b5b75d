package sdk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/image/draw"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// pictures of the measurement: synthetic ones and, where they are, photographs.
func measuredPictures(t *testing.T) []image.Image {
	t.Helper()
	var out []image.Image
	for i := range samplesOfEach() {
		p := synthetic(uint64(500+i), 320, 240)
		out = append(out, &image.NRGBA{Pix: p.rgba, Stride: 4 * p.width, Rect: image.Rect(0, 0, p.width, p.height)})
	}
	dir := os.Getenv("VEILHASH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "photos", "*.jpg"))
	if len(files) == 0 {
		if os.Getenv("VEILHASH_REQUIRE_SHARED") == "1" {
			t.Fatal("the photographs are required and not there")
		}
		t.Logf("no photographs in %s: synthetic pictures only", dir)
		return out
	}
	if len(files) < 300 {
		t.Fatalf("only %d photographs", len(files))
	}
	step := len(files) / samplesOfEach()
	for i := step / 2; i < len(files); i += step {
		b, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, img)
	}
	return out
}

// samplesOfEach is how many pictures of each sort are measured in a test; the figures in docs/threshold.md are of 100.
func samplesOfEach() int {
	if runtime.GOARCH == "wasm" {
		return 2
	}
	return 6
}

// Ordinary edits: what messengers and list keepers do to a picture.

func recompress(img image.Image, quality int) image.Image {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	out, err := jpeg.Decode(&b)
	if err != nil {
		panic(err)
	}
	return out
}

func scaled(img image.Image, percent int) image.Image {
	r := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, r.Dx()*percent/100, r.Dy()*percent/100))
	draw.BiLinear.Scale(out, out.Rect, img, r, draw.Src, nil)
	return out
}

func brightened(img image.Image, percent int) image.Image {
	r := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		for x := range r.Dx() {
			a, b, c, _ := img.At(r.Min.X+x, r.Min.Y+y).RGBA()
			f := func(v uint32) uint8 { return uint8(min(255, int(v>>8)*percent/100)) }
			out.SetRGBA(x, y, color.RGBA{f(a), f(b), f(c), 255})
		}
	}
	return out
}

func cropped(img image.Image, perMille int) image.Image {
	r := img.Bounds()
	dx, dy := r.Dx()*perMille/2000, r.Dy()*perMille/2000
	out := image.NewRGBA(image.Rect(0, 0, r.Dx()-2*dx, r.Dy()-2*dy))
	draw.Draw(out, out.Rect, img, r.Min.Add(image.Pt(dx, dy)), draw.Src)
	return out
}

var (
	sentAs = []func(image.Image) image.Image{
		func(i image.Image) image.Image { return i },
		func(i image.Image) image.Image { return recompress(i, 75) },
		func(i image.Image) image.Image { return recompress(scaled(i, 64), 75) },
		func(i image.Image) image.Image { return recompress(scaled(i, 40), 75) },
		func(i image.Image) image.Image { return brightened(i, 115) },
		func(i image.Image) image.Image { return recompress(cropped(i, 10), 85) },
	}
	// What further lists hold of a picture that one list holds as it is.
	listedAs = []func(image.Image) image.Image{
		func(i image.Image) image.Image { return recompress(scaled(i, 50), 80) },
		func(i image.Image) image.Image { return recompress(cropped(i, 10), 80) },
		func(i image.Image) image.Image { return recompress(scaled(i, 80), 50) },
	}
)

func hashImage(t *testing.T, img image.Image, views ...imagehash.View) []imagehash.ViewFeatures {
	t.Helper()
	r := img.Bounds()
	n := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(n, n.Rect, img, r.Min, draw.Src)
	f, err := imagehash.HashRGBA(imagehash.PDQ{}, r.Dx(), r.Dy(), n.Pix, views...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A tally of opening probes: counts[v][n] is how many true matches under `balanced` open n probes, where each picture is on the list as it is and in v versions besides.
type openingCounts [4][17]float64

func countOpenings(t *testing.T, pictures []image.Image) (counts openingCounts) {
	scheme, err := token.Parse(token.Balanced)
	if err != nil {
		t.Fatal(err)
	}
	for _, img := range pictures {
		listed := map[string]int{} // the number of versions from which on a token is on the list
		for v := len(listedAs); v >= 0; v-- {
			version := img
			if v > 0 {
				version = listedAs[v-1](img)
			}
			listed[string(scheme.Token(hashImage(t, version)[0].Hash))] = v
		}
		for _, edit := range sentAs {
			var n [4]int
			for _, p := range scheme.Probes(hashImage(t, edit(img), scheme.Views()...), 50) {
				if from, ok := listed[string(p.Token)]; ok {
					for v := from; v < len(n); v++ {
						n[v]++
					}
				}
			}
			for v, hits := range n {
				if hits > 0 {
					counts[v][hits]++
				}
			}
		}
	}
	for v := range counts {
		total := 0.0
		for _, n := range counts[v] {
			total += n
		}
		t.Logf("%d versions besides, %.0f matches: %.4f", v, total, scale(&counts[v], 1/total)[1:6])
	}
	return counts
}

func scale(counts *[17]float64, f float64) *[17]float64 {
	for i := range counts {
		counts[i] *= f
	}
	return counts
}

// The pinned distribution is that of a list on which nine pictures of ten are listed once, and the others in two, three or four versions, alike.
func TestDefaultOpenings(t *testing.T) {
	counts := countOpenings(t, measuredPictures(t))
	if counts[0][1] != 1 {
		t.Errorf("of a picture that is listed once more than one probe opened: probes are distinct")
	}
	pinned := sdk.DefaultOpenings()
	for n := 1; n <= 5; n++ {
		measured := 0.9*counts[0][n] + 0.1*(counts[1][n]+counts[2][n]+counts[3][n])/3
		if d := pinned.Probability(n) - measured; d < -0.02 || d > 0.02 {
			t.Errorf("%d probes open with probability %.4f, pinned is %.4f", n, measured, pinned.Probability(n))
		}
	}
	if pinned.Max() != 4 {
		t.Errorf("up to %d probes open", pinned.Max())
	}
}
