package decode

import (
	"image"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// Picture is a decoded picture. Its pixels stay in the form in which the decoder
// left them; they are converted and turned upright strip by strip, as they are
// asked for. It may be read by several goroutines.
type Picture struct {
	config Config
	src    source
}

// Config returns what the header told.
func (p *Picture) Config() Config { return p.config }

// Width is that of the upright picture.
func (p *Picture) Width() int {
	w, _ := p.config.UprightSize()
	return w
}

// Height is that of the upright picture.
func (p *Picture) Height() int {
	_, h := p.config.UprightSize()
	return h
}

// stripPixels is how many pixels a strip has, more or less.
const stripPixels = 1 << 15

// RowWriter takes a picture's rows as [imagehash.Sampler] describes.
type RowWriter interface {
	WriteRows(rgba []byte) error
	EndPass() (again bool, err error)
}

var _ RowWriter = imagehash.Sampler(nil)

// Feed gives the upright picture's rows to a sampler, or to another taker, in
// as many passes as it wants. It must have been begun with the picture's Width
// and Height. Errors are the taker's.
func (p *Picture) Feed(s RowWriter) error {
	width, height := p.Width(), p.Height()
	// A turned picture is read column by column, at least some at a time.
	rows := min(max(stripPixels/width, 8), height)
	strip := make([]byte, 4*width*rows)
	for again := true; again; {
		for y := 0; y < height; y += rows {
			n := min(rows, height-y)
			p.rows(strip[:4*width*n], y, n)
			if err := s.WriteRows(strip[:4*width*n]); err != nil {
				return err
			}
		}
		var err error
		if again, err = s.EndPass(); err != nil {
			return err
		}
	}
	return nil
}

// Hash returns what a hasher finds in the upright picture. Errors are those of
// the hasher's Begin.
func (p *Picture) Hash(h imagehash.Hasher, views ...imagehash.View) ([]imagehash.ViewFeatures, error) {
	s, err := h.Begin(p.Width(), p.Height(), views)
	if err != nil {
		return nil, err
	}
	if err := p.Feed(s); err != nil {
		return nil, err
	}
	return s.Features()
}

// NRGBA returns the upright picture, 4 bytes a pixel.
func (p *Picture) NRGBA() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, p.Width(), p.Height()))
	rows := max(stripPixels/p.Width(), 8)
	for y := 0; y < p.Height(); y += rows {
		n := min(rows, p.Height()-y)
		p.rows(m.Pix[y*m.Stride:(y+n)*m.Stride], y, n)
	}
	return m
}

// rows sets dst to n rows of the upright picture from row y on.
func (p *Picture) rows(dst []byte, y, n int) {
	o := p.config.Orientation
	mirrored := o == MirroredHorizontally || o == Rotated180 || o == Transversed || o == Rotated270
	flipped := o == Rotated180 || o == MirroredVertically || o == Rotated90 || o == Transversed
	w, h := p.config.Width, p.config.Height
	if !o.swaps() {
		for k := range n {
			row := dst[4*w*k:][:4*w]
			if flipped {
				p.src.read(row, 0, h-1-y-k)
			} else {
				p.src.read(row, 0, y+k)
			}
			if mirrored {
				mirror(row)
			}
		}
		return
	}
	// The rows are n columns of the stored picture, and their columns are its
	// rows.
	run := make([]byte, 4*n)
	from := y
	if mirrored {
		from = w - y - n
	}
	for x := range h {
		if flipped {
			p.src.read(run, from, h-1-x)
		} else {
			p.src.read(run, from, x)
		}
		if mirrored {
			mirror(run)
		}
		for k := range n {
			*(*[4]byte)(dst[4*(k*h+x):]) = *(*[4]byte)(run[4*k:])
		}
	}
}

// mirror exchanges the left and the right of a row.
func mirror(row []byte) {
	for i, j := 0, len(row)-4; i < j; i, j = i+4, j-4 {
		a, b := (*[4]byte)(row[i:]), (*[4]byte)(row[j:])
		*a, *b = *b, *a
	}
}
