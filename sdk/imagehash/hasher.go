package imagehash

// Hasher is a perceptual hash function with all its parameters fixed. Every
// implementation takes pictures in the same way, so that what scans or measures
// them need not know which hash it is.
type Hasher interface {
	// Name names the function and every parameter that changes its bits: two
	// hashers' hashes can be compared exactly if their names are equal.
	Name() string

	// Bits is the length of a hash, at most 256.
	Bits() int

	// Begin starts on a picture of width×height pixels. The views are those
	// whose features are wanted, the picture as it is where there are none.
	// Errors are [*SizeError], [*ViewError] and [*ConfigError].
	Begin(width, height int, views []View) (Sampler, error)
}

// Sampler takes a picture's rows from top to bottom, strip by strip, and keeps
// none of them. It is for one picture and one goroutine.
type Sampler interface {
	// WriteRows takes the next rows: 4·width bytes each, R, G, B, A for every
	// pixel, not premultiplied by A. A strip may have any number of rows. The
	// sampler does not keep rgba. After an error ([ErrPartialRow],
	// [ErrTooManyRows], [ErrOrder]) no row of the strip counts as written.
	WriteRows(rgba []byte) error

	// EndPass follows the last row. Where it answers that the rows are needed
	// again, as trimmed borders may, they are to be written once more, all of
	// them, with another EndPass. Errors are [ErrMissingRows], after which the
	// missing rows may still be written, and [ErrOrder].
	EndPass() (again bool, err error)

	// Features returns one result for each view that Begin was given, in that
	// order. Its error is [ErrOrder], before the last pass has ended.
	Features() ([]ViewFeatures, error)

	// Grey returns a small picture of the picture as it is: n×n luma values,
	// whatever the aspect, row by row, for n from 1 to [MaxGrey]. Its errors
	// are [ErrOrder], before the first pass has ended, a [*ConfigError] for n
	// out of range and a [*ViewError] where the as-is view was not asked for.
	Grey(n int) ([]byte, error)
}

// Features is what a hasher finds in a picture or a view of it.
type Features struct {
	Hash Hash

	// Quality tells how much there is to recognise, 0 to 100. PDQ hashes of a
	// quality below 50 are not comparable.
	Quality int

	// Coefficients holds the values that were compared with Median to get the
	// bits, by bit number. Bit k is set where Coefficients[k] > Median.
	Coefficients [HashBits]float32
	Median       float32
}

// Margin returns |Coefficients[k] − Median|: the smaller, the likelier is bit k
// to differ in a near-duplicate. It panics unless 0 ≤ k < 256.
func (f *Features) Margin(k int) float32 {
	d := f.Coefficients[k] - f.Median
	if d < 0 {
		return -d
	}
	return d
}

// ViewFeatures is a view and what was found in it.
type ViewFeatures struct {
	View View
	Features
	// Same means that the view changes nothing in this picture (it has no
	// borders to trim, or is too small for a crop to take a pixel), so that
	// the features are those of the picture as it is.
	Same bool
}

// HashRGBA hashes a picture that lies in memory: width·height pixels of 4 bytes
// R, G, B, A, not premultiplied. Without views it hashes the picture as it is.
// Errors are those of [Hasher.Begin] and [Sampler.WriteRows].
func HashRGBA(h Hasher, width, height int, rgba []byte, views ...View) ([]ViewFeatures, error) {
	s, err := h.Begin(width, height, views)
	if err != nil {
		return nil, err
	}
	for again := true; again; {
		if err := s.WriteRows(rgba); err != nil {
			return nil, err
		}
		if again, err = s.EndPass(); err != nil {
			return nil, err
		}
	}
	return s.Features()
}
