package group

// SetUniformBytes sets e to the image of the 64 bytes b under the one-way map
// of RFC 9496, section 4.3.4, and returns e. Uniform bytes give uniform
// elements, of which nobody knows the discrete logarithm. It panics if b has
// another length. It is constant time.
func (e *Element) SetUniformBytes(b []byte) *Element {
	if len(b) != 64 {
		panic("group: SetUniformBytes of other than 64 bytes")
	}
	var p, q point
	mapToPoint(&p, b[:32])
	mapToPoint(&q, b[32:])
	e.p.Add(&p, &q)
	return e
}

// mapToPoint is MAP, with the names of section 4.3.4. The top bit of b is
// ignored.
func mapToPoint(p *point, b []byte) {
	var t, r, u, v, tmp fieldElement
	if _, err := t.SetBytes(b); err != nil {
		panic("group: internal error: half of 64 bytes is not 32")
	}

	r.Multiply(&feSqrtM1, r.Square(&t))
	u.Multiply(u.Add(&r, &feOne), &feOneMinusDSq)
	// v = (−1 − r·D)·(r + D)
	v.Subtract(&feMinusOne, v.Multiply(&r, &feD))
	v.Multiply(&v, tmp.Add(&r, &feD))

	var s, sPrime, c, n fieldElement
	_, wasSquare := s.SqrtRatio(&u, &v)
	sPrime.Multiply(&s, &t)
	sPrime.Absolute(&sPrime)
	sPrime.Negate(&sPrime)
	s.Select(&s, &sPrime, wasSquare)
	c.Select(&feMinusOne, &r, wasSquare)

	// N = c·(r − 1)·(D − 1)² − v
	n.Multiply(&c, n.Subtract(&r, &feOne))
	n.Subtract(n.Multiply(&n, &feDMinusOneSq), &v)

	var w0, w1, w2, w3, ss fieldElement
	w0.Multiply(&s, &v)
	w0.Add(&w0, &w0)
	w1.Multiply(&n, &feSqrtADMinusOne)
	ss.Square(&s)
	w2.Subtract(&feOne, &ss)
	w3.Add(&feOne, &ss)

	var x, y, z, xy fieldElement
	x.Multiply(&w0, &w3)
	y.Multiply(&w2, &w1)
	z.Multiply(&w1, &w3)
	xy.Multiply(&w0, &w2)
	setCoordinates(p, &x, &y, &z, &xy)
}
