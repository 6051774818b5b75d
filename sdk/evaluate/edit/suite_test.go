package edit

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"
)

// card is a picture with colour, edges and gradients, whatever its size.
func card(w, h int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			c := color.NRGBA{uint8(255 * u), uint8(255 * v), uint8(127 + 120*math.Sin(9*u)*math.Cos(7*v)), 255}
			if math.Hypot(u-0.4, v-0.6) < 0.2 {
				c = color.NRGBA{250, 220, 40, 255}
			}
			p.SetNRGBA(x, y, c)
		}
	}
	return p
}

func all() []Edit {
	out := append(Suite(), BesideSuite()...)
	return append(append(out, LargeSuite()...), Variants()...)
}

func TestSuiteIsComplete(t *testing.T) {
	if n := len(Suite()); n != 41 {
		t.Errorf("%d edits, want 41", n)
	}
	want := map[Group]int{Messenger: 4, Recode: 11, Tone: 6, Filter: 4, SmallGeometry: 6, BigGeometry: 7, Overlay: 3}
	got := map[Group]int{}
	for _, e := range Suite() {
		got[e.Group]++
	}
	for g, n := range want {
		if got[g] != n {
			t.Errorf("%s has %d edits, want %d", g, got[g], n)
		}
	}
	if len(Groups()) != len(want) {
		t.Errorf("%d groups, want %d", len(Groups()), len(want))
	}
	seen := map[string]bool{}
	for _, e := range all() {
		if seen[e.Name] {
			t.Errorf("%s comes twice", e.Name)
		}
		seen[e.Name] = true
	}
}

// Every edit changes the picture, leaves the original alone, and comes out the same from the same seed.
func TestEditsAreDeterministic(t *testing.T) {
	p := card(150, 101)
	before := bytes.Clone(p.Pix)
	for _, e := range all() {
		a, err := e.Apply(p, 1, "card")
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		b, err := e.Apply(p, 1, "card")
		if err != nil || a.Rect != b.Rect || !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: differs the second time (%v)", e.Name, err)
		}
		if !bytes.Equal(p.Pix, before) {
			t.Fatalf("%s: changed the original", e.Name)
		}
		if a.Rect == p.Rect && bytes.Equal(a.Pix, p.Pix) {
			t.Errorf("%s: changes nothing", e.Name)
		}
	}
}

// Chance must depend on the seed and on the picture's name.
func TestSeedMatters(t *testing.T) {
	p := card(150, 101)
	for _, name := range []string{"noise-5", "text-2%"} {
		e := find(t, name)
		a, _ := e.Apply(p, 1, "card")
		b, _ := e.Apply(p, 2, "card")
		c, _ := e.Apply(p, 1, "other")
		if bytes.Equal(a.Pix, b.Pix) || bytes.Equal(a.Pix, c.Pix) {
			t.Errorf("%s: seed or name make no difference", name)
		}
	}
}

