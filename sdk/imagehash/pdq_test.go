package imagehash

import (
	"errors"
	"math"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

var allViews = []View{AsIs(), Pad(15), Pad(40), Pad(80), Crop(15), Crop(100), Trim()}

// framed returns a picture with uniform borders, of which the inner part is
// width−left−right by height−top−bottom.
func framed(seed uint64, width, height, left, top, right, bottom int) []byte {
	rgba := testpicture.RGBA(seed, width, height)
	for y := range height {
		for x := range width {
			if x < left || x >= width-right || y < top || y >= height-bottom {
				p := rgba[4*(y*width+x):]
				shade := byte(200 + (x*7+y*5)%12)
				p[0], p[1], p[2] = shade, 20, 250-shade/2
			}
		}
	}
	return rgba
}

// TestNaive compares every scaling, view and size with the plain implementation
// of naive_test.go, to the bit.
func TestNaive(t *testing.T) {
	views := []View{AsIs(), Pad(15), Pad(80), Crop(100), Trim()}
	sizes := [][2]int{
		{1, 1}, {2, 7}, {4, 90}, {5, 5}, {7, 5}, {64, 64}, {65, 63}, {127, 129}, {128, 300},
		{300, 200}, {511, 512}, {512, 512}, {512, 384}, {513, 40}, {640, 427}, {1023, 1025},
		{37, 1500}, {2100, 31},
	}
	hashers := []PDQ{
		{}, {Phase: -50}, {Phase: -145}, {Phase: 730},
		{Scaling: ScalingCPP}, {Scaling: ScalingFull},
	}
	for i, size := range sizes {
		w, h := size[0], size[1]
		pictures := [][]byte{testpicture.RGBA(uint64(i), w, h)}
		if w*h < 100_000 {
			pictures = append(pictures,
				testpicture.Transparent(uint64(i), testpicture.RGBA(uint64(i), w, h)),
				framed(uint64(i), w, h, w/9, h/5, w/7, h/11),
			)
		}
		for k, rgba := range pictures {
			for j, p := range hashers {
				if (i+j+k)%5 != 0 {
					continue // every hasher meets every kind of picture, at some of the sizes
				}
				got, err := HashRGBA(p, w, h, rgba, views...)
				if err != nil {
					t.Fatal(err)
				}
				for n, v := range views {
					want := naiveFeatures(p, v, w, h, rgba)
					if got[n].Features != want {
						t.Errorf("%s of picture %d of %d×%d, %s: %v, quality %d, %d bits from %v, quality %d", p.Name(), k, w, h, v,
							got[n].Hash, got[n].Quality, got[n].Hash.Distance(want.Hash), want.Hash, want.Quality)
					}
				}
			}
		}
	}
}

// TestWholeGrid checks that a 64×64 picture goes to the transform unfiltered
// under the scalings that leave it at its size, as in Meta's C++.
func TestWholeGrid(t *testing.T) {
	rgba := testpicture.RGBA(1, 64, 64)
	var g grid
	luma := newLumaTable()
	for y := range 64 {
		luma.row(g[64*y:][:64], rgba[256*y:][:256])
	}
	want := g.features(newDCTMatrix())
	for _, p := range []PDQ{{Scaling: ScalingCPP}, {Scaling: ScalingFull}} {
		got, err := HashRGBA(p, 64, 64, rgba)
		if err != nil || got[0].Features != want {
			t.Errorf("%s: %v %v, want %v", p.Name(), got, err, want)
		}
	}
}

func TestHalfTheBits(t *testing.T) {
	for seed := range uint64(20) {
		got, err := HashRGBA(PDQ{}, 200, 150, testpicture.RGBA(seed, 200, 150))
		if err != nil {
			t.Fatal(err)
		}
		f := got[0]
		if n := f.Hash.Distance(Hash{}); n != 128 {
			t.Errorf("seed %d: %d bits set", seed, n)
		}
		if f.Quality < 50 {
			t.Errorf("seed %d: quality %d", seed, f.Quality)
		}
		for k := range HashBits {
			if (f.Hash.Bit(k) == 1) != (f.Coefficients[k] > f.Median) {
				t.Errorf("seed %d: bit %d does not fit its coefficient", seed, k)
			}
			if want := float32(math.Abs(float64(f.Coefficients[k]) - float64(f.Median))); f.Margin(k) != want && f.Margin(k)-want > 1e-3 {
				t.Errorf("seed %d: margin %d is %v, want %v", seed, k, f.Margin(k), want)
			}
		}
	}
}

// TestSmallest checks that pictures too small to recognise have the zero hash.
func TestSmallest(t *testing.T) {
	for _, scaling := range []Scaling{ScalingCanonical, ScalingCPP, ScalingFull} {
		for _, size := range [][2]int{{1, 1}, {1, 4000}, {65535, 1}, {4, 100}, {100, 4}} {
			rgba := testpicture.RGBA(0, size[0], size[1])
			got, err := HashRGBA(PDQ{Scaling: scaling}, size[0], size[1], rgba, AsIs(), Crop(15), Trim())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range got {
				if f.Features != (Features{}) {
					t.Errorf("%s %v %s: quality %d, hash %v", scaling, size, f.View, f.Quality, f.Hash)
				}
			}
		}
	}
}

func TestFlat(t *testing.T) {
	for _, scaling := range []Scaling{ScalingCanonical, ScalingCPP, ScalingFull} {
		rgba := make([]byte, 4*300*200) // transparent, so white
		got, err := HashRGBA(PDQ{Scaling: scaling}, 300, 200, rgba, allViews...)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range got {
			if f.Quality != 0 {
				t.Errorf("%s %s: quality %d of a white picture", scaling, f.View, f.Quality)
			}
		}
	}
}

// TestFlips checks the relation between a picture's hash and that of its mirror
// image: coefficients of odd frequencies change their sign, but for the half
// pixel by which the box filter is asymmetric.
func TestFlips(t *testing.T) {
	const w, h = 400, 300
	rgba := testpicture.RGBA(5, w, h)
	mirror := make([]byte, len(rgba))
	for y := range h {
		for x := range w {
			copy(mirror[4*(y*w+x):][:4], rgba[4*(y*w+w-1-x):][:4])
		}
	}
	a, err := HashRGBA(PDQ{}, w, h, rgba)
	if err != nil {
		t.Fatal(err)
	}
	b, err := HashRGBA(PDQ{}, w, h, mirror)
	if err != nil {
		t.Fatal(err)
	}
	var flipped Hash
	for k, c := range a[0].Coefficients {
		if k%2 == 0 { // k = 16i+j, and j = 0 is frequency 1
			c = -c
		}
		if c > a[0].Median {
			flipped = flipped.Flip(k)
		}
	}
	if d := flipped.Distance(b[0].Hash); d > 30 {
		t.Errorf("sign flips are %d bits from the mirrored picture", d)
	}
	if d := a[0].Hash.Distance(b[0].Hash); d < 80 {
		t.Errorf("the mirrored picture is only %d bits away", d)
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct {
		p    PDQ
		name string
	}{
		{PDQ{}, "pdq-canonical"},
		{PDQ{Scaling: ScalingCPP}, "pdq-cpp"},
		{PDQ{Scaling: ScalingFull}, "pdq-full"},
		{PDQ{Phase: -50}, "pdq-canonical@-50"},
		{PDQ{Phase: 800}, "pdq-canonical@800"},
	} {
		if got := test.p.Name(); got != test.name {
			t.Errorf("name is %q, want %q", got, test.name)
		}
		if p, err := ParsePDQ(test.name); err != nil || p != test.p {
			t.Errorf("ParsePDQ(%q) = %v, %v", test.name, p, err)
		}
		if test.p.Bits() != 256 {
			t.Errorf("%s: %d bits", test.name, test.p.Bits())
		}
	}
	for _, name := range []string{
		"", "pdq", "pdq-", "PDQ-cpp", "pdq-java", "pdq-cpp@-50", "pdq-canonical@", "pdq-canonical@0",
		"pdq-canonical@+5", "pdq-canonical@05", "pdq-canonical@801", "pdq-canonical@-801", "pdq-canonical@1@1",
		"pdq-canonical@99999999999999999999",
	} {
		var parse *ParseError
		if p, err := ParsePDQ(name); !errors.As(err, &parse) || p != (PDQ{}) {
			t.Errorf("ParsePDQ(%q) = %v, %v", name, p, err)
		}
	}
}

func TestBeginErrors(t *testing.T) {
	for _, test := range []struct {
		p             PDQ
		width, height int
	}{
		{PDQ{}, 0, 5}, {PDQ{}, 5, 0}, {PDQ{}, -1, 5}, {PDQ{}, -5, -5},
		{PDQ{}, 65536, 1}, {PDQ{}, 1, 65536}, {PDQ{}, 10001, 10000},
		{PDQ{MaxPixels: 99}, 10, 10}, {PDQ{}, math.MaxInt, math.MaxInt},
	} {
		_, err := test.p.Begin(test.width, test.height, nil)
		var size *SizeError
		if !errors.As(err, &size) || size.Width != test.width || size.Height != test.height || size.MaxPixels < 99 {
			t.Errorf("%d×%d: %v", test.width, test.height, err)
		}
	}
	if _, err := (PDQ{MaxPixels: 100}).Begin(10, 10, nil); err != nil {
		t.Error(err)
	}
	for _, v := range []View{{OpAsIs, 1}, {OpTrim, 1}, Pad(0), Pad(-1), Pad(MaxAmount + 1), Crop(0), Crop(MaxAmount + 1), {Op: 6}} {
		_, err := PDQ{}.Begin(10, 10, []View{AsIs(), v})
		var view *ViewError
		if !errors.As(err, &view) || view.View != v {
			t.Errorf("%v: %v", v, err)
		}
	}
	_, err := PDQ{}.Begin(10, 10, make([]View, MaxViews+1))
	var view *ViewError
	if !errors.As(err, &view) {
		t.Errorf("too many views: %v", err)
	}
	for _, p := range []PDQ{{Scaling: 3}, {Scaling: ScalingCPP, Phase: 1}, {Phase: -801}, {Phase: 801}, {MaxPixels: -1}} {
		_, err := p.Begin(10, 10, nil)
		var config *ConfigError
		if !errors.As(err, &config) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
