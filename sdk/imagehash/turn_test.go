package imagehash

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// naiveTurned is what a view that turns gives, from the definition in the package comment: the whole picture in memory, a cell at a time.
func naiveTurned(p PDQ, v View, width, height int, rgba []byte) Features {
	rgba = naiveFlatten(rgba)
	luma := make([]float32, width*height)
	for i := range luma {
		r, g, b := float32(rgba[4*i]), float32(rgba[4*i+1]), float32(rgba[4*i+2])
		luma[i] = float32(0.299*r) + float32(0.587*g) + float32(0.114*b)
	}
	cells := naiveTriangle(luma, width, height, p.Phase)
	slope := v.Amount
	if v.Op == OpRight {
		slope = -slope
	}
	floor := func(a, b int) int {
		q := a / b
		if a%b != 0 && (a < 0) != (b < 0) {
			q--
		}
		return q
	}
	at := func(x, y int) float32 {
		for x < 0 || x > 511 || y < 0 || y > 511 {
			switch {
			case x < 0:
				x = -1 - x
			case x > 511:
				x = 1023 - x
			case y < 0:
				y = -1 - y
			default:
				y = 1023 - y
			}
		}
		return cells[512*y+x]
	}
	mix := func(a, b, f float32) float32 { return float32(a*(1-f)) + float32(b*f) }
	out := make([]float32, 512*512)
	for j := range 512 {
		for i := range 512 {
			x := 65536*i + floor(-slope*65536*(2*j-511)*height, 2000*width)
			y := 65536*j + floor(slope*65536*(2*i-511)*width, 2000*height)
			x0, y0 := floor(x, 65536), floor(y, 65536)
			fx, fy := float32(x-65536*x0)/65536, float32(y-65536*y0)/65536
			out[512*j+i] = mix(mix(at(x0, y0), at(x0+1, y0), fx), mix(at(x0, y0+1), at(x0+1, y0+1), fx), fy)
		}
	}
	return naivePDQ(out, 512, 512)
}

func TestTurnsAgainstNaive(t *testing.T) {
	for n, test := range []struct {
		w, h  int
		p     PDQ
		views []View
	}{
		{300, 200, PDQ{}, []View{Left(17), AsIs(), Pad(15), Left(17)}},
		{90, 301, PDQ{Phase: -145}, []View{Right(17)}},
		{700, 30, PDQ{}, []View{Left(MaxTurn)}}, // 600 rows of cells away
		{30, 700, PDQ{}, []View{Right(MaxTurn)}},
		{5, 5, PDQ{}, []View{Right(1)}},
	} {
		rgba := testpicture.Transparent(uint64(n), testpicture.RGBA(uint64(n), test.w, test.h))
		got, err := HashRGBA(test.p, test.w, test.h, rgba, test.views...)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range test.views {
			want := naiveTurned(test.p, v, test.w, test.h, rgba)
			if !v.turns() {
				want = naiveFeatures(test.p, v, test.w, test.h, rgba)
			}
			if got[i].Features != want || got[i].View != v || got[i].Same {
				t.Errorf("%s %v of %d×%d: %v, want %v", test.p.Name(), v, test.w, test.h, got[i].Hash, want.Hash)
			}
		}
	}
}

// A picture that was turned is found again by the view that turns it back, and by that only.
func TestTurnsBack(t *testing.T) {
	const w, h = 320, 200
	// Waves of all directions and of many lengths, the longer the stronger, as in photographs.
	r := rand.New(rand.NewPCG(1, 2))
	type wave struct{ x, y, phase, strength float64 }
	var waves [80]wave
	for i := range waves {
		length, direction := 25*math.Exp(3*r.Float64()), 2*math.Pi*r.Float64()
		sin, cos := math.Sincos(direction)
		waves[i] = wave{2 * math.Pi * cos / length, 2 * math.Pi * sin / length, 2 * math.Pi * r.Float64(), length / 60}
	}
	blobs := func(x, y float64) float64 {
		v := 128.0
		for _, m := range waves {
			v += m.strength * math.Sin(m.x*x+m.y*y+m.phase)
		}
		return v
	}
	draw := func(degrees float64) []byte {
		rgba := make([]byte, 4*w*h)
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		for y := range h {
			for x := range w {
				dx, dy := float64(x)-w/2+0.5, float64(y)-h/2+0.5
				c := byte(min(max(blobs(cos*dx+sin*dy, cos*dy-sin*dx), 0), 255))
				copy(rgba[4*(w*y+x):], []byte{c, c, c, 255})
			}
		}
		return rgba
	}
	original, err := HashRGBA(PDQ{}, w, h, draw(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		degrees float64 // clockwise
		back    View
		on      View
	}{{2, Left(35), Right(35)}, {-2, Right(35), Left(35)}, {5, Left(87), Right(87)}} {
		f, err := HashRGBA(PDQ{}, w, h, draw(test.degrees), AsIs(), test.back, test.on)
		if err != nil {
			t.Fatal(err)
		}
		asIs, back, on := original[0].Hash.Distance(f[0].Hash), original[0].Hash.Distance(f[1].Hash), original[0].Hash.Distance(f[2].Hash)
		if back >= asIs/2 || on <= asIs {
			t.Errorf("turned by %v°: %d bits off, %d turned back, %d turned on", test.degrees, asIs, back, on)
		}
	}
}

func TestTurnsRefused(t *testing.T) {
	var view *ViewError
	for _, v := range []View{Left(0), Left(MaxTurn + 1), Right(-1)} {
		if _, err := (PDQ{}).Begin(100, 100, []View{v}); !errors.As(err, &view) {
			t.Errorf("%v: %v", v, err)
		}
	}
	for _, s := range []Scaling{ScalingCPP, ScalingFull} {
		if _, err := (PDQ{Scaling: s}).Begin(100, 100, []View{Left(17)}); !errors.As(err, &view) {
			t.Errorf("%v: %v", s, err)
		}
	}
	for _, name := range []string{"left", "left-0", "left-101", "right-017", "left--1"} {
		if _, err := ParseView(name); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if v, err := ParseView("right-35"); err != nil || v != Right(35) || v.String() != "right-35" {
		t.Errorf("right-35: %v, %v", v, err)
	}
}

// A small picture has nothing to turn.
func TestTurnsTooSmall(t *testing.T) {
	f, err := HashRGBA(PDQ{}, 3, 90, make([]byte, 4*3*90), Left(17))
	if err != nil || f[0].Quality != 0 || f[0].Hash != (Hash{}) {
		t.Errorf("%v, %v", f, err)
	}
}

// Views that turn must give the same on every platform.
func TestTurnsGolden(t *testing.T) {
	rgba := testpicture.RGBA(1, 1000, 750)
	f, err := HashRGBA(PDQ{}, 1000, 750, rgba, Left(17), Right(87))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"fba20bff9365ebb86a1cdb38d0446a7ed7b2785816722258497ea2f72a215421",
		"54b75808fe8e111e6d8e7b31a0efeb54eb21bc190b74211ad97fa5b70a21bb21",
	} {
		if f[i].Hash.String() != want {
			t.Errorf("%v: %q", f[i].View, f[i].Hash)
		}
	}
}
