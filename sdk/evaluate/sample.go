package evaluate

import (
	"slices"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// A Picture is a file of those that are measured.
type Picture struct {
	File          string // as it was named
	Class         string // the folder it lies in, relative to the one that was searched
	Digest        [32]byte
	Width, Height int
	Thumbnail     []byte // a small JPEG
}

// HeldOut tells half of the pictures apart, by a hash of the file: searches see the others only.
func (p *Picture) HeldOut() bool { return p.Digest[31]&1 == 1 }

// A Sample is what was found in a picture and its copies.
type Sample struct {
	Picture

	// Entry is what a list would hold of the picture.
	Entry        imagehash.Hash
	EntryQuality int
	Classic      [3]uint64    // goimagehash's hashes of it, of 64 bits
	Classic256   [3][4]uint64 // and of 256, if the plan asks for them

	Variants []imagehash.Hash // of the plan's variants; zero where one could not be made

	Copies []Copy // the picture as it is, then a copy for each of the plan's edits
}

// A Copy is an edited picture. It has no readings if the edit could not be made or is not for this picture.
type Copy struct {
	Readings   []Reading // a reading for each of the plan's views
	Classic    [3]uint64
	Classic256 [3][4]uint64
}

// Made reports whether there is such a copy.
func (c *Copy) Made() bool { return len(c.Readings) > 0 }

// A Reading is what is kept of a view's features.
type Reading struct {
	Hash    imagehash.Hash
	Quality uint8
	Margins []float32 // of the keptMargins lowest frequencies, in the order of imagehash bits of lowestFrequencies
}

// lowestFrequencies are the bits whose margins are kept: rising i+j, ties by the bit's number (docs/protocol.md, section 2.1).
var lowestFrequencies = func() (bits [keptMargins]int) {
	n := 0
	for sum := 0; n < keptMargins; sum++ {
		for i := 0; i <= sum && n < keptMargins; i++ {
			bits[n] = 16*i + sum - i
			n++
		}
	}
	return bits
}()

func newReading(f *imagehash.ViewFeatures) Reading {
	r := Reading{Hash: f.Hash, Quality: uint8(f.Quality), Margins: make([]float32, keptMargins)}
	for i, k := range lowestFrequencies {
		r.Margins[i] = f.Margin(k)
	}
	return r
}

// features are those that a scheme gets. The median is zero, so that the margins are those that were kept, to the bit; those that were not are
// infinite, far from any doubt.
func (r *Reading) features(v imagehash.View) imagehash.ViewFeatures {
	f := imagehash.ViewFeatures{View: v}
	f.Hash, f.Quality = r.Hash, int(r.Quality)
	for k := range f.Coefficients {
		f.Coefficients[k] = maxMargin
	}
	for i, k := range lowestFrequencies {
		f.Coefficients[k] = r.Margins[i]
	}
	for k := range f.Coefficients {
		if r.Hash.Bit(k) == 0 {
			f.Coefficients[k] = -f.Coefficients[k]
		}
	}
	return f
}

// equal reports whether two views have shown the same.
func (r *Reading) equal(o *Reading) bool {
	return r.Hash == o.Hash && r.Quality == o.Quality && slices.Equal(r.Margins, o.Margins)
}

const maxMargin = 1e30
