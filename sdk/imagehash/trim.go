package imagehash

// tolerance is how far, in any channel, a border's pixels may lie from the first
// one.
const tolerance = 12

// A borderFinder finds the uniform borders of a picture whose rows come from top
// to bottom. Rows first: from the top and from the bottom, rows whose pixels all
// lie within tolerance of the row's leftmost pixel in each channel, at most a
// third of the height on each side. Then columns, from the left and the right,
// judged in the rows that remain: those whose pixels all lie within tolerance of
// the column's topmost pixel, at most a third of the width on each side.
//
// Where the bottom border begins is known only at the end, so the columns that
// are uniform so far are noted where a run of uniform rows begins, and that is
// what holds if the run goes on to the bottom.
type borderFinder struct {
	width, height int
	y             int // rows seen
	top           int // rows of the top border so far
	topDone       bool
	run           int // row at which the current run of uniform rows began, or −1

	left, right         int // uniform columns in the rows from top on
	runLeft, runRight   int // the same before the run
	leftRef, rightRef   []pixel
	maxHeight, maxWidth int // of a border
}

// near says whether p and q differ by at most tolerance in each channel.
func (p pixel) near(q pixel) bool {
	for c := range p {
		if d := int(p[c]) - int(q[c]); d > tolerance || d < -tolerance {
			return false
		}
	}
	return true
}

func newBorderFinder(width, height int) *borderFinder {
	b := &borderFinder{width: width, height: height, run: -1, maxWidth: width / 3, maxHeight: height / 3}
	b.leftRef = make([]pixel, b.maxWidth)
	b.rightRef = make([]pixel, b.maxWidth)
	return b
}

// push takes the next row.
func (b *borderFinder) push(rgba []byte) {
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
func (b *borderFinder) startColumns(rgba []byte) {
	for i := range b.leftRef {
		b.leftRef[i] = pixelAt(rgba, i)
		b.rightRef[i] = pixelAt(rgba, b.width-1-i)
	}
	b.left, b.right = b.maxWidth, b.maxWidth
}

// keepColumns takes the columns away that the row shows not to be uniform, and
// those further in.
func (b *borderFinder) keepColumns(rgba []byte) {
	for i, ref := range b.leftRef[:b.left] {
		if !pixelAt(rgba, i).near(ref) {
			b.left = i
			break
		}
	}
	for i, ref := range b.rightRef[:b.right] {
		if !pixelAt(rgba, b.width-1-i).near(ref) {
			b.right = i
			break
		}
	}
}

// uniform says whether all pixels of a row are near the first.
func uniform(rgba []byte) bool {
	first := pixelAt(rgba, 0)
	for x := 1; x < len(rgba)/4; x++ {
		if !pixelAt(rgba, x).near(first) {
			return false
		}
	}
	return true
}

// frame returns what remains, after the last row.
func (b *borderFinder) frame() frame {
	bottom, left, right := 0, b.left, b.right
	if b.run >= 0 {
		bottom, left, right = b.height-b.run, b.runLeft, b.runRight
	}
	return frame{
		x: span{left, b.width - left - right},
		y: span{b.top, b.height - b.top - bottom},
	}
}
