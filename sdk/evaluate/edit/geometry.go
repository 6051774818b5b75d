package edit

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

var (
	black = color.NRGBA{0, 0, 0, 255}
	white = color.NRGBA{255, 255, 255, 255}
)

// crop takes a part of the size away, half of it on each side, and at least a pixel.
func crop(part float64) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		x, y := max(1, times(p.Rect.Dx(), part/2)), max(1, times(p.Rect.Dy(), part/2))
		return cut(p, image.Rect(x, y, p.Rect.Dx()-x, p.Rect.Dy()-y)), nil
	}
}

func cropBottom(part float64) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		return cut(p, image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()-times(p.Rect.Dy(), part))), nil
	}
}

// cut is a copy of a part of a picture, which may be empty.
func cut(p *image.NRGBA, r image.Rectangle) *image.NRGBA {
	return clone(p.SubImage(r.Add(p.Rect.Min)).(*image.NRGBA))
}

// corners says what becomes of a rotated picture's corners.
type corners int

const (
	cornersBlack   corners = iota // the size stays, corners are black
	cornersCropped                // the largest part of the same aspect that has no corners
)

// rotate turns by degrees, one way or the other by chance.
func rotate(degrees float64, c corners) step {
	return func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error) {
		if r.IntN(2) == 0 {
			return rotated(p, degrees, c), nil
		}
		return rotated(p, -degrees, c), nil
	}
}

// turned turns by degrees, clockwise.
func turned(degrees float64, c corners) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) { return rotated(p, degrees, c), nil }
}

func rotated(p *image.NRGBA, degrees float64, c corners) *image.NRGBA {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Rect, image.NewUniform(black), image.Point{}, draw.Src)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(w)/2, float64(h)/2
	// The matrix goes from the source to the result.
	m := f64.Aff3{
		cos, -sin, cx - cos*cx + sin*cy,
		sin, cos, cy - sin*cx - cos*cy,
	}
	draw.BiLinear.Transform(out, m, p, p.Rect, draw.Over, nil)
	if c == cornersBlack {
		return out
	}
	// A w'×h' rectangle of the same aspect fits if w'·cos + h'·sin ≤ w and w'·sin + h'·cos ≤ h.
	s := math.Abs(sin)
	f := min(float64(w)/(float64(w)*cos+float64(h)*s), float64(h)/(float64(w)*s+float64(h)*cos))
	x, y := int(math.Ceil(cx*(1-f))), int(math.Ceil(cy*(1-f)))
	return cut(out, image.Rect(x, y, w-x, h-y))
}

// bands adds uniform bands above and below, parts of the picture's height.
func bands(above, below float64, c color.NRGBA) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		top, bottom := 0, 0
		if above > 0 {
			top = times(p.Rect.Dy(), above)
		}
		if below > 0 {
			bottom = times(p.Rect.Dy(), below)
		}
		return framed(p, image.Pt(0, top), image.Pt(0, bottom), c), nil
	}
}

// frame adds a uniform border all around, a part of the size on each side.
func frame(part float64, c color.NRGBA) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		x, y := times(p.Rect.Dx(), part), times(p.Rect.Dy(), part)
		return framed(p, image.Pt(x, y), image.Pt(x, y), c), nil
	}
}

// framed adds margins on the left and above, and on the right and below.
func framed(p *image.NRGBA, before, after image.Point, c color.NRGBA) *image.NRGBA {
	inner := image.Rectangle{Max: p.Rect.Size()}.Add(before)
	out := image.NewNRGBA(image.Rectangle{Max: inner.Max.Add(after)})
	draw.Draw(out, out.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	draw.Draw(out, inner, p, p.Rect.Min, draw.Src)
	return out
}

// mirror exchanges left and right.
func mirror(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetNRGBA(x, y, p.NRGBAAt(p.Rect.Min.X+w-1-x, p.Rect.Min.Y+y))
		}
	}
	return out, nil
}

// flip exchanges above and below.
func flip(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
	out := clone(p)
	w, h := out.Rect.Dx(), out.Rect.Dy()
	for y := range h {
		copy(out.Pix[4*w*y:4*w*(y+1)], p.Pix[p.Stride*(h-1-y):])
	}
	return out, nil
}

// turn90 turns clockwise by a right angle.
func turn90(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.SetNRGBA(h-1-y, x, p.NRGBAAt(p.Rect.Min.X+x, p.Rect.Min.Y+y))
		}
	}
	return out, nil
}
