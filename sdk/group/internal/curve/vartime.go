package curve

// naf5 writes a scalar less than 2²⁵³ as Σ digits[i]·2ⁱ with digits that are
// zero or odd and at most 15 in magnitude, and of which any five neighbours
// have at most one that is not zero. It runs in variable time.
func naf5(digits *[256]int8, scalar *[32]byte) {
	*digits = [256]int8{}
	bit := func(i int) int {
		if i >= 256 {
			return 0
		}
		return int(scalar[i/8]>>(i%8)) & 1
	}
	carry := 0
	for i := 0; i < 256; {
		if bit(i)+carry == 1 {
			w := carry
			for j := range 5 {
				w += bit(i+j) << j
			}
			carry = 0
			if w >= 16 {
				w -= 32
				carry = 1
			}
			digits[i] = int8(w)
			i += 5
		} else {
			// Zero, or one and a carry, which add up to zero and a carry.
			i++
		}
	}
}

// VarTimeMultiScalarMult sets p = Σ scalars[i]·points[i], and returns p. It
// shares the doublings (Straus's method) and takes 2.5 KiB for each point, so it
// is for a few of them. Its time depends on scalars and points. It panics if the
// slices differ in length.
func (p *Point) VarTimeMultiScalarMult(scalars [][32]byte, points []*Point) *Point {
	if len(scalars) != len(points) {
		panic("curve: VarTimeMultiScalarMult of slices that differ in length")
	}
	// The odd multiples P, 3P, …, 15P, and their negatives.
	type table [2][8]cached
	tables := make([]table, len(points))
	digits := make([][256]int8, len(points))
	var r completed
	for i, q := range points {
		q.check()
		var twice cached
		var multiple Point
		twice.set(multiple.Double(q))
		multiple = *q
		for j := range 8 {
			c := &tables[i][0][j]
			c.set(&multiple)
			tables[i][1][j] = *c
			tables[i][1][j].negate()
			r.add(&multiple, &twice)
			multiple.setCompleted(&r)
		}
		naf5(&digits[i], &scalars[i])
	}
	acc := identity
	for i := 255; i >= 0; i-- {
		r.double(&acc.projective)
		acc.setCompleted(&r)
		for j := range digits {
			switch d := digits[j][i]; {
			case d > 0:
				r.add(&acc, &tables[j][0][d/2])
				acc.setCompleted(&r)
			case d < 0:
				r.add(&acc, &tables[j][1][-d/2])
				acc.setCompleted(&r)
			}
		}
	}
	*p = acc
	return p
}
