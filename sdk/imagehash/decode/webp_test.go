package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testfiles"
)

// webpSample returns one of golang.org/x/image's test pictures, and the file.
func webpSample(t testing.TB, name string) (*webpFile, []byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testfiles.Module(t, "golang.org/x/image", "testdata"), name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := parseWebP(data)
	if err != nil {
		t.Fatal(err)
	}
	return f, data
}

func (f *webpFile) chunks() []webpChunk {
	if f.alpha != nil {
		return []webpChunk{{"ALPH", f.alpha}, {f.kind, f.data}}
	}
	return []webpChunk{{f.kind, f.data}}
}

const (
	lossless   = "yellow_rose.lossless.webp"
	lossy      = "yellow_rose.lossy.webp"
	lossyAlpha = "yellow_rose.lossy-with-alpha.webp"
)

// TestWebPTestData compares the lossless pictures of golang.org/x/image's tests
// with the PNG files that they were made of, exactly, and the lossy ones nearly.
func TestWebPTestData(t *testing.T) {
	dir := testfiles.Module(t, "golang.org/x/image", "testdata")
	compared := 0
	for _, file := range testfiles.Files(t, dir, 15, "*.webp") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := mustDecode(t, data, WebP)
		base, _, _ := strings.Cut(filepath.Base(file), ".")
		exact := strings.HasSuffix(file, ".lossless.webp")
		if exact {
			base = strings.TrimSuffix(filepath.Base(file), ".lossless.webp")
		}
		original, err := os.Open(filepath.Join(dir, base+".png"))
		if err != nil {
			continue
		}
		want, err := png.Decode(original)
		original.Close()
		if err != nil {
			t.Fatal(err)
		}
		compared++
		if exact {
			wantPixels(t, filepath.Base(file), p, want)
			continue
		}
		// Lossy: the mean of each channel must be right, which it is not if
		// luma from 16 to 235 is taken for luma from 0 to 255.
		var got, mean [3]float64
		a, b := p.NRGBA(), asNRGBA(want)
		n := 0
		for i := 0; i < len(a.Pix); i += 4 {
			if b.Pix[i+3] == 255 {
				n++
				for c := range 3 {
					got[c] += float64(a.Pix[i+c])
					mean[c] += float64(b.Pix[i+c])
				}
			}
		}
		for c := range 3 {
			if d := (got[c] - mean[c]) / float64(n); math.Abs(d) > 2 {
				t.Errorf("%s: channel %d is %.1f off on average", filepath.Base(file), c, d)
			}
		}
	}
	if compared < 10 {
		t.Errorf("only %d pictures compared", compared)
	}
}

// TestWebPAlpha checks opacity in the two kinds of picture that have it.
func TestWebPAlpha(t *testing.T) {
	for _, name := range []string{lossyAlpha, "gopher-doc.with-alpha.lossless.webp"} {
		_, data := webpSample(t, name)
		levels := map[byte]int{}
		m := mustDecode(t, data, WebP).NRGBA()
		for i := 3; i < len(m.Pix); i += 4 {
			levels[m.Pix[i]]++
		}
		if len(levels) < 10 || levels[0] == 0 || levels[255] == 0 {
			t.Errorf("%s: %d levels of opacity", name, len(levels))
		}
	}
}

// TestWebPAnimation checks that the first frame of an animation is that of a
// still picture, in its place on the canvas.
func TestWebPAnimation(t *testing.T) {
	const animation, alpha = 1 << 1, 1 << 4
	for _, name := range []string{lossless, lossy, lossyAlpha} {
		f, data := webpSample(t, name)
		still := mustDecode(t, data, WebP).NRGBA()
		size := still.Rect.Size()
		other, _ := webpSample(t, "blue-purple-pink.lossy.webp")
		oSize := other.frame.Size()
		for _, at := range []image.Point{{}, {6, 10}} {
			w, h := max(size.X+at.X+3, oSize.X), max(size.Y+at.Y, oSize.Y)
			file := webpOf(
				vp8x(animation|alpha, w, h),
				webpChunk{"ICCP", []byte("profile")},
				webpChunk{"ANIM", []byte{1, 2, 3, 4, 0, 0}},
				anmf(at.X, at.Y, size.X, size.Y, f.chunks()...),
				anmf(0, 0, oSize.X, oSize.Y, other.chunks()...),
				webpChunk{"EXIF", append([]byte(exifHeader), exifOf(binary.BigEndian, MirroredVertically)...)},
			)
			p := mustDecode(t, file, WebP)
			if p.Config().Orientation != MirroredVertically {
				t.Errorf("%s: %+v", name, p.Config())
			}
			want := image.NewNRGBA(image.Rect(0, 0, w, h))
			for y := range size.Y {
				for x := range size.X {
					want.SetNRGBA(x+at.X, h-1-(y+at.Y), still.NRGBAAt(x, y))
				}
			}
			if !bytes.Equal(p.NRGBA().Pix, want.Pix) {
				t.Errorf("%s at %v: another picture than the still one", name, at)
			}
		}
	}
}

// TestWebPExtended checks orientation, and an alpha flag that no chunk honours,
// which golang.org/x/image refuses and others do not.
func TestWebPExtended(t *testing.T) {
	f, data := webpSample(t, lossy)
	still := mustDecode(t, data, WebP).NRGBA()
	for _, prefix := range []string{"", exifHeader} {
		file := webpOf(vp8x(1<<4|1<<3, f.frame.Dx(), f.frame.Dy()), webpChunk{f.kind, f.data},
			webpChunk{"EXIF", append([]byte(prefix), exifOf(binary.LittleEndian, Rotated90)...)})
		p := mustDecode(t, file, WebP)
		if p.Config().Orientation != Rotated90 || !bytes.Equal(stored(p.NRGBA(), Rotated90).Pix, still.Pix) {
			t.Errorf("prefix %q: %+v", prefix, p.Config())
		}
	}
}

