package decode

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// TestSources compares every fast path with image/color, in runs of any length.
func TestSources(t *testing.T) {
	const w, h = 53, 29
	rng := rand.New(rand.NewPCG(1, 1))
	for name, m := range stdImages(w, h) {
		src := sourceOf(m)
		if _, ok := src.(generic); ok {
			t.Errorf("%s has no fast path", name)
		}
		want := asNRGBA(m)
		for range 300 {
			x, y := rng.IntN(w), rng.IntN(h)
			n := 1 + rng.IntN(w-x)
			got := make([]byte, 4*n)
			src.read(got, x, y)
			for i := range got {
				if got[i] != want.Pix[want.PixOffset(x, y)+i] {
					t.Fatalf("%s: channel %d of pixel %d,%d is %d, want %d", name, i%4, x+i/4, y, got[i], want.Pix[want.PixOffset(x, y)+i])
				}
			}
		}
	}
}

// TestGenericSource checks the way for types that the decoders do not return,
// among them planes that do not begin at the origin.
func TestGenericSource(t *testing.T) {
	for _, m := range []image.Image{
		image.NewUniform(color.NRGBA{1, 2, 3, 255}),
		ycbcr(20, 20, image.YCbCrSubsampleRatio420).SubImage(image.Rect(3, 5, 17, 19)),
	} {
		src := sourceOf(m)
		if _, ok := src.(generic); !ok {
			t.Fatalf("%T has source %T", m, src)
		}
		got := make([]byte, 4*5)
		src.read(got, 1, 2)
		for i := range 5 {
			origin := m.Bounds().Min
			want := color.NRGBAModel.Convert(m.At(origin.X+1+i, origin.Y+2)).(color.NRGBA)
			if c := (color.NRGBA{got[4*i], got[4*i+1], got[4*i+2], got[4*i+3]}); c != want {
				t.Errorf("%T: pixel %d is %v, want %v", m, i, c, want)
			}
		}
	}
}

// TestFromFull compares the conversion with image/color's on all values.
func TestFromFull(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for y := 0; y < 256; y += step {
		for cb := range 256 {
			for cr := 0; cr < 256; cr += step {
				r, g, b := fromFull(byte(y), byte(cb), byte(cr))
				if R, G, B := color.YCbCrToRGB(byte(y), byte(cb), byte(cr)); r != R || g != G || b != B {
					t.Fatalf("%d %d %d: %d %d %d, want %d %d %d", y, cb, cr, r, g, b, R, G, B)
				}
			}
		}
	}
}

// TestFromStudio checks the conversion against BT.601's equations, to a value of
// one, which is what is lost in 1/64.
func TestFromStudio(t *testing.T) {
	limit := func(v float64) float64 { return min(max(v, 0), 255) }
	for y := 0; y < 256; y += 3 {
		for cb := 0; cb < 256; cb += 3 {
			for cr := 0; cr < 256; cr += 3 {
				r, g, b := fromStudio(byte(y), byte(cb), byte(cr))
				l, u, v := float64(y-16)*255/219, float64(cb-128)*255/224, float64(cr-128)*255/224
				want := [3]float64{l + 1.402*v, l - 0.344136*u - 0.714136*v, l + 1.772*u}
				for i, got := range [3]byte{r, g, b} {
					if d := float64(got) - limit(want[i]); d < -1.1 || d > 1.1 {
						t.Fatalf("%d %d %d: channel %d is %d, want %.2f", y, cb, cr, i, got, want[i])
					}
				}
			}
		}
	}
	if r, g, b := fromStudio(16, 128, 128); r != 0 || g != 0 || b != 0 {
		t.Errorf("black is %d %d %d", r, g, b)
	}
	if r, g, b := fromStudio(235, 128, 128); r != 255 || g != 255 || b != 255 {
		t.Errorf("white is %d %d %d", r, g, b)
	}
}

func TestCanvas(t *testing.T) {
	m := scene(4, 3)
	src := onCanvas(sourceOf(m), image.Rect(2, 1, 6, 4), image.Rect(0, 0, 8, 5))
	for y := range 5 {
		for x := range 8 {
			for n := 1; x+n <= 8; n++ {
				got := make([]byte, 4*n)
				for i := range got {
					got[i] = 99
				}
				src.read(got, x, y)
				for i := range n {
					want := color.NRGBA{}
					if p := image.Pt(x+i, y); p.In(image.Rect(2, 1, 6, 4)) {
						want = m.NRGBAAt(p.X-2, p.Y-1)
					}
					if c := (color.NRGBA{got[4*i], got[4*i+1], got[4*i+2], got[4*i+3]}); c != want {
						t.Fatalf("pixel %d of %d at %d,%d is %v, want %v", i, n, x, y, c, want)
					}
				}
			}
		}
	}
}
