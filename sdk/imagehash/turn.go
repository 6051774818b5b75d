package imagehash

import "slices"

// MaxTurn is the largest slope of [Left] and [Right], about six degrees.
const MaxTurn = 100

// Left returns the view that is turned counter-clockwise by a slope of so many
// thousandths, 1 to [MaxTurn]: 17 are about one degree. It is for canonical
// scaling only.
func Left(thousandths int) View { return View{OpLeft, thousandths} }

// Right returns the view that is turned clockwise.
func Right(thousandths int) View { return View{OpRight, thousandths} }

// turns says whether the view is made of cells rather than of pixels.
func (v View) turns() bool { return v.Op == OpLeft || v.Op == OpRight }

// The unit of positions in a turned picture is 1/65536 of a cell, so that a
// position's fraction is exact in float32.
const (
	turnShift = 16
	turnUnit  = 1 << turnShift
)

// A turner turns the 512×512 picture that canonical scaling makes and pushes the
// rows of the result to box filters of its own. Since cells are not square where
// the picture is not, the turn becomes two shears of unequal strength; both are
// exact in integers, as the package comment defines.
//
// A row of the result is made of rows of cells around it, of which only so many
// are kept as the steepest column needs.
type turner struct {
	view   View
	dx     [canonicalSide]int64 // how far row j's sources lie to the right
	dy     [canonicalSide]int64 // how far column i's sources lie below
	reach  int                  // the most that a source row lies away, in cells
	ring   []cellRow            // row r of cells at r mod len
	got    int                  // rows of cells so far
	next   int                  // next row of the result
	out    cellRow
	filter *jarosz
}

func newTurner(v View, width, height int) *turner {
	t := &turner{view: v, filter: newJarosz(canonicalSide, canonicalSide)}
	slope := int64(v.Amount)
	if v.Op == OpRight {
		slope = -slope
	}
	w, h := int64(width), int64(height)
	for k := range int64(canonicalSide) {
		off := (2*k - (canonicalSide - 1)) * slope * turnUnit // 2000 times the offset from the middle
		t.dx[k] = floorDiv(-off*h, 2000*w)
		t.dy[k] = floorDiv(off*w, 2000*h)
	}
	steepest := max(abs64(t.dy[0]), abs64(t.dy[canonicalSide-1]))
	t.reach = int(min(steepest>>turnShift+2, canonicalSide))
	t.ring = make([]cellRow, min(2*t.reach+1, canonicalSide))
	return t
}

// push takes the next row of cells.
func (t *turner) push(cells []float32) {
	copy(t.ring[t.got%len(t.ring)][:], cells)
	t.got++
	for t.next < canonicalSide && t.got > min(t.next+t.reach, canonicalSide-1) {
		t.emit()
	}
}

// emit forms the next row of the result. Along it, the two rows of cells that it
// lies between change only now and then.
func (t *turner) emit() {
	j := t.next
	t.next++
	right := int(t.dx[j] >> turnShift)
	fx := float32(t.dx[j]&(turnUnit-1)) / turnUnit
	start := int64(j) << turnShift
	for i := 0; i < canonicalSide; {
		row := int((start + t.dy[i]) >> turnShift)
		end := i + 1
		for end < canonicalSide && int((start+t.dy[end])>>turnShift) == row {
			end++
		}
		upper, lower := t.row(row), t.row(row+1)
		for ; i < end; i++ {
			x0, x1 := i+right, i+right+1
			if uint(x0) >= canonicalSide || uint(x1) >= canonicalSide {
				x0, x1 = mirrored(x0), mirrored(x1)
			}
			fy := float32((start+t.dy[i])&(turnUnit-1)) / turnUnit
			// 1−fx and 1−fy are exact.
			a := float32(upper[x0]*(1-fx)) + float32(upper[x1]*fx)
			b := float32(lower[x0]*(1-fx)) + float32(lower[x1]*fx)
			t.out[i] = float32(a*(1-fy)) + float32(b*fy)
		}
	}
	t.filter.push(t.out[:])
}

// row is row r of cells, which may lie beyond the edge.
func (t *turner) row(r int) *cellRow { return &t.ring[mirrored(r)%len(t.ring)] }

// mirrored returns the cell that stands at position i of a side continued by
// reflection, however often.
func mirrored(i int) int {
	i %= 2 * canonicalSide
	if i < 0 {
		i += 2 * canonicalSide
	}
	if i >= canonicalSide {
		return 2*canonicalSide - 1 - i
	}
	return i
}

// newTurners returns a turner for each view that turns, however often it comes.
func newTurners(views []View, width, height int) []*turner {
	var out []*turner
	for i, v := range views {
		if v.turns() && !slices.Contains(views[:i], v) {
			out = append(out, newTurner(v, width, height))
		}
	}
	return out
}
