package imagehash

import (
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

func greyOf(t *testing.T, p PDQ, width, height, n int, rgba []byte) []byte {
	t.Helper()
	s, err := p.Begin(width, height, []View{AsIs()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WriteRows(rgba); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EndPass(); err != nil {
		t.Fatal(err)
	}
	g, err := s.Grey(n)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGrey checks that a grey picture looks like the picture: a block of flat
// colours of which each is a pixel of it.
func TestGrey(t *testing.T) {
	const n = 16
	for _, p := range []PDQ{{}, {Scaling: ScalingCPP}, {Scaling: ScalingFull}} {
		for _, size := range [][2]int{{16 * 100, 16 * 40}, {16 * 8, 16 * 32}} {
			w, h := size[0], size[1]
			rgba := make([]byte, 4*w*h)
			for y := range h {
				for x := range w {
					v := byte(60 + 5*(x*n/w) + 7*(y*n/h))
					copy(rgba[4*(y*w+x):], []byte{v, v, v, 255})
				}
			}
			for i, v := range greyOf(t, p, w, h, n, rgba) {
				if d := int(v) - (60 + 5*(i%n) + 7*(i/n)); d < -2 || d > 2 {
					t.Fatalf("%s, %d×%d: pixel %d is %d off", p.Name(), w, h, i, d)
				}
			}
		}
	}
}

func TestGreySizes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 200}, {200, 3}, {500, 400}} {
		rgba := testpicture.RGBA(1, size[0], size[1])
		for i := range rgba {
			rgba[i] = 255
		}
		for _, scaling := range []Scaling{ScalingCanonical, ScalingCPP, ScalingFull} {
			for _, n := range []int{1, 7, 64, 127, 128} {
				g := greyOf(t, PDQ{Scaling: scaling}, size[0], size[1], n, rgba)
				if len(g) != n*n {
					t.Fatalf("%d values for n = %d", len(g), n)
				}
				for i, v := range g {
					if v != 255 {
						t.Fatalf("%s, %v, n = %d: pixel %d of a white picture is %d", scaling, size, n, i, v)
					}
				}
			}
		}
	}
}

// TestGreyHash checks that the hash of a grey picture of 128×128 is near the
// picture's own, so that evidence of that kind can be checked by it.
func TestGreyHash(t *testing.T) {
	for seed := range uint64(8) {
		const w, h = 900, 600
		rgba := testpicture.RGBA(seed, w, h)
		want, err := HashRGBA(PDQ{}, w, h, rgba)
		if err != nil {
			t.Fatal(err)
		}
		var grey []byte
		for _, v := range greyOf(t, PDQ{}, w, h, MaxGrey, rgba) {
			grey = append(grey, v, v, v, 255)
		}
		got, err := HashRGBA(PDQ{}, MaxGrey, MaxGrey, grey)
		if err != nil {
			t.Fatal(err)
		}
		if d := got[0].Hash.Distance(want[0].Hash); d > 16 {
			t.Errorf("seed %d: %d bits", seed, d)
		}
	}
}

func TestGreyErrors(t *testing.T) {
	rgba := testpicture.RGBA(1, 100, 100)
	s, err := PDQ{}.Begin(100, 100, []View{Crop(50)})
	if err != nil {
		t.Fatal(err)
	}
	var view *ViewError
	if _, err := s.Grey(8); !errors.As(err, &view) {
		t.Errorf("without the picture as it is: %v", err)
	}
	if s, err = (PDQ{}).Begin(100, 100, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteRows(rgba); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EndPass(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{-1, 0, MaxGrey + 1} {
		var config *ConfigError
		if _, err := s.Grey(n); !errors.As(err, &config) {
			t.Errorf("n = %d: %v", n, err)
		}
	}
}
