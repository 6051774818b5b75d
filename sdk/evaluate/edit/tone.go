package edit

import (
	"image"
	"math"
	"math/rand/v2"
)

// tone applies a curve, from 0..255 to 0..255 and beyond, to every colour.
func tone(curve func(v float64) float64) step {
	var table [256]byte
	for v := range table {
		table[v] = clamp(curve(float64(v)))
	}
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		return eachColour(p, func(v byte) byte { return table[v] }), nil
	}
}

func brightness(f float64) func(float64) float64 {
	return func(v float64) float64 { return v * f }
}

func contrast(f float64) func(float64) float64 {
	return func(v float64) float64 { return (v-127.5)*f + 127.5 }
}

// gamma raises to a power: above 1 the picture becomes darker.
func gamma(g float64) func(float64) float64 {
	return func(v float64) float64 { return 255 * math.Pow(v/255, g) }
}

func clamp(v float64) byte { return byte(math.Round(min(max(v, 0), 255))) }

// eachColour is a copy with f applied to R, G and B of every pixel, row by row.
func eachColour(p *image.NRGBA, f func(byte) byte) *image.NRGBA {
	out := clone(p)
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = f(out.Pix[i])
		}
	}
	return out
}

// clone is a copy without gaps between rows.
func clone(p *image.NRGBA) *image.NRGBA {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		copy(out.Pix[4*w*y:4*w*(y+1)], p.Pix[p.Stride*y:])
	}
	return out
}

// noise adds independent Gaussian noise to every colour of every pixel.
func noise(sigma float64) step {
	return func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error) {
		return eachColour(p, func(v byte) byte { return clamp(float64(v) + sigma*r.NormFloat64()) }), nil
	}
}

// blur is a Gaussian filter, cut at three sigma, edge pixels repeated.
func blur(sigma float64) step {
	radius := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*radius+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i - radius)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		p = clone(p)
		w, h := p.Rect.Dx(), p.Rect.Dy()
		convolve(p.Pix, kernel, w, h, 4, 4*w) // along rows
		convolve(p.Pix, kernel, h, w, 4*w, 4) // along columns
		return p, nil
	}
}

// convolve filters lines of n pixels that lie step bytes apart, lines of them, pitch bytes apart.
func convolve(pix []byte, kernel []float64, n, lines, step, pitch int) {
	radius := len(kernel) / 2
	line := make([]float64, n+2*radius)
	for l := range lines {
		for c := range 3 {
			at := l*pitch + c
			for i := range line {
				line[i] = float64(pix[at+step*min(max(i-radius, 0), n-1)])
			}
			for i := range n {
				v := 0.0
				for k, f := range kernel {
					v += f * line[i+k]
				}
				pix[at+step*i] = clamp(v)
			}
		}
	}
}
