// Package testpicture generates pictures for tests: from a seed, with the same
// pixels on every platform, and with as much structure as a photograph has at
// the frequencies that perceptual hashes look at.
package testpicture

// RGBA returns width·height opaque pixels of 4 bytes, row by row. Pictures of
// the same seed and different sizes show the same scene.
func RGBA(seed uint64, width, height int) []byte {
	// Each channel is three parts of the common layer and one of its own.
	var layers [4]layer
	for i := range layers {
		layers[i] = newLayer(seed + uint64(i)*0x1000003)
	}
	out := make([]byte, 4*width*height)
	var rows [4][]int
	for i := range rows {
		rows[i] = make([]int, width)
	}
	for y := range height {
		for i := range layers {
			layers[i].row(rows[i], y, height)
		}
		p := out[4*width*y:]
		for x := range width {
			for c := range 3 {
				p[4*x+c] = byte(min(max((3*rows[3][x]+rows[c][x])/4, 0), 255))
			}
			p[4*x+3] = 255
		}
	}
	return out
}

// Transparent makes a picture's opacity vary over its pixels, in place.
func Transparent(seed uint64, rgba []byte) []byte {
	for i := 3; i < len(rgba); i += 4 {
		switch h := mix(seed + uint64(i/4/7)); h % 3 {
		case 0:
			rgba[i] = byte(h >> 8)
		case 1:
			rgba[i] = 0
		}
	}
	return rgba
}

const octaves = 6

// A layer is value noise: random values on ever finer lattices, interpolated
// linearly and added up. All of it is in integers.
type layer [octaves][][]int

func newLayer(seed uint64) layer {
	var l layer
	for o := range l {
		side := 3<<o + 2
		amplitude := uint64(100 >> o)
		l[o] = make([][]int, side)
		for i := range l[o] {
			l[o][i] = make([]int, side)
			for j := range l[o][i] {
				l[o][i][j] = int(mix(seed<<32|uint64(o<<24|i<<12|j))%(2*amplitude+1)) - int(amplitude)
			}
		}
	}
	return l
}

// row sets dst to row y, of height, with values around 128.
func (l *layer) row(dst []int, y, height int) {
	for x := range dst {
		dst[x] = 128
	}
	for o := range l {
		cells := 3 << o
		// Positions in 1/4096 of a lattice cell.
		v := (2*y + 1) * cells << 11 / height
		above, below := l[o][v>>12], l[o][v>>12+1]
		f := v & 4095
		line := make([]int, len(above))
		for j := range line {
			line[j] = above[j]*(4096-f) + below[j]*f
		}
		for x := range dst {
			u := (2*x + 1) * cells << 11 / len(dst)
			g := u & 4095
			dst[x] += (line[u>>12]*(4096-g) + line[u>>12+1]*g) >> 24
		}
	}
}

// mix is SplitMix64.
func mix(h uint64) uint64 {
	h = (h + 1) * 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
