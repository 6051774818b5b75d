package edit

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/deepteams/webp"
	"golang.org/x/image/draw"

	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// toJPEG encodes and decodes a picture. The encoder halves the resolution of colour (4:2:0), as messengers do.
func toJPEG(quality int) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, opaque(p), &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		return decoded(b.Bytes())
	}
}

// webpAlone is held while a picture is encoded as WebP.
var webpAlone sync.Mutex

// toWebP encodes a picture as lossy WebP and decodes it. The encoder keeps its working memory in pools and does not clear all of it, so that a picture comes out
// a little differently after another one of its size. Two collections of garbage empty the pools. What remains is that the encoder
// takes another way on a machine with a single processor.
func toWebP(quality float32) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		var b bytes.Buffer
		o := webp.DefaultOptions()
		o.Quality = quality
		p = opaque(p)
		webpAlone.Lock()
		runtime.GC()
		runtime.GC()
		err := webp.Encode(&b, p, o)
		webpAlone.Unlock()
		if err != nil {
			return nil, err
		}
		return decoded(b.Bytes())
	}
}

// opaque is the picture on white, as it is hashed: p itself if nothing shines through. JPEG has no opacity, and an encoder left alone would put it on black.
func opaque(p *image.NRGBA) *image.NRGBA {
	if p.Opaque() {
		return p
	}
	out := image.NewNRGBA(image.Rectangle{Max: p.Rect.Size()})
	draw.Draw(out, out.Rect, image.NewUniform(white), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, p, p.Rect.Min, draw.Over)
	return out
}

func decoded(file []byte) (*image.NRGBA, error) {
	p, err := decode.Decode(file, decode.Limits{})
	if err != nil {
		return nil, err
	}
	return p.NRGBA(), nil
}

// scale resizes by a factor, bilinearly; when it reduces, each pixel is a weighted mean of all it stands for.
func scale(factor float64) step { return scaleWith(draw.BiLinear, factor) }

func scaleCatmullRom(factor float64) step { return scaleWith(draw.CatmullRom, factor) }

func scaleWith(s draw.Scaler, factor float64) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		w, h := times(p.Rect.Dx(), factor), times(p.Rect.Dy(), factor)
		if w*h > maxPixels {
			return nil, errTooLarge
		}
		return resize(s, p, w, h), nil
	}
}

// longSide reduces a picture to a long side of n pixels, if it is longer.
func longSide(n int) step {
	return func(p *image.NRGBA, _ *rand.Rand) (*image.NRGBA, error) {
		return Reduce(p, n), nil
	}
}

// Reduce is the picture with a long side of at most n pixels: p itself if it has that, else a copy, reduced bilinearly.
func Reduce(p *image.NRGBA, n int) *image.NRGBA {
	long := max(p.Rect.Dx(), p.Rect.Dy())
	if long <= n {
		return p
	}
	f := float64(n) / float64(long)
	return resize(draw.BiLinear, p, times(p.Rect.Dx(), f), times(p.Rect.Dy(), f))
}

func resize(s draw.Scaler, p *image.NRGBA, width, height int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	s.Scale(out, out.Rect, p, p.Rect, draw.Src, nil)
	return out
}

// times is n·factor to the nearest pixel, at least 1.
func times(n int, factor float64) int { return max(1, int(float64(n)*factor+0.5)) }