// Pictures with offset bounds and gaps between rows are legal images.
func TestSubImages(t *testing.T) {
	whole := card(150, 101)
	sub := whole.SubImage(image.Rect(20, 10, 120, 90)).(*image.NRGBA)
	dense := clone(sub)
	for _, e := range all() {
		a, err := e.Apply(sub, 1, "sub")
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		b, err := e.Apply(dense, 1, "sub")
		if err != nil || !bytes.Equal(clone(a).Pix, clone(b).Pix) {
			t.Errorf("%s: a part of a picture is edited otherwise than its copy (%v)", e.Name, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for name, want := range map[string]image.Point{
		"resize-25%": {100, 75}, "resize-150%": {600, 450}, "messenger-0.64": {256, 192}, "messenger-twice": {160, 120},
		"crop-1%": {396, 296}, "crop-10%": {360, 270}, "bottom-5%": {400, 285}, "screenshot": {316, 238},
		"bars-5%": {400, 330}, "caption-10%": {400, 330}, "rotation-5": {400, 300}, "turn-90": {300, 400}, "frame-5%": {440, 330},
		"text-2%": {400, 300}, "messenger-1600": {400, 300},
	} {
		p, err := find(t, name).Apply(card(400, 300), 3, "card")
		if err != nil || p.Rect.Size() != want {
			t.Errorf("%s: %v (%v), want %v", name, p.Rect.Size(), err, want)
		}
	}
	p, err := find(t, "messenger-1600").Apply(card(2000, 1000), 3, "card")
	if err != nil || p.Rect.Size() != image.Pt(1600, 800) {
		t.Errorf("a long side of 2000 becomes %v (%v)", p.Rect.Size(), err)
	}
}

// What the edits do, on pixels whose result is known.
func TestPixels(t *testing.T) {
	grey := image.NewNRGBA(image.Rect(0, 0, 60, 60))
	for i := range grey.Pix {
		grey.Pix[i] = 100
		if i%4 == 3 {
			grey.Pix[i] = 255
		}
	}
	for name, want := range map[string]uint8{
		"brightness-1.15": 115, "brightness-0.85": 85, "contrast-1.15": 96, "contrast-0.85": 104,
		"gamma-0.8": 121, "gamma-1.25": 79, "blur-2": 100, "resize-50%": 100, "jpeg-30": 100,
	} {
		p, err := find(t, name).Apply(grey, 1, "grey")
		if err != nil {
			t.Fatal(err)
		}
		if got := p.NRGBAAt(5, 5).G; got < want-1 || got > want+1 {
			t.Errorf("%s makes %d of 100, want %d", name, got, want)
		}
	}
	noisy, _ := find(t, "noise-10").Apply(grey, 1, "grey")
	sum, squares, n := 0.0, 0.0, 0.0
	for i, v := range noisy.Pix {
		if i%4 != 3 {
			d := float64(v) - 100
			sum, squares, n = sum+d, squares+d*d, n+1
		}
	}
	if sigma := math.Sqrt(squares / n); math.Abs(sigma-10) > 0.3 || math.Abs(sum/n) > 0.4 {
		t.Errorf("noise has a mean of %.2f and a deviation of %.2f", sum/n, sigma)
	}
	bars, _ := find(t, "bars-5%").Apply(grey, 1, "grey")
	if bars.NRGBAAt(3, 0) != black || bars.NRGBAAt(3, 65) != black || bars.NRGBAAt(3, 3).R != 100 || bars.NRGBAAt(3, 62).R != 100 {
		t.Error("bars are not where they belong")
	}
	caption, _ := find(t, "caption-10%").Apply(grey, 1, "grey")
	if caption.NRGBAAt(3, 5) != white || caption.NRGBAAt(3, 6).R != 100 || caption.NRGBAAt(3, 65).R != 100 {
		t.Error("the caption is not above the picture")
	}
	lettered, _ := find(t, "caption-10%-text").Apply(grey, 1, "grey")
	if bytes.Equal(lettered.Pix[:4*60*6], caption.Pix[:4*60*6]) || !bytes.Equal(lettered.Pix[4*60*6:], caption.Pix[4*60*6:]) {
		t.Error("the caption's text is not in the band")
	}
	mirrored, _ := find(t, "mirror").Apply(card(40, 30), 1, "card")
	if mirrored.NRGBAAt(0, 7) != card(40, 30).NRGBAAt(39, 7) {
		t.Error("mirror does not exchange left and right")
	}
	quarter, _ := find(t, "turn-90").Apply(card(40, 30), 1, "card")
	if quarter.NRGBAAt(29, 0) != card(40, 30).NRGBAAt(0, 0) {
		t.Error("turn-90 does not turn clockwise")
	}
}

// Text and logo cover the part of the area that they say, by their boxes.
func TestOverlaysCover(t *testing.T) {
	for _, size := range []image.Point{{400, 300}, {300, 500}, {900, 200}} {
		ground := image.NewNRGBA(image.Rectangle{Max: size})
		for i := range ground.Pix {
			ground.Pix[i] = 128 | 127*uint8(i%4/3)
		}
		for name, part := range map[string]float64{"text-2%": 0.02, "text-5%": 0.05, "logo-5%": 0.05} {
			p, err := find(t, name).Apply(ground, 5, "ground")
			if err != nil {
				t.Fatal(err)
			}
			var box image.Rectangle
			for y := range size.Y {
				for x := range size.X {
					if p.NRGBAAt(x, y) != ground.NRGBAAt(x, y) {
						box = box.Union(image.Rect(x, y, x+1, y+1))
					}
				}
			}
			got := float64(box.Dx()*box.Dy()) / float64(size.X*size.Y)
			if got < 0.7*part || got > 1.1*part { // a line has ascenders and descenders, not all of them in every text
				t.Errorf("%s covers %.3f of %v", name, got, size)
			}
		}
	}
}

// A cropped rotation has no black corner left.
func TestCroppedRotation(t *testing.T) {
	pale := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	for i := range pale.Pix {
		pale.Pix[i] = 255
	}
	for seed := range uint64(4) {
		p, err := find(t, "rotation-1-cropped").Apply(pale, seed, "pale")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range p.Pix {
			if v < 250 {
				t.Fatalf("seed %d: a pixel of %d in a white picture", seed, v)
			}
		}
	}
	p, _ := find(t, "rotation-1").Apply(pale, 1, "pale")
	if p.NRGBAAt(0, 0) != black && p.NRGBAAt(299, 0) != black {
		t.Error("a plain rotation has no black corner")
	}
}

func TestTooSmall(t *testing.T) {
	if _, err := find(t, "crop-10%").Apply(card(2, 2), 1, "card"); err == nil {
		t.Error("a picture of 2×2 can be cropped")
	}
}

func find(t *testing.T, name string) Edit {
	t.Helper()
	for _, e := range all() {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("there is no edit %s", name)
	return Edit{}
}
