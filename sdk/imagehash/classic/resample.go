package classic

import (
	"math"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/frame"
)

// A tap is a cell of a side of the grid: which pixels it is made of, and with what weights. Since all of it is in whole numbers, pixels may come in any
// order. docs/protocol.md, section 2.4.
type tap struct {
	first   int     // pixel
	weights []int32 // of the pixels from first on
	sum     int32   // of the weights
}

// taps are the cells of a side of n pixels, weighted as createWeights8 of github.com/nfnt/resize does for its bilinear filter. Pixels beyond the ends are those at the ends.
func taps(n, cells int) []tap {
	scale := float64(n) / float64(cells)
	length := 2 * int(max(math.Ceil(scale), 1))
	factor := min(1/scale, 1)
	out := make([]tap, cells)
	for i := range out {
		at := float64(scale*(float64(i)+0.5)) - 0.5
		start := int(at) - length/2 + 1 // towards zero, as there
		at -= float64(start)
		t := &out[i]
		t.first = min(max(start, 0), n-1)
		t.weights = make([]int32, min(max(start+length-1, 0), n-1)-t.first+1)
		for k := range length {
			w := int32(max(1-math.Abs((at-float64(k))*factor), 0) * 256)
			t.weights[min(max(start+k, 0), n-1)-t.first] += w
			t.sum += w
		}
	}
	return out
}

// A lane resamples one frame of a picture. It takes the picture's rows one by one and keeps sums alone.
type lane struct {
	frame frame.Frame
	x, y  []tap
	of    [][]share // for each of the picture's rows, what it adds to which row of the grid
	row   []int32   // a row, resampled: 3 channels a cell
	sums  []int32   // of the grid: rows of 3·cols
}

// A share is a row's weight in a row of the grid.
type share struct{ row, weight int32 }

func newLane(f frame.Frame, height, cols, rows int) *lane {
	l := &lane{
		frame: f, x: taps(f.X.Size, cols), y: taps(f.Y.Size, rows),
		of:  make([][]share, height),
		row: make([]int32, 3*cols), sums: make([]int32, 3*cols*rows),
	}
	for j, t := range l.y {
		for k, w := range t.weights {
			if w != 0 {
				y := frame.Reflect(f.Y.Start+t.first+k, height)
				l.of[y] = append(l.of[y], share{int32(j), w})
			}
		}
	}
	return l
}

// push takes row y of the picture: R, G, B of the frame's columns.
func (l *lane) push(y int, rgb []byte) {
	if len(l.of[y]) == 0 {
		return
	}
	for i, t := range l.x {
		var r, g, b int32
		p := rgb[3*t.first:][:3*len(t.weights)]
		for _, w := range t.weights {
			r += w * int32(p[0])
			g += w * int32(p[1])
			b += w * int32(p[2])
			p = p[3:]
		}
		l.row[3*i], l.row[3*i+1], l.row[3*i+2] = r/t.sum, g/t.sum, b/t.sum
	}
	for _, s := range l.of[y] {
		sums := l.sums[int(s.row)*len(l.row):][:len(l.row)]
		for i, v := range l.row {
			sums[i] += s.weight * v
		}
	}
}

// luma is the grid, once all rows have come.
func (l *lane) luma() [][]float64 {
	out := make([][]float64, len(l.y))
	for j, t := range l.y {
		out[j] = make([]float64, len(l.x))
		for i := range out[j] {
			p := l.sums[j*len(l.row)+3*i:]
			r, g, b := float64(p[0]/t.sum), float64(p[1]/t.sum), float64(p[2]/t.sum)
			out[j][i] = float64(float64(0.299*r)+float64(0.587*g)) + float64(0.114*b)
		}
	}
	return out
}
