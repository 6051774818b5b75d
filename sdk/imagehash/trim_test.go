package imagehash

import (
	"math/rand/v2"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/frame"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

func findBorders(width, height int, rgba []byte) frame.Frame {
	b := frame.NewBorders(width, height)
	for y := range height {
		b.Push(rgba[4*width*y:][:4*width])
	}
	return b.Frame()
}

func naiveFrame(width, height int, rgba []byte) frame.Frame {
	x0, y0, x1, y1 := naiveTrim(width, height, naiveFlatten(rgba))
	return frame.Frame{X: side(x0, x1-x0), Y: side(y0, y1-y0)}
}

// fill paints a rectangle.
func paint(rgba []byte, width, x0, y0, x1, y1 int, c [4]byte) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			copy(rgba[4*(y*width+x):], c[:])
		}
	}
}

func TestBorders(t *testing.T) {
	const w, h = 90, 60
	black, white := [4]byte{0, 0, 0, 255}, [4]byte{255, 255, 255, 255}
	near, far := [4]byte{243, 243, 243, 255}, [4]byte{255, 242, 255, 255}
	type rect struct {
		x0, y0, x1, y1 int
		c              [4]byte
	}
	for _, test := range []struct {
		name  string
		rects []rect
		want  frame.Frame
	}{
		{"none", nil, frame.Frame{X: side(0, w), Y: side(0, h)}},
		{"letterbox", []rect{{0, 0, w, 7, black}, {0, h - 9, w, h, black}}, frame.Frame{X: side(0, w), Y: side(7, h-16)}},
		{"caption", []rect{{0, h - 12, w, h, white}}, frame.Frame{X: side(0, w), Y: side(0, h-12)}},
		{"pillars", []rect{{0, 0, 5, h, black}, {w - 6, 0, w, h, white}}, frame.Frame{X: side(5, w-11), Y: side(0, h)}},
		{"frame", []rect{{0, 0, w, 3, black}, {0, h - 3, w, h, black}, {0, 0, 3, h, black}, {w - 3, 0, w, h, black}},
			frame.Frame{X: side(3, w-6), Y: side(3, h-6)}},
		{"pillars over a caption", []rect{{0, 0, 5, h, black}, {w - 5, 0, w, h, black}, {0, h - 10, w, h, white}},
			frame.Frame{X: side(5, w-10), Y: side(0, h-10)}},
		{"pillars under a headline", []rect{{0, 0, 5, h, black}, {w - 5, 0, w, h, black}, {0, 0, w, 10, white}},
			frame.Frame{X: side(5, w-10), Y: side(10, h-10)}},
		{"more than a third", []rect{{0, 0, w, 30, black}}, frame.Frame{X: side(0, w), Y: side(20, h-20)}},
		{"bottom half", []rect{{0, 30, w, h, black}}, frame.Frame{X: side(0, w), Y: side(0, h-20)}},
		{"within the tolerance", []rect{{0, 0, w, 9, white}, {40, 0, 50, 9, near}}, frame.Frame{X: side(0, w), Y: side(9, h-9)}},
		{"one channel beyond", []rect{{0, 0, w, 9, white}, {40, 4, 41, 5, far}}, frame.Frame{X: side(0, w), Y: side(4, h-4)}},
		{"transparent and white", []rect{{0, 0, w, 9, white}, {40, 0, 50, 9, [4]byte{1, 2, 3, 0}}}, frame.Frame{X: side(0, w), Y: side(9, h-9)}},
		{"everything", []rect{{0, 0, w, h, black}}, frame.Frame{X: side(30, 30), Y: side(20, 20)}},
		{"row inside", []rect{{0, 45, w, 50, black}}, frame.Frame{X: side(0, w), Y: side(0, h)}},
		{"two captions", []rect{{0, h - 15, w, h - 9, white}, {0, h - 5, w, h, black}}, frame.Frame{X: side(0, w), Y: side(0, h-5)}},
	} {
		rgba := testpicture.RGBA(3, w, h)
		for _, r := range test.rects {
			paint(rgba, w, r.x0, r.y0, r.x1, r.y1, r.c)
		}
		if got := findBorders(w, h, rgba); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := naiveFrame(w, h, rgba); got != test.want {
			t.Errorf("%s: the plain implementation finds %v, want %v", test.name, got, test.want)
		}
	}
}

// TestBordersAtRandom compares with the plain implementation on small pictures
// of few colours, which have borders of every kind.
func TestBordersAtRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	trimmed := 0
	for range 20000 {
		w, h := 1+rng.IntN(12), 1+rng.IntN(12)
		rgba := make([]byte, 4*w*h)
		for i := range rgba {
			rgba[i] = byte(rng.IntN(2) * 13 * rng.IntN(2))
			if i%4 == 3 {
				rgba[i] = 255
			}
		}
		for range rng.IntN(4) {
			c := [4]byte{byte(rng.IntN(2) * 12), 0, byte(rng.IntN(2) * 40), 255}
			x0, y0 := rng.IntN(w), rng.IntN(h)
			switch rng.IntN(4) {
			case 0:
				paint(rgba, w, 0, 0, w, y0, c)
			case 1:
				paint(rgba, w, 0, y0, w, h, c)
			case 2:
				paint(rgba, w, 0, 0, x0, h, c)
			case 3:
				paint(rgba, w, x0, 0, w, h, c)
			}
		}
		got, want := findBorders(w, h, rgba), naiveFrame(w, h, rgba)
		if got != want {
			t.Fatalf("%d×%d %v: %v, want %v", w, h, rgba, got, want)
		}
		if want != (frame.Frame{X: side(0, w), Y: side(0, h)}) {
			trimmed++
		}
	}
	if trimmed < 1000 {
		t.Errorf("only %d pictures had borders", trimmed)
	}
}
