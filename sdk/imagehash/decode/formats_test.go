package decode

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"testing"

	_ "image/jpeg" // for image.Decode
	_ "image/png"

	"golang.org/x/image/tiff"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testfiles"
)

// mustDecode decodes and checks the format.
func mustDecode(t *testing.T, data []byte, format Format) *Picture {
	t.Helper()
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Config().Format != format {
		t.Fatalf("format %s, want %s", p.Config().Format, format)
	}
	c, err := DecodeConfig(data)
	if err != nil || c != p.Config() {
		t.Fatalf("header alone: %+v, %v, want %+v", c, err, p.Config())
	}
	return p
}

// wantPixels compares with a picture of the standard library's types.
func wantPixels(t *testing.T, name string, p *Picture, want image.Image) {
	t.Helper()
	w := asNRGBA(want)
	if p.Width() != w.Rect.Dx() || p.Height() != w.Rect.Dy() {
		t.Errorf("%s: %d×%d, want %v", name, p.Width(), p.Height(), w.Rect.Size())
		return
	}
	got := p.NRGBA()
	for i := range got.Pix {
		if got.Pix[i] != w.Pix[i] {
			t.Errorf("%s: channel %d of pixel %d is %d, want %d", name, i%4, i/4, got.Pix[i], w.Pix[i])
			return
		}
	}
}

// TestLossless encodes pictures of every type in every format that keeps them.
func TestLossless(t *testing.T) {
	images := stdImages(37, 23)
	for _, name := range []string{"gray", "gray16", "nrgba", "nrgba transparent", "nrgba64", "rgba", "paletted", "paletted transparent"} {
		wantPixels(t, "png "+name, mustDecode(t, pngOf(t, images[name]), PNG), images[name])
	}
	for _, name := range []string{"gray", "nrgba", "rgba", "paletted"} {
		wantPixels(t, "bmp "+name, mustDecode(t, bmpOf(t, images[name]), BMP), images[name])
	}
	for _, name := range []string{"gray", "gray16", "nrgba", "nrgba transparent", "rgba", "rgba transparent", "paletted"} {
		for _, c := range []tiff.CompressionType{tiff.Uncompressed, tiff.Deflate} {
			wantPixels(t, "tiff "+name, mustDecode(t, tiffOf(t, images[name], c), TIFF), images[name])
		}
	}
	m := images["paletted"].(*image.Paletted)
	wantPixels(t, "gif", mustDecode(t, gifOf(t, &gif.GIF{Image: []*image.Paletted{m}, Delay: []int{0}}), GIF), m)
}

// TestGIF checks a first frame that covers a part of the screen, transparency,
// and that later frames do not show.
func TestGIF(t *testing.T) {
	pal := color.Palette{color.NRGBA{}, color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}}
	first := image.NewPaletted(image.Rect(3, 2, 8, 6), pal)
	for i := range first.Pix {
		first.Pix[i] = byte(i % 2)
	}
	second := image.NewPaletted(image.Rect(0, 0, 12, 10), pal)
	for i := range second.Pix {
		second.Pix[i] = 2
	}
	data := gifOf(t, &gif.GIF{
		Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
		Config: image.Config{ColorModel: pal, Width: 12, Height: 10}, BackgroundIndex: 2,
	})
	want := image.NewNRGBA(image.Rect(0, 0, 12, 10))
	for y := 2; y < 6; y++ {
		for x := 3; x < 8; x++ {
			if ((y-2)*5+x-3)%2 == 1 {
				want.SetNRGBA(x, y, color.NRGBA{255, 0, 0, 255})
			}
		}
	}
	wantPixels(t, "gif", mustDecode(t, data, GIF), want)
}

// TestFlatJPEG checks the kinds of JPEG picture that the standard library does
// not write.
func TestFlatJPEG(t *testing.T) {
	value := func(c, x, y int) byte { return byte(20 + 60*c + 10*x + 5*y) }
	for _, test := range []struct {
		name  string
		jpeg  flatJPEG
		pixel func(v [4]byte) color.Color
	}{
		{"grey", flatJPEG{components: 1, adobe: -1}, func(v [4]byte) color.Color { return color.Gray{v[0]} }},
		{"grey, progressive", flatJPEG{components: 1, adobe: -1, progressive: true, emptyScans: 3}, func(v [4]byte) color.Color { return color.Gray{v[0]} }},
		{"YCbCr", flatJPEG{components: 3, adobe: 1}, func(v [4]byte) color.Color { return color.YCbCr{v[0], v[1], v[2]} }},
		{"YCbCr, progressive", flatJPEG{components: 3, adobe: -1, progressive: true, emptyScans: 2}, func(v [4]byte) color.Color { return color.YCbCr{v[0], v[1], v[2]} }},
		{"RGB", flatJPEG{components: 3, adobe: 0}, func(v [4]byte) color.Color { return color.NRGBA{v[0], v[1], v[2], 255} }},
		{"CMYK", flatJPEG{components: 4, adobe: 0}, func(v [4]byte) color.Color {
			return color.CMYK{255 - v[0], 255 - v[1], 255 - v[2], 255 - v[3]}
		}},
		{"YCCK", flatJPEG{components: 4, adobe: 2, progressive: true}, func(v [4]byte) color.Color {
			r, g, b := color.YCbCrToRGB(v[0], v[1], v[2])
			return color.CMYK{r, g, b, 255 - v[3]}
		}},
	} {
		test.jpeg.blocksX, test.jpeg.blocksY, test.jpeg.value = 3, 2, value
		want := image.NewNRGBA(image.Rect(0, 0, 24, 16))
		for y := range 16 {
			for x := range 24 {
				var v [4]byte
				for c := range v {
					v[c] = value(c, x/8, y/8)
				}
				want.Set(x, y, test.pixel(v))
			}
		}
		wantPixels(t, test.name, mustDecode(t, test.jpeg.encode(), JPEG), want)
	}
}

// TestGoTestData compares all pictures that Go's own tests decode with what
// image/color makes of them.
func TestGoTestData(t *testing.T) {
	dir := testfiles.GoSource(t, "image/testdata")
	for _, file := range testfiles.Files(t, dir, 30, "*.jpeg", "*.png", "*.gif") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(data, Limits{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		wantPixels(t, filepath.Base(file), p, want)
	}
}

// TestXImageTestData decodes what golang.org/x/image's tests do in BMP and TIFF,
// and compares with the PNG file of the same name where there is one.
func TestXImageTestData(t *testing.T) {
	dir := testfiles.Module(t, "golang.org/x/image", "testdata")
	compared := 0
	for _, file := range testfiles.Files(t, dir, 20, "*.bmp", "*.tiff") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(data, Limits{})
		if filepath.Base(file) == "invalid-palette-ref.tiff" {
			wantCorrupt(t, "invalid-palette-ref.tiff", err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		data, err = os.ReadFile(file[:len(file)-len(filepath.Ext(file))] + ".png")
		if err != nil {
			continue
		}
		want, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		wantPixels(t, filepath.Base(file), p, want)
		compared++
	}
	if compared < 5 {
		t.Errorf("only %d pictures compared", compared)
	}
}
