package imagehash

// MaxGrey is the largest side of a grey picture.
const MaxGrey = 128

// A preview shrinks the cells of a picture, row by row as they come, to at most
// MaxGrey a side, by means over rectangles. From it grey pictures of any size are
// made afterwards.
type preview struct {
	cols, rows    int // cells
	width, height int // of the preview
	y             int
	sums          []float32 // height rows of width
}

func newPreview(cols, rows int) *preview {
	p := &preview{cols: cols, rows: rows, width: min(cols, MaxGrey), height: min(rows, MaxGrey)}
	p.sums = make([]float32, p.width*p.height)
	return p
}

// push adds the next row of cells.
func (p *preview) push(cells []float32) {
	sums := p.sums[p.y*p.height/p.rows*p.width:][:p.width]
	p.y++
	if p.cols == canonicalSide {
		for i := range sums {
			c := (*[canonicalSide / MaxGrey]float32)(cells[canonicalSide/MaxGrey*i:])
			sums[i] += c[0] + c[1] + c[2] + c[3]
		}
		return
	}
	for i := range sums {
		for _, c := range cells[blockStart(i, p.width, p.cols):blockStart(i+1, p.width, p.cols)] {
			sums[i] += c
		}
	}
}

// blockStart is the first of n cells that fall to block i of blocks: the least c
// with ⌊c·blocks/n⌋ = i.
func blockStart(i, blocks, n int) int { return (i*n + blocks - 1) / blocks }

// grey returns n×n luma values, made by the triangle filter and rounded to
// integers, halves up.
func (p *preview) grey(n int) []byte {
	x, y := triangleAxis(p.width, n, 0), triangleAxis(p.height, n, 0)
	row := make([]float32, p.width)
	scaled := make([]float32, n*p.height)
	for i := range p.height {
		h := blockStart(i+1, p.height, p.rows) - blockStart(i, p.height, p.rows)
		for j := range row {
			w := blockStart(j+1, p.width, p.cols) - blockStart(j, p.width, p.cols)
			row[j] = p.sums[i*p.width+j] / float32(w*h)
		}
		x.gather(scaled[i*n:][:n], row)
	}
	out := make([]byte, n*n)
	column := make([]float32, p.height)
	cells := make([]float32, n)
	for j := range n {
		for i := range column {
			column[i] = scaled[i*n+j]
		}
		y.gather(cells, column)
		for i, c := range cells {
			out[i*n+j] = byte(min(c+0.5, 255))
		}
	}
	return out
}
