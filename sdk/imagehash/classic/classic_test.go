package classic

import (
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/corona10/goimagehash"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/testfiles"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// peer is what goimagehash makes of a picture, as our digits.
func peer(t testing.TB, h Hasher, img image.Image) string {
	t.Helper()
	n := h.Size.side()
	var ext *goimagehash.ExtImageHash
	var err error
	switch h.Kind {
	case PHash:
		ext, err = goimagehash.ExtPerceptionHash(img, n, n)
	case DHash:
		ext, err = goimagehash.ExtDifferenceHash(img, n, n)
	case AHash:
		ext, err = goimagehash.ExtAverageHash(img, n, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	if h.Size == Size64 {
		var short *goimagehash.ImageHash
		switch h.Kind {
		case PHash:
			short, err = goimagehash.PerceptionHash(img)
		case DHash:
			short, err = goimagehash.DifferenceHash(img)
		case AHash:
			short, err = goimagehash.AverageHash(img)
		}
		if err != nil {
			t.Fatal(err)
		}
		if short.GetHash() != ext.GetHash()[0] {
			t.Fatalf("%s: goimagehash's two functions disagree: %v and %v", h.Name(), short.ToString(), ext.ToString())
		}
	}
	return ext.ToString()[2:]
}

// onWhite is a picture as goimagehash is to be given it.
func onWhite(width, height int, rgba []byte) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(rgba); i += 4 {
		a := int(rgba[i+3])
		for c := range 3 {
			m.Pix[i+c] = byte((int(rgba[i+c])*a + 255*(255-a) + 127) / 255)
		}
		m.Pix[i+3] = 255
	}
	return m
}

func one(t testing.TB, h Hasher, width, height int, rgba []byte, v imagehash.View) imagehash.ViewFeatures {
	t.Helper()
	f, err := imagehash.HashRGBA(h, width, height, rgba, v)
	if err != nil {
		t.Fatal(err)
	}
	return f[0]
}

// consistent checks that coefficients say what the bits say.
func consistent(t *testing.T, h Hasher, f *imagehash.Features) {
	t.Helper()
	for k := range imagehash.HashBits {
		if set := f.Coefficients[k] > f.Median; set != (f.Hash.Bit(k) == 1) {
			t.Errorf("%s: bit %d is %d, its coefficient %v", h.Name(), k, f.Hash.Bit(k), f.Coefficients[k])
		}
		if k >= h.Bits() && f.Coefficients[k] != 0 {
			t.Errorf("%s: bit %d has a coefficient", h.Name(), k)
		}
	}
}

// The bits are goimagehash's, on every photograph that there is.
func TestAgainstGoimagehashOnPhotographs(t *testing.T) {
	files := testfiles.Files(t, testfiles.Shared(t, "photos"), 100, "*.jpg")
	step := 1
	if wasm {
		step = 13 // an interpreter would take minutes over all
	}
	compared := 0
	for i := 0; i < len(files); i += step {
		raw, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		p, err := decode.Decode(raw, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		m := p.NRGBA()
		rgba := onWhite(p.Width(), p.Height(), m.Pix)
		// One hasher after the other, since all on each takes a minute.
		for k, h := range All() {
			if k != i%len(All()) {
				continue
			}
			f := one(t, h, p.Width(), p.Height(), m.Pix, imagehash.AsIs())
			if got, want := f.Hash.Digits(h.Bits()), peer(t, h, rgba); got != want {
				t.Errorf("%s of %s is %s, goimagehash says %s", h.Name(), filepath.Base(files[i]), got, want)
			}
			consistent(t, h, &f.Features)
			compared++
		}
	}
	if compared < 30 {
		t.Errorf("only %d hashes compared", compared)
	}
}

// … and of pictures of every awkward size, opaque or not.
func TestAgainstGoimagehashOnSizes(t *testing.T) {
	sizes := [][2]int{
		{1, 1}, {1, 2}, {2, 1}, {3, 5}, {7, 8}, {8, 8}, {9, 8}, {16, 16}, {17, 16}, {15, 17}, {31, 9}, {64, 64}, {64, 65}, {63, 200}, {256, 256},
		{255, 257}, {300, 20}, {1, 300}, {300, 1}, {640, 480}, {513, 1025}, {2000, 40}, {40, 2000},
	}
	for i, size := range sizes {
		w, h := size[0], size[1]
		for _, rgba := range [][]byte{
			testpicture.RGBA(uint64(i), w, h),
			testpicture.Transparent(uint64(i), testpicture.RGBA(uint64(i), w, h)),
			make([]byte, 4*w*h),
		} {
			for _, hasher := range All() {
				f := one(t, hasher, w, h, rgba, imagehash.AsIs())
				if got, want := f.Hash.Digits(hasher.Bits()), peer(t, hasher, onWhite(w, h, rgba)); got != want {
					t.Errorf("%s of %d×%d, picture %d: %s, goimagehash says %s", hasher.Name(), w, h, i, got, want)
				}
				consistent(t, hasher, &f.Features)
			}
		}
	}
}

// A view is the hash of another picture, which goimagehash can be given.
func TestViews(t *testing.T) {
	const w, h = 203, 151
	rgba := testpicture.RGBA(7, w, h)
	for y := range h { // borders to trim
		for x := range w {
			if y < 12 || y >= h-9 || x < 5 {
				copy(rgba[4*(y*w+x):], []byte{250, 250, 250, 255})
			}
		}
	}
	full := onWhite(w, h, rgba)
	at := func(r image.Rectangle) *image.RGBA {
		out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
		mirror := func(i, n int) int {
			if i < 0 {
				return -1 - i
			} else if i >= n {
				return 2*n - 1 - i
			}
			return i
		}
		for y := range r.Dy() {
			for x := range r.Dx() {
				out.SetRGBA(x, y, full.RGBAAt(mirror(x+r.Min.X, w), mirror(y+r.Min.Y, h)))
			}
		}
		return out
	}
	views := []struct {
		view imagehash.View
		rect image.Rectangle
	}{
		{imagehash.AsIs(), image.Rect(0, 0, w, h)},
		{imagehash.Pad(15), image.Rect(-2, -1, w+2, h+1)},
		{imagehash.Pad(250), image.Rect(-25, -19, w+25, h+19)},
		{imagehash.Crop(40), image.Rect(4, 3, w-4, h-3)},
		{imagehash.Trim(), image.Rect(5, 12, w, h-9)},
	}
	for _, hasher := range All() {
		var all []imagehash.View
		for _, v := range views {
			all = append(all, v.view)
		}
		got, err := imagehash.HashRGBA(hasher, w, h, rgba, all...)
		if err != nil {
			t.Fatal(err)
		}
		pdq, err := imagehash.HashRGBA(imagehash.PDQ{}, w, h, rgba, all...)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range views {
			if g, want := got[i].Hash.Digits(hasher.Bits()), peer(t, hasher, at(v.rect)); g != want {
				t.Errorf("%s, view %s: %s, goimagehash says %s", hasher.Name(), v.view, g, want)
			}
			if got[i].Quality != pdq[i].Quality || got[i].Same != pdq[i].Same || got[i].View != v.view {
				t.Errorf("%s, view %s: quality %d and same %t, PDQ has %d and %t", hasher.Name(), v.view, got[i].Quality, got[i].Same, pdq[i].Quality, pdq[i].Same)
			}
		}
	}
}

// How the rows are cut into strips makes no difference.
func TestStrips(t *testing.T) {
	const w, h = 131, 97
	rgba := testpicture.RGBA(9, w, h)
	views := []imagehash.View{imagehash.AsIs(), imagehash.Pad(30), imagehash.Trim()}
	for _, hasher := range All() {
		want, err := imagehash.HashRGBA(hasher, w, h, rgba, views...)
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range []int{1, 7, 96} {
			s, err := hasher.Begin(w, h, views)
			if err != nil {
				t.Fatal(err)
			}
			for again := true; again; {
				for strip := range slices.Chunk(rgba, rows*4*w) {
					if err := s.WriteRows(strip); err != nil {
						t.Fatal(err)
					}
				}
				if again, err = s.EndPass(); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Features()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s in strips of %d rows differs", hasher.Name(), rows)
			}
			if grey, err := s.Grey(16); err != nil || len(grey) != 256 {
				t.Errorf("grey: %d bytes, %v", len(grey), err)
			}
		}
	}
}

func TestNames(t *testing.T) {
	want := []string{"phash-64", "phash-256", "dhash-64", "dhash-256", "ahash-64", "ahash-256"}
	for i, h := range All() {
		if h.Name() != want[i] {
			t.Errorf("%q, want %q", h.Name(), want[i])
		}
		if back, err := ParseName(want[i]); err != nil || back != h {
			t.Errorf("%s: %v, %v", want[i], back, err)
		}
		if p, err := Parse(want[i]); err != nil || p.Name() != want[i] || p.Bits() != h.Bits() {
			t.Errorf("%s: %v, %v", want[i], p, err)
		}
	}
	if p, err := Parse("pdq-canonical@-50"); err != nil || p != (imagehash.PDQ{Phase: -50}) {
		t.Errorf("PDQ: %v, %v", p, err)
	}
	for _, name := range []string{"", "phash", "phash-65", "phash-064", "PHASH-64", "whash-64", "pdq", "pdq-none", "ahash-64 "} {
		var e *imagehash.ParseError
		if _, err := Parse(name); !errors.As(err, &e) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestErrors(t *testing.T) {
	var view *imagehash.ViewError
	if _, err := (Hasher{}).Begin(9, 9, []imagehash.View{imagehash.Left(17)}); !errors.As(err, &view) {
		t.Errorf("a turned view: %v", err)
	}
	if _, err := (Hasher{}).Begin(9, 9, []imagehash.View{imagehash.Pad(0)}); !errors.As(err, &view) {
		t.Errorf("a pad of nothing: %v", err)
	}
	var size *imagehash.SizeError
	if _, err := (Hasher{MaxPixels: 80}).Begin(9, 9, nil); !errors.As(err, &size) {
		t.Errorf("too large: %v", err)
	}
	var config *imagehash.ConfigError
	for _, h := range []Hasher{{Kind: 3}, {Size: 2}} {
		if _, err := h.Begin(9, 9, nil); !errors.As(err, &config) {
			t.Errorf("%v: %v", h, err)
		}
	}
	s, err := Hasher{}.Begin(2, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Features(); err != imagehash.ErrOrder {
		t.Errorf("features before the rows: %v", err)
	}
	if err := s.WriteRows(make([]byte, 9)); err != imagehash.ErrPartialRow {
		t.Errorf("a part of a row: %v", err)
	}
	if _, err := s.EndPass(); err != imagehash.ErrMissingRows {
		t.Errorf("no rows: %v", err)
	}
	if err := s.WriteRows(make([]byte, 24)); err != imagehash.ErrTooManyRows {
		t.Errorf("three rows of two: %v", err)
	}
}

// What the largest picture takes does not depend on its height.
func TestMemoryIsBounded(t *testing.T) {
	const w, h = 3, imagehash.MaxSide
	s, err := Hasher{Size: Size256}.Begin(w, h, []imagehash.View{imagehash.AsIs()})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(s.(*sampler).lanes[0].sums); got != 3*256*256 {
		t.Errorf("a lane keeps %d sums, want %d", got, 3*256*256)
	}
}

// goimagehash resamples an *image.YCbCr by its parts. How far that is from what we do is stated in docs/research.md; it must not be far.
func TestYCbCrIsNear(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 320, 240), image.YCbCrSubsampleRatio420)
	rgba := testpicture.RGBA(11, 320, 240)
	for y := range 240 {
		for x := range 320 {
			p := rgba[4*(320*y+x):]
			yy, cb, cr := color.RGBToYCbCr(p[0], p[1], p[2])
			m.Y[m.YOffset(x, y)], m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = yy, cb, cr
		}
	}
	flat := image.NewRGBA(m.Rect)
	for y := range 240 {
		for x := range 320 {
			flat.Set(x, y, m.At(x, y))
		}
	}
	for _, h := range All() {
		a := one(t, h, 320, 240, flat.Pix, imagehash.AsIs()).Hash
		b, err := imagehash.ParseDigits(peer(t, h, m), h.Bits())
		if err != nil {
			t.Fatal(err)
		}
		if d := a.Distance(b); d > h.Bits()/16 {
			t.Errorf("%s: %d bits apart", h.Name(), d)
		}
	}
}

// Golden hashes: every platform must reach them.
func TestGolden(t *testing.T) {
	rgba := testpicture.RGBA(1, 1000, 750)
	for name, want := range golden {
		h, err := ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := one(t, h, 1000, 750, rgba, imagehash.Pad(15)).Hash.Digits(h.Bits()); got != want {
			t.Errorf("%q: %q,", name, got)
		}
	}
	if len(golden) != len(All()) {
		t.Errorf("%d golden hashes of %d", len(golden), len(All()))
	}
}

var golden = map[string]string{
	"phash-64":  "af82c2f7370c870d",
	"phash-256": "af36c235c22af7823f490d2287240d1f26e3bf6b99060eef1c2b0e4f0774ff88",
	"dhash-64":  "ebcbe7773f3f3767",
	"dhash-256": "f8cff8c7f8c7f89ff89ffe9f9e9e173f0f3f0bbe19fd04ff1e1f1f1f1e2d3e79",
	"ahash-64":  "7f7f030303839b3f",
	"ahash-256": "1f7f3fff3ff31fff064f000f000f000f800f801fc01fc01fc38fc3cf87ef07ff",
}
