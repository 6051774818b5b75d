package edit

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// phrases are what texts say; which, chance decides.
var phrases = []string{"forwarded as received", "look at this one", "share before it is gone", "who took this?"}

// text writes a line, white with a black outline, whose box covers a part of the picture's area, somewhere.
func text(part float64) step {
	return func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error) {
		mask := line(phrases[r.IntN(len(phrases))])
		size := mask.Rect.Size()
		f := math.Sqrt(part * float64(p.Rect.Dx()*p.Rect.Dy()) / float64(size.X*size.Y))
		f = min(f, 0.98*float64(p.Rect.Dx())/float64(size.X)) // it must fit; a tall picture's text is stretched instead
		height := part * float64(p.Rect.Dx()*p.Rect.Dy()) / (f * float64(size.X))
		box := image.Rect(0, 0, max(1, int(f*float64(size.X)+0.5)), max(1, int(height+0.5)))
		out := clone(p)
		stamp(out, mask, box.Add(place(out.Rect, box, r)), 1)
		return out, nil
	}
}

// captionText writes a black line into the band that takes a part of the picture, without the band, on its top.
func captionText(part float64) step {
	return func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error) {
		out := clone(p)
		band := float64(p.Rect.Dy()) * part / (1 + part)
		mask := line(phrases[r.IntN(len(phrases))])
		width := min(0.9*float64(p.Rect.Dx()), 0.6*band*float64(mask.Rect.Dx())/float64(mask.Rect.Dy()))
		box := image.Rect(0, 0, max(1, int(width)), max(1, int(0.6*band)))
		stamp(out, mask, box.Add(image.Pt((p.Rect.Dx()-box.Dx())/2, int(0.2*band))), 1)
		return out, nil
	}
}

// logo lays a translucent disc with a ring over a part of the picture's area, in one of the corners.
func logo(part float64) step {
	const n = 128
	mask := image.NewNRGBA(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			d := math.Hypot(float64(x)+0.5-n/2, float64(y)+0.5-n/2) / (n / 2)
			switch {
			case d < 0.55, d > 0.7 && d < 1:
				mask.SetNRGBA(x, y, white)
			case d < 1:
				mask.SetNRGBA(x, y, color.NRGBA{200, 30, 40, 255})
			}
		}
	}
	return func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error) {
		out := clone(p)
		w, h := out.Rect.Dx(), out.Rect.Dy()
		side := max(1, int(math.Sqrt(part*float64(w*h))+0.5))
		gap := min(w, h) / 40
		at := image.Pt(gap, gap)
		corner := r.IntN(4)
		if corner&1 == 1 {
			at.X = w - side - gap
		}
		if corner&2 == 2 {
			at.Y = h - side - gap
		}
		stamp(out, mask, image.Rect(0, 0, side, side).Add(at), 0.5)
		return out, nil
	}
}

// line is a line of text with its outline, on a transparent ground.
func line(s string) *image.NRGBA {
	face := basicfont.Face7x13
	width := font.MeasureString(face, s).Ceil()
	out := image.NewNRGBA(image.Rect(0, 0, width+2, face.Height+2))
	write := func(dx, dy int, c color.NRGBA) {
		d := font.Drawer{Dst: out, Src: image.NewUniform(c), Face: face, Dot: fixed.P(1+dx, 1+dy+face.Ascent)}
		d.DrawString(s)
	}
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			write(dx, dy, black)
		}
	}
	write(0, 0, white)
	return out
}

// place is where to lay a box within a picture, by chance.
func place(p, box image.Rectangle, r *rand.Rand) image.Point {
	at := func(room int) int {
		if room <= 0 {
			return 0
		}
		return r.IntN(room + 1)
	}
	return image.Pt(at(p.Dx()-box.Dx()), at(p.Dy()-box.Dy()))
}

// stamp lays a mask over a part of a picture, stretched to it.
func stamp(p, mask *image.NRGBA, box image.Rectangle, opacity float64) {
	o := &draw.Options{SrcMask: image.NewUniform(color.Alpha{uint8(opacity * 255)})}
	draw.BiLinear.Scale(p, box, mask, mask.Rect, draw.Over, o)
}
