package evaluate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/jpeg"

	"github.com/corona10/goimagehash"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// measure makes and hashes all copies of a picture. The error is decode's, for a file that is no picture.
func (p *Plan) measure(file, class string, data []byte) (*Sample, error) {
	decoded, err := decode.Decode(data, decode.Limits{})
	if err != nil {
		return nil, err
	}
	s := &Sample{Picture: Picture{File: file, Class: class, Digest: sha256.Sum256(data), Width: decoded.Width(), Height: decoded.Height()}}
	whole := decoded.NRGBA()
	entry, err := hash(whole, p.ListHasher)
	if err != nil {
		return nil, err
	}
	s.Entry, s.EntryQuality = entry[0].Hash, entry[0].Quality
	reduced := edit.Reduce(whole, p.Side)
	if s.Classic, err = classic(reduced); err != nil {
		return nil, err
	}
	if p.Classic256 {
		if s.Classic256, err = classic256(reduced); err != nil {
			return nil, err
		}
	}
	if s.Thumbnail, err = thumbnail(reduced); err != nil {
		return nil, err
	}
	original, err := p.copyOf(whole)
	if err != nil {
		return nil, err
	}
	s.Copies = append(s.Copies, original)
	name := hex.EncodeToString(s.Digest[:])
	large := max(s.Width, s.Height) > edit.LargeLongSide
	for _, e := range p.Edits {
		from := reduced
		if e.Group == edit.Large {
			from = whole
		}
		var c Copy
		if e.Group != edit.Large || large {
			// An edit that this picture is too small for leaves no copy, and is counted.
			if edited, err := e.Apply(from, p.Seed, name); err == nil {
				if c, err = p.copyOf(edited); err != nil {
					return nil, err
				}
			}
		}
		s.Copies = append(s.Copies, c)
	}
	for _, e := range p.Variants {
		var h imagehash.Hash
		if edited, err := e.Apply(reduced, p.Seed, name); err == nil {
			f, err := hash(edited, p.ListHasher)
			if err != nil {
				return nil, err
			}
			h = f[0].Hash
		}
		s.Variants = append(s.Variants, h)
	}
	return s, nil
}

// copyOf hashes a copy under all views.
func (p *Plan) copyOf(picture *image.NRGBA) (Copy, error) {
	views, err := hash(picture, p.Hasher, p.Views...)
	if err != nil {
		return Copy{}, err
	}
	c := Copy{Readings: make([]Reading, len(views))}
	for i := range views {
		c.Readings[i] = newReading(&views[i])
	}
	if c.Classic, err = classic(picture); err != nil {
		return Copy{}, err
	}
	if p.Classic256 {
		c.Classic256, err = classic256(picture)
	}
	return c, err
}

func hash(p *image.NRGBA, h imagehash.Hasher, views ...imagehash.View) ([]imagehash.ViewFeatures, error) {
	return imagehash.HashRGBA(h, p.Rect.Dx(), p.Rect.Dy(), p.Pix, views...)
}

// ClassicNames are goimagehash's hashes, in the order in which a Copy has them.
var ClassicNames = [3]string{"pHash", "dHash", "aHash"}

func classic(p image.Image) (out [3]uint64, err error) {
	for i, f := range []func(image.Image) (*goimagehash.ImageHash, error){
		goimagehash.PerceptionHash, goimagehash.DifferenceHash, goimagehash.AverageHash,
	} {
		h, err := f(p)
		if err != nil {
			return out, err
		}
		out[i] = h.GetHash()
	}
	return out, nil
}

// classic256 are the hashes of 256 bits.
func classic256(p image.Image) (out [3][4]uint64, err error) {
	for i, f := range []func(image.Image, int, int) (*goimagehash.ExtImageHash, error){
		goimagehash.ExtPerceptionHash, goimagehash.ExtDifferenceHash, goimagehash.ExtAverageHash,
	} {
		h, err := f(p, 16, 16)
		if err != nil {
			return out, err
		}
		copy(out[i][:], h.GetHash())
	}
	return out, nil
}

// thumbnailSide is the long side of pictures in reports.
const thumbnailSide = 120

func thumbnail(p *image.NRGBA) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, edit.Reduce(p, thumbnailSide), &jpeg.Options{Quality: 60})
	return b.Bytes(), err
}