func TestWebPErrors(t *testing.T) {
	f, data := webpSample(t, lossy)
	l, _ := webpSample(t, lossless)
	w, h := f.frame.Dx(), f.frame.Dy()
	frame := webpChunk{f.kind, f.data}
	with := func(c webpChunk, at int, b ...byte) webpChunk {
		c.data = bytes.Clone(c.data)
		copy(c.data[at:], b)
		return c
	}
	const animation = 1 << 1
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"header only", data[:12], io.ErrUnexpectedEOF},
		{"no chunk", webpOf(), io.ErrUnexpectedEOF},
		{"size of 0", append([]byte("RIFF\x00\x00\x00\x00"), data[8:]...), errWebPChunk},
		{"unknown chunk first", webpOf(webpChunk{"ABCD", nil}), errWebPChunk},
		{"short VP8X", webpOf(webpChunk{"VP8X", []byte{0}}), io.ErrUnexpectedEOF},
		{"no frame", webpOf(vp8x(0, w, h)), io.ErrUnexpectedEOF},
		{"another canvas", webpOf(vp8x(0, w+1, h), frame), errWebPFrame},
		{"huge frame on a small canvas", webpOf(vp8x(0, 1, 1), with(frame, 6, 0xff, 0x3f, 0xff, 0x3f)), errWebPFrame},
		{"not a key frame", webpOf(with(frame, 0, f.data[0]|1)), errWebPHeader},
		{"no start code", webpOf(with(frame, 3, 0)), errWebPHeader},
		{"width of 0", webpOf(with(frame, 6, 0, 0)), errWebPHeader},
		{"short VP8", webpOf(webpChunk{"VP8 ", f.data[:9]}), io.ErrUnexpectedEOF},
		{"short VP8L", webpOf(webpChunk{"VP8L", l.data[:4]}), io.ErrUnexpectedEOF},
		{"no signature", webpOf(webpChunk{"VP8L", append([]byte{0}, l.data[1:]...)}), errWebPHeader},
		{"still frame in an animation", webpOf(vp8x(animation, w, h), frame), errWebPChunk},
		{"alpha outside of the frame", webpOf(vp8x(animation, w, h), webpChunk{"ALPH", nil}), errWebPChunk},
		{"alpha after the frame", webpOf(vp8x(0, w, h), frame, webpChunk{"ALPH", nil}), errWebPChunk},
		{"animation without frames", webpOf(vp8x(animation, w, h)), io.ErrUnexpectedEOF},
		{"short ANMF", webpOf(vp8x(animation, w, h), webpChunk{"ANMF", make([]byte, 15)}), io.ErrUnexpectedEOF},
		{"ANMF without a frame", webpOf(vp8x(animation, w, h), anmf(0, 0, w, h, webpChunk{"ABCD", nil})), io.ErrUnexpectedEOF},
		{"ANMF of another size", webpOf(vp8x(animation, w, h), anmf(0, 0, w-1, h, frame)), errWebPFrame},
		{"frame outside", webpOf(vp8x(animation, w, h), anmf(2, 0, w, h, frame)), errWebPCanvas},
		{"chunk longer than the file", webpOf(webpChunk{"VP8X", append(vp8x(0, w, h).data, "VP8 \xff\xff\xff\xff"...)}), io.ErrUnexpectedEOF},
	} {
		_, err := Decode(test.data, Limits{})
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) || corrupt.Format != WebP || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

// FuzzParseWebP checks that whatever the container claims, the frame it yields
// lies in the canvas and the file made of it in what was read.
func FuzzParseWebP(f *testing.F) {
	frame := webpChunk{"VP8 ", []byte("\x00\x00\x00\x9d\x01\x2a\x04\x00\x03\x00")}
	still := webpChunk{"VP8L", []byte("\x2f\x03\x80\x00\x00\x00")}
	for _, seed := range [][]byte{
		webpOf(), webpOf(frame), webpOf(still), webpOf(vp8x(0, 4, 3), frame),
		webpOf(vp8x(1<<4, 4, 3), webpChunk{"ALPH", []byte{0}}, frame),
		webpOf(vp8x(1<<1, 9, 9), anmf(2, 4, 4, 3, frame)),
		webpOf(vp8x(1<<1, 4, 3), anmf(0, 0, 4, 3, still), webpChunk{"EXIF", exifOf(binary.LittleEndian, Rotated90)}),
		[]byte("RIFF\xff\xff\xff\xffWEBPVP8X"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := parseWebP(data)
		if err != nil {
			return
		}
		if w.frame.Empty() || !w.frame.In(w.canvas) || w.canvas.Min != (image.Point{}) {
			t.Fatalf("frame %v on canvas %v", w.frame, w.canvas)
		}
		file, err := io.ReadAll(w.still())
		if err != nil || len(file) > len(data)+64 {
			t.Fatalf("%d bytes of %d, %v", len(file), len(data), err)
		}
		again, err := parseWebP(file)
		if err != nil {
			t.Fatal(err)
		}
		if again.frame.Size() != w.frame.Size() || again.kind != w.kind || !bytes.Equal(again.data, w.data) {
			t.Fatal("the frame changed when it was taken out")
		}
	})
}
