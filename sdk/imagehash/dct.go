package imagehash

const (
	// freqs is the number of frequencies, 1 to 16, of each direction in a hash.
	freqs = 16
	// MinSide is the smallest side of a picture or view that is hashed. Smaller
	// ones, as in Meta's C++, have a quality of 0 and a hash of zeros.
	MinSide = 5
)

// cosines holds √(2/64)·cos(m·π/128) for m from 0 to 64, in float32: the square
// root is rounded to float32, the product with the cosine once more. They are
// written out since math.Cos may differ between platforms in the last bit; the
// tests derive them.
var cosines = [gridSide + 1]float32{
	0.17677669, 0.17672345, 0.17656375, 0.17629771, 0.17592546, 0.17544726, 0.17486335, 0.17417413,
	0.17337997, 0.17248139, 0.17147891, 0.17037314, 0.16916475, 0.16785446, 0.16644305, 0.16493139,
	0.16332036, 0.16161098, 0.15980424, 0.15790124, 0.15590313, 0.1538111, 0.15162642, 0.14935042,
	0.14698444, 0.14452994, 0.14198837, 0.13936128, 0.13665023, 0.13385688, 0.13098289, 0.12803,
	0.125, 0.121894695, 0.11871597, 0.11546574, 0.112145945, 0.108758606, 0.10530575, 0.10178947,
	0.09821187, 0.09457511, 0.090881385, 0.08713291, 0.08333196, 0.079480805, 0.075581774, 0.07163722,
	0.06764951, 0.06362105, 0.059554275, 0.05545162, 0.051315565, 0.0471486, 0.042953234, 0.038731992,
	0.034487423, 0.030222077, 0.025938528, 0.021639355, 0.017327147, 0.0130045, 0.008674021, 0.004338317,
	0,
}

// A dctMatrix has a row for each frequency from 1 to freqs.
type dctMatrix [freqs * gridSide]float32

// newDCTMatrix returns rows i of √(2/64)·cos((i+1)·(2k+1)·π/128), k from 0 to 63.
func newDCTMatrix() *dctMatrix {
	d := new(dctMatrix)
	for i := range freqs {
		for k := range gridSide {
			// Fold the angle, in steps of π/128, into the first quadrant.
			m := (i + 1) * (2*k + 1) % (4 * gridSide)
			if m > 2*gridSide {
				m = 4*gridSide - m
			}
			if m > gridSide {
				d[i*gridSide+k] = -cosines[2*gridSide-m]
			} else {
				d[i*gridSide+k] = cosines[m]
			}
		}
	}
	return d
}

// features takes the cosine transform of the grid, its lowest 16×16 frequencies
// without the constant ones, and compares them with their median. Sums run from
// the first term to the last in float32, as in Meta's C++.
func (g *grid) features(d *dctMatrix) Features {
	// Along columns. The order of the loops lets the sums of a row form side
	// by side; within each the order is the same.
	var t [freqs * gridSide]float32
	for i := range freqs {
		sums := (*gridRow)(t[i*gridSide:])
		for k := range gridSide {
			addScaled(sums, (*gridRow)(g[k*gridSide:]), d[i*gridSide+k])
		}
	}
	// Along rows.
	var f Features
	for i := range freqs {
		row := (*gridRow)(t[i*gridSide:])
		for j := range freqs {
			f.Coefficients[i*freqs+j] = dot(row, (*gridRow)(d[j*gridSide:]))
		}
	}

	// The lower of the two middle values, so that half of the bits are set
	// unless values are equal.
	var sorted [HashBits]float32 // by insertion: the general sort would cost a browser more by its code
	for n, c := range f.Coefficients {
		for ; n > 0 && sorted[n-1] > c; n-- {
			sorted[n] = sorted[n-1]
		}
		sorted[n] = c
	}
	f.Median = sorted[HashBits/2-1]
	for k, c := range f.Coefficients {
		if c > f.Median {
			f.Hash[len(f.Hash)-1-k/8] |= 1 << (k % 8)
		}
	}
	f.Quality = g.quality()
	return f
}

// quality is PDQ's measure of how much there is to see: the sum of the steps
// between neighbours, in whole percents of the range each, so that noise does
// not count.
func (g *grid) quality() int {
	sum := 0
	step := func(a, b float32) {
		d := int(float32((a-b)*100) / 255)
		sum += max(d, -d)
	}
	for i := range gridSide {
		for j := range gridSide {
			k := i*gridSide + j
			if i+1 < gridSide {
				step(g[k], g[k+gridSide])
			}
			if j+1 < gridSide {
				step(g[k], g[k+1])
			}
		}
	}
	return min(sum/90, 100)
}
