package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"slices"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// Side is the long side, in pixels, to which pictures are reduced before they are edited; edits of the group edit.Large start from the whole picture.
// Package evaluate's default plan has the same.
const Side = 1024

// MinQuality is the PDQ quality below which nothing is listed or looked up.
const MinQuality = 50

// A Picture is an original, decoded and hashed.
type Picture struct {
	Digest        [32]byte // SHA-256 of its file; it decides what edits leave to chance
	Width, Height int      // upright, before any reduction

	// Entry is what a list holds of it: the features of the whole picture as it is. Classic are goimagehash's hashes, of the reduced one.
	Entry   imagehash.ViewFeatures
	Classic [len(evaluate.ClassicNames)]uint64

	hasher         imagehash.PDQ
	whole, reduced *image.NRGBA
}

// Open decodes a file. Errors are those of package decode.
func Open(file []byte, hasher imagehash.PDQ) (*Picture, error) {
	decoded, err := decode.Decode(file, decode.Limits{})
	if err != nil {
		return nil, err
	}
	return open(sha256.Sum256(file), decoded.NRGBA(), hasher)
}

// OpenPixels takes a picture that something else has decoded: width·height pixels of R, G, B, A. The hashes may differ by some bits from those of Open, as decoders
// do. The picture keeps rgba.
func OpenPixels(file []byte, width, height int, rgba []byte, hasher imagehash.PDQ) (*Picture, error) {
	if width < 1 || height < 1 || width > imagehash.MaxSide || height > imagehash.MaxSide || len(rgba) != 4*width*height {
		return nil, fmt.Errorf("lab: %d bytes are no picture of %d×%d pixels", len(rgba), width, height)
	}
	p := &image.NRGBA{Pix: rgba, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
	return open(sha256.Sum256(file), p, hasher)
}

func open(digest [32]byte, whole *image.NRGBA, hasher imagehash.PDQ) (*Picture, error) {
	p := &Picture{
		Digest: digest, Width: whole.Rect.Dx(), Height: whole.Rect.Dy(), hasher: hasher,
		whole: whole, reduced: edit.Reduce(whole, Side),
	}
	entry, err := imagehash.HashRGBA(hasher, p.Width, p.Height, whole.Pix)
	if err != nil {
		return nil, err
	}
	p.Entry = entry[0]
	p.Classic, err = evaluate.Classic(p.reduced)
	return p, err
}

// Large reports whether edits of the group edit.Large apply.
func (p *Picture) Large() bool { return max(p.Width, p.Height) > edit.LargeLongSide }

// Small is the picture with a long side of at most n pixels. It must not be changed.
func (p *Picture) Small(n int) *image.NRGBA { return edit.Reduce(p.reduced, n) }

// A Copy is an edited picture.
type Copy struct {
	Pixels *image.NRGBA
}

// Edited makes a copy. A seed and an edit's name decide what is left to chance. Errors are edit's.
func (p *Picture) Edited(e edit.Edit, seed uint64) (*Copy, error) {
	from := p.reduced
	if e.Group == edit.Large {
		from = p.whole
	}
	edited, err := e.Apply(from, seed, hex.EncodeToString(p.Digest[:]))
	if err != nil {
		return nil, err
	}
	return &Copy{edited}, nil
}

// Original is the picture as it is, as a copy: what is sent of an entry's own picture.
func (p *Picture) Original() *Copy { return &Copy{p.whole} }

// Hash is what a client finds in the copy.
func (c *Copy) Hash(hasher imagehash.PDQ, views ...imagehash.View) ([]imagehash.ViewFeatures, error) {
	return imagehash.HashRGBA(hasher, c.Pixels.Rect.Dx(), c.Pixels.Rect.Dy(), c.Pixels.Pix, views...)
}

// Views are the views that schemes need, each once, the picture as it is first.
func Views(schemes ...*Scheme) []imagehash.View {
	views := []imagehash.View{imagehash.AsIs()}
	for _, s := range schemes {
		for _, v := range s.Views() {
			if !slices.Contains(views, v) {
				views = append(views, v)
			}
		}
	}
	return views
}
