package frame

// tolerance is how far, in any channel, a border's pixels may lie from the first
// one.
const tolerance = 12

// Borders finds the uniform borders of a picture whose rows come from top
// to bottom. Rows first: from the top and from the bottom, rows whose pixels all
// lie within tolerance of the row's leftmost pixel in each channel, at most a
// third of the height on each side. Then columns, from the left and the right,
// judged in the rows that remain: those whose pixels all lie within tolerance of
// the column's topmost pixel, at most a third of the width on each side.
//
// Where the bottom border begins is known only at the end, so the columns that
// are uniform so far are noted where a run of uniform rows begins, and that is
// what holds if the run goes on to the bottom.
type Borders struct {
	width, height int
	y             int // rows seen
	top           int // rows of the top border so far
	topDone       bool
	run           int // row at which the current run of uniform rows began, or −1

	left, right         int // uniform columns in the rows from top on
	runLeft, runRight   int // the same before the run
	leftRef, rightRef   []Pixel
	maxHeight, maxWidth int // of a border
}

// near says whether p and q differ by at most tolerance in each channel.
func (p Pixel) near(q Pixel) bool {
	for c := range p {
		if d := int(p[c]) - int(q[c]); d > tolerance || d < -tolerance {
			return false
		}
	}
	return true
}

// NewBorders begins on a picture of width×height pixels.
func NewBorders(width, height int) *Borders {
	b := &Borders{width: width, height: height, run: -1, maxWidth: width / 3, maxHeight: height / 3}
	b.leftRef = make([]Pixel, b.maxWidth)
	b.rightRef = make([]Pixel, b.maxWidth)
	return b
}

// Push takes the next row.
func (b *Borders) Push(rgba []byte) {
	y := b.y
	b.y++
	if !b.topDone {
		if y < b.maxHeight && uniform(rgba) {
			b.top++
			return
		}
		b.topDone = true
		b.startColumns(rgba)
		b.runLeft, b.runRight = b.left, b.right
		return
	}
	// Above the last third, no row is at risk of being the bottom border's.
	if y >= b.height-b.maxHeight {
		switch {
		case !uniform(rgba):
			b.run = -1
		case b.run < 0:
			b.run = y
			b.runLeft, b.runRight = b.left, b.right
		}
	}
	b.keepColumns(rgba)
}

// startColumns takes the first row that remains: in one row, all columns are
// uniform.
func (b *Borders) startColumns(rgba []byte) {
	for i := range b.leftRef {
		b.leftRef[i] = PixelAt(rgba, i)
		b.rightRef[i] = PixelAt(rgba, b.width-1-i)
	}
	b.left, b.right = b.maxWidth, b.maxWidth
}

// keepColumns takes the columns away that the row shows not to be uniform, and
// those further in.
func (b *Borders) keepColumns(rgba []byte) {
	for i, ref := range b.leftRef[:b.left] {
		if !PixelAt(rgba, i).near(ref) {
			b.left = i
			break
		}
	}
	for i, ref := range b.rightRef[:b.right] {
		if !PixelAt(rgba, b.width-1-i).near(ref) {
			b.right = i
			break
		}
	}
}

// uniform says whether all pixels of a row are near the first.
func uniform(rgba []byte) bool {
	first := PixelAt(rgba, 0)
	for x := 1; x < len(rgba)/4; x++ {
		if !PixelAt(rgba, x).near(first) {
			return false
		}
	}
	return true
}

// Frame returns what remains, after the last row.
func (b *Borders) Frame() Frame {
	bottom, left, right := 0, b.left, b.right
	if b.run >= 0 {
		bottom, left, right = b.height-b.run, b.runLeft, b.runRight
	}
	return Frame{
		X: Span{left, b.width - left - right},
		Y: Span{b.top, b.height - b.top - bottom},
	}
}
