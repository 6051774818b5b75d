package imagehash

import "github.com/veilhash/veilhash/sdk/imagehash/internal/frame"

// A lane takes one frame of a picture, which is one view or several that agree,
// from rows of luma to the grid. It scales each row when it comes, keeps the
// scaled rows that cells to come are made of, and pushes rows of cells to the
// box filters as they are complete.
type lane struct {
	frame frame.Frame
	x, y  axis

	src     []rowRange // for each row of cells, the picture's rows it is made of
	wanted  []bool     // for each of the picture's rows, whether a cell needs it
	ring    []float32  // scaled rows, the picture's row r at r mod rings
	rings   int
	next    int       // next row of cells
	cells   []float32 // it, while it is formed
	filter  *jarosz
	preview *preview // of the as-is frame, or nil
	turners []*turner
}

// A rowRange is a range of the picture's rows. A row of cells is complete when
// last has come.
type rowRange struct{ first, last int32 }

// newLane returns the lane of a frame of a picture of so many rows.
func newLane(f frame.Frame, height int, p *PDQ) *lane {
	l := &lane{frame: f}
	l.x, l.y = p.axes(f.X.Size, f.Y.Size)
	l.src = make([]rowRange, l.y.cells)
	l.wanted = make([]bool, height)
	for i := range l.src {
		r := rowRange{int32(height), 0}
		l.eachTap(i, func(row int, _ float32) {
			r.first, r.last = min(r.first, int32(row)), max(r.last, int32(row))
			l.wanted[row] = true
		})
		l.src[i] = r
	}
	// Rows of cells are pushed in order, so that one may wait for an earlier
	// one that reaches further down, as the reflected rows at the top do.
	latest := int32(0)
	for _, r := range l.src {
		latest = max(latest, r.last)
		l.rings = max(l.rings, int(latest-r.first)+1)
	}
	l.ring = make([]float32, l.rings*l.x.cells)
	l.cells = make([]float32, l.x.cells)
	l.filter = newJarosz(l.x.cells, l.y.cells)
	return l
}

// eachTap calls fn with the rows of the picture that row of cells i is made of,
// from the view's top to its bottom, and their weights.
func (l *lane) eachTap(i int, fn func(row int, weight float32)) {
	height := len(l.wanted)
	first := l.frame.Y.Start + int(l.y.first[i])
	if l.y.weight == nil {
		fn(frame.Reflect(first, height), 1)
		return
	}
	for t, w := range l.y.weight[i*l.y.taps:][:l.y.taps] {
		if w != 0 {
			fn(frame.Reflect(first+t, height), w)
		}
	}
}

// push takes row y of the picture, where luma is the row from the frame's first
// column to its last.
func (l *lane) push(y int, luma []float32) {
	l.x.gather(l.row(y), luma)
	for l.next < len(l.src) && int(l.src[l.next].last) <= y {
		l.emit()
	}
}

// row is where the scaled row y of the picture is kept.
func (l *lane) row(y int) []float32 {
	return l.ring[y%l.rings*l.x.cells:][:l.x.cells]
}

// emit forms the next row of cells and pushes it.
func (l *lane) emit() {
	i := l.next
	l.next++
	height := len(l.wanted)
	first := l.frame.Y.Start + int(l.y.first[i])
	cells := l.cells
	if l.y.weight == nil {
		cells = l.row(frame.Reflect(first, height))
	} else {
		// Four rows at a time. Weights of zero change nothing, so the last
		// row is repeated with them.
		weights := l.y.weight[i*l.y.taps:][:l.y.taps]
		clear(cells)
		for t := 0; t < len(weights); t += 4 {
			var w [4]float32
			copy(w[:], weights[t:])
			if w == ([4]float32{}) {
				continue
			}
			var rows [4]*cellRow
			for k := range rows {
				rows[k] = (*cellRow)(l.row(frame.Reflect(first+min(t+k, len(weights)-1), height)))
			}
			addRows((*cellRow)(cells), &rows, &w)
		}
	}
	if l.preview != nil {
		l.preview.push(cells)
	}
	for _, t := range l.turners {
		t.push(cells)
	}
	l.filter.push(cells)
}

// features returns what the lane found, once the last row has been pushed.
func (l *lane) features(d *dctMatrix) Features {
	return l.featuresOf(l.filter, d)
}

// featuresOf returns what there is in the picture that a filter was given.
func (l *lane) featuresOf(filter *jarosz, d *dctMatrix) Features {
	g := filter.finish()
	if l.frame.X.Size < MinSide || l.frame.Y.Size < MinSide {
		return Features{}
	}
	return g.features(d)
}
