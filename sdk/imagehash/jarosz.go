package imagehash

// gridSide is the side of the picture that the cosine transform gets.
const gridSide = 64

// A grid is the 64×64 picture, row by row.
type grid [gridSide * gridSide]float32

// jarosz blurs a picture with PDQ's tent filter, which is two passes of a box
// filter along rows and columns (W. Jarosz, "Fast Image Convolutions", 2001),
// and takes 64×64 of its pixels. Rows are pushed one by one; along columns, only
// the sums and the rows in the window are kept. Every sum is formed by the same
// float32 additions and subtractions in the same order as in Meta's C++, which
// runs over a whole picture in memory, so that the results agree to the bit.
type jarosz struct {
	cols, rows int
	winX, winY int // box along a row, along a column

	blurred []float32 // a row after its first row pass
	middle  []float32 // a row after both first passes
	first   boxColumns
	cut     [gridSide]float32 // a row after the second row pass, where it counts
	second  boxColumns
	takeX   [gridSide]int32 // columns that make the grid
	taken   int             // rows of the grid that are done
	out     grid
}

func newJarosz(cols, rows int) *jarosz {
	j := &jarosz{cols: cols, rows: rows, winX: boxWindow(cols), winY: boxWindow(rows)}
	j.blurred = make([]float32, cols)
	j.middle = make([]float32, cols)
	j.first = newBoxColumns(cols, rows, j.winY)
	j.second = newBoxColumns(gridSide, rows, j.winY)
	for i := range j.takeX {
		j.takeX[i] = int32(takeAt(i, cols))
	}
	return j
}

// boxWindow is the width of one box pass over a side of n pixels: half of what
// becomes a pixel of the grid, rounded up, since there are two passes.
func boxWindow(n int) int { return (n + 2*gridSide - 1) / (2 * gridSide) }

// takeAt is the pixel, of n, that becomes pixel i of the grid.
func takeAt(i, n int) int { return (2*i + 1) * n / (2 * gridSide) }

// whole says that the picture has the grid's size already, which PDQ then takes
// as it is.
func (j *jarosz) whole() bool { return j.cols == gridSide && j.rows == gridSide }

// push takes the next row. It must be called rows times, and then finish.
func (j *jarosz) push(row []float32) {
	if j.whole() {
		copy(j.out[j.taken*gridSide:], row)
		j.taken++
		return
	}
	if j.cols == canonicalSide && j.winY == quickWindow && j.first.added >= quickWindow {
		j.pushQuick((*cellRow)(row))
		return
	}
	boxRow(j.blurred, row, j.winX)
	if j.first.add(j.blurred) {
		j.first.mean(j.middle)
		j.pushMiddle()
	}
}

// pushMiddle takes j.middle through the second passes.
func (j *jarosz) pushMiddle() {
	boxRow(j.blurred, j.middle, j.winX)
	for i, x := range j.takeX {
		j.cut[i] = j.blurred[x]
	}
	j.pushCut()
}

// pushCut takes j.cut, a row after the second row pass, along the columns.
func (j *jarosz) pushCut() {
	if j.second.add(j.cut[:]) {
		j.take()
	}
}

// take sets the rows of the grid that are made of the row which the second
// column pass has just completed: mostly none, more than one where the picture
// is less than 64 pixels high.
func (j *jarosz) take() {
	for j.taken < gridSide && takeAt(j.taken, j.rows) == j.second.done-1 {
		j.second.mean(j.out[j.taken*gridSide:][:gridSide])
		j.taken++
	}
}

// finish returns the grid once the last row has been pushed.
func (j *jarosz) finish() *grid {
	if !j.whole() {
		for j.first.drain() {
			j.first.mean(j.middle)
			j.pushMiddle()
		}
		for j.second.drain() {
			j.take()
		}
	}
	return &j.out
}

// boxRow sets dst to the means of src in a window of w around each value, where
// the window is cut off at both ends. w may not exceed len(src). The window of
// an even width reaches one further to the right.
func boxRow(dst, src []float32, w int) {
	half := (w + 2) / 2
	var sum float32
	for _, v := range src[:half-1] {
		sum += v
	}
	n := half - 1
	o := 0
	for _, v := range src[half-1 : w] {
		sum += v
		n++
		dst[o] = sum / float32(n)
		o++
	}
	full := float32(w)
	old := src[:len(src)-w]
	added := src[w:][:len(old)]
	body := dst[o:][:len(old)]
	for i, v := range old {
		sum += added[i]
		sum -= v
		body[i] = sum / full
	}
	o += len(old)
	for _, v := range src[len(old):][:half-1] {
		sum -= v
		n--
		dst[o] = sum / float32(n)
		o++
	}
}

// boxColumns runs a box filter along the columns of a picture whose rows come
// one by one.
type boxColumns struct {
	cols, rows int
	win, half  int
	added      int       // rows in
	done       int       // rows out
	n          int       // rows in the window
	sum        []float32 // of the window, one a column
	ring       []float32 // the last win rows, row r at r mod win
}

func newBoxColumns(cols, rows, win int) boxColumns {
	return boxColumns{
		cols: cols, rows: rows, win: win, half: (win + 2) / 2,
		sum: make([]float32, cols), ring: make([]float32, win*cols),
	}
}

// row is where row r is kept.
func (b *boxColumns) row(r int) []float32 {
	return b.ring[r%b.win*b.cols:][:b.cols]
}

// add takes the next row and reports whether it completed a row of the result.
func (b *boxColumns) add(row []float32) bool {
	if b.added < b.win {
		accumulate(b.sum, b.row(b.added), row)
		b.n++
	} else {
		slide(b.sum, b.row(b.added), row)
	}
	b.added++
	if b.added < b.half {
		return false
	}
	b.done++
	return true
}

// drain completes a row of the result after the last row has been added, and
// reports whether there was one left.
func (b *boxColumns) drain() bool {
	if b.done == b.rows {
		return false
	}
	for i, v := range b.row(b.rows - b.n) {
		b.sum[i] -= v
	}
	b.n--
	b.done++
	return true
}

// mean sets dst to the row of the result that was completed last.
func (b *boxColumns) mean(dst []float32) {
	n := float32(b.n)
	dst = dst[:len(b.sum)]
	if b.n&(b.n-1) == 0 { // the reciprocal is exact
		scale(dst, b.sum, 1/n)
		return
	}
	for i, s := range b.sum {
		dst[i] = s / n
	}
}
