package curve

// radix16 writes a scalar less than 2²⁵³ as Σ digits[i]·16ⁱ with digits in
// −8…7, in constant time.
func radix16(digits *[64]int8, scalar *[32]byte) {
	for i, b := range scalar {
		digits[2*i] = int8(b & 15)
		digits[2*i+1] = int8(b >> 4)
	}
	var carry int8
	for i := range 63 {
		d := digits[i] + carry
		carry = (d + 8) >> 4
		digits[i] = d - carry<<4
	}
	// The last digit was at most 1, so it needs no carry.
	digits[63] += carry
}

// ScalarMult sets p = s·q, and returns p.
func (p *Point) ScalarMult(s *[32]byte, q *Point) *Point {
	q.check()
	var table cachedTable
	var c cached
	var r completed
	table.build(q)

	// Horner's rule from the top, four doublings a digit. Only the last of them
	// needs T, for the addition that follows.
	var digits [64]int8
	radix16(&digits, s)
	acc := identity
	table.selectInto(&c, digits[63])
	r.add(&acc, &c)
	for i := 62; i >= 0; i-- {
		acc.projective.setCompleted(&r)
		r.double(&acc.projective)
		acc.projective.setCompleted(&r)
		r.double(&acc.projective)
		acc.projective.setCompleted(&r)
		r.double(&acc.projective)
		acc.projective.setCompleted(&r)
		r.double(&acc.projective)
		acc.setCompleted(&r)
		table.selectInto(&c, digits[i])
		r.add(&acc, &c)
	}
	return p.setCompleted(&r)
}

// build fills t with q, 2q, …, 8q.
func (t *cachedTable) build(q *Point) {
	var multiples [8]Point
	fillMultiples(&multiples, q)
	var c cached
	for i := range multiples {
		c.set(&multiples[i])
		t.set(i, &c)
	}
}

// fillMultiples sets m[i] = (i+1)·q. Doublings are cheaper than additions.
func fillMultiples(m *[8]Point, q *Point) {
	var c cached
	var r completed
	c.set(q)
	m[0] = *q
	for i := 1; i < 8; i++ {
		if i&1 == 1 {
			r.double(&m[i/2].projective)
		} else {
			r.add(&m[i-1], &c)
		}
		m[i].setCompleted(&r)
	}
}
