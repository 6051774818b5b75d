package imagehash

// An axis says how one side of a view, of size pixels, becomes one side of the
// picture that the box filters get, of cells pixels: cell i is the sum of taps
// pixels from first[i] on, each times its weight.
type axis struct {
	size, cells int
	taps        int
	first       []int32   // one a cell
	weight      []float32 // taps a cell; nil where there is one tap of weight 1
}

// canonicalSide is the side to which canonical and cpp scaling bring a picture.
const canonicalSide = 512

// triangleAxis returns the antialiased triangle filter from size pixels to
// cells, whose centres are shifted by phase hundredths of a cell. The filter
// reaches as far as the greater of a pixel and a cell. Pixels outside are left
// out and the weights of the rest add up to 1; where none is left, the nearest
// pixel counts alone. For phase 0 this is what Pillow's and x/image/draw's
// bilinear scaling do.
func triangleAxis(size, cells, phase int) axis {
	// In units of 1/(200·cells) of a pixel all distances are whole, so that
	// each weight is a fraction of integers, rounded once.
	unit := int64(200 * cells)
	reach := max(unit, int64(200*size))

	// bounds returns cell i's centre, and its first and last pixel of positive
	// weight. Pixel x has its centre at x·unit.
	bounds := func(i int) (centre int64, lo, hi int) {
		centre = int64(100*(2*i+1)+2*phase)*int64(size) - unit/2
		lo = int(floorDiv(centre-reach, unit)) + 1
		hi = -int(floorDiv(-centre-reach, unit)) - 1
		switch {
		case hi < 0:
			return 0, 0, 0
		case lo >= size:
			return int64(size-1) * unit, size - 1, size - 1
		}
		return centre, max(lo, 0), min(hi, size-1)
	}

	a := axis{size: size, cells: cells, first: make([]int32, cells)}
	for i := range cells {
		_, lo, hi := bounds(i)
		a.taps = max(a.taps, hi-lo+1)
	}
	a.taps = min(roundTaps(a.taps), size)
	a.weight = make([]float32, cells*a.taps)
	for i := range cells {
		centre, lo, hi := bounds(i)
		var total int64
		for x := lo; x <= hi; x++ {
			total += reach - abs64(int64(x)*unit-centre)
		}
		// Cells of fewer pixels get weights of zero, which change no bit of
		// the sum: it is never −0.
		first := min(lo, size-a.taps)
		a.first[i] = int32(first)
		for x := lo; x <= hi; x++ {
			w := reach - abs64(int64(x)*unit-centre)
			a.weight[i*a.taps+x-first] = float32(float64(w) / float64(total))
		}
	}
	return a
}

// roundTaps returns the next number of taps for which gather has a quick way.
func roundTaps(n int) int {
	switch {
	case n <= 2:
		return 2
	case n <= 4:
		return 4
	case n <= 8:
		return 8
	}
	return (n + 15) / 16 * 16
}

// nearestAxis takes for each cell the pixel at its left or upper edge, as CImg's
// resize does.
func nearestAxis(size, cells int) axis {
	a := axis{size: size, cells: cells, taps: 1, first: make([]int32, cells)}
	for i := range a.first {
		a.first[i] = int32(int64(i) * int64(size) / int64(cells))
	}
	return a
}

// floorDiv returns a/b rounded down. b must be positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func abs64(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
