package field

// Multiplication. Split a = A₀ + 2²⁶·A₁, where A₀ holds the even limbs and A₁
// the odd ones, both polynomials of five coefficients in y = 2⁵¹. Since
// 2⁵² = 2y,
//
//	a·b = (A₀B₀ + 2y·A₁B₁) + 2²⁶·((A₀+A₁)(B₀+B₁) − A₀B₀ − A₁B₁)
//
// which is Karatsuba's identity: three products of 25 limb multiplications
// each, not 100. As y⁵ = 2²⁵⁵ = 19, the upper four coefficients of each come
// back multiplied by 19.
//
// Names: e and o are coefficients of A₀B₀ and A₁B₁; the third product is not
// named. Each limb of the result is carried as soon as it is known, which
// hides the latency of the carry chain behind the next products and keeps few
// values alive.
//
// Bounds: if a is k-bounded and b is m-bounded, no limb of the result exceeds
// k·m·(77·2⁵² + 190·(2²⁵+2²⁰)²) < k·m·127.6·2⁵² before its carry, which fits 63
// bits for k·m ≤ 16. The difference that gives the odd limbs may wrap around in
// between; its value does not. TestBounds computes this bound.

// Multiply sets v = x · y, and returns v.
func (v *Element) Multiply(x, y *Element) *Element {
	a0, a1, a2, a3, a4 := x[0], x[2], x[4], x[6], x[8]
	b0, b1, b2, b3, b4 := y[0], y[2], y[4], y[6], y[8]
	c0, c1, c2, c3, c4 := x[1], x[3], x[5], x[7], x[9]
	d0, d1, d2, d3, d4 := y[1], y[3], y[5], y[7], y[9]

	o4 := c0*d4 + c1*d3 + c2*d2 + c3*d1 + c4*d0

	s0, s1, s2, s3, s4 := a0+c0, a1+c1, a2+c2, a3+c3, a4+c4
	t0, t1, t2, t3, t4 := b0+d0, b1+d1, b2+d2, b3+d3, b4+d4

	e0 := a0*b0 + 19*(a1*b4+a2*b3+a3*b2+a4*b1)
	o0 := c0*d0 + 19*(c1*d4+c2*d3+c3*d2+c4*d1)
	t := e0 + 38*o4
	r0 := t & mask26
	t = s0*t0 + 19*(s1*t4+s2*t3+s3*t2+s4*t1) - e0 - o0 + t>>26
	r1 := t & mask25

	e1 := a0*b1 + a1*b0 + 19*(a2*b4+a3*b3+a4*b2)
	o1 := c0*d1 + c1*d0 + 19*(c2*d4+c3*d3+c4*d2)
	t = e1 + 2*o0 + t>>25
	r2 := t & mask26
	t = s0*t1 + s1*t0 + 19*(s2*t4+s3*t3+s4*t2) - e1 - o1 + t>>26
	r3 := t & mask25

	e2 := a0*b2 + a1*b1 + a2*b0 + 19*(a3*b4+a4*b3)
	o2 := c0*d2 + c1*d1 + c2*d0 + 19*(c3*d4+c4*d3)
	t = e2 + 2*o1 + t>>25
	r4 := t & mask26
	t = s0*t2 + s1*t1 + s2*t0 + 19*(s3*t4+s4*t3) - e2 - o2 + t>>26
	r5 := t & mask25

	e3 := a0*b3 + a1*b2 + a2*b1 + a3*b0 + 19*(a4*b4)
	o3 := c0*d3 + c1*d2 + c2*d1 + c3*d0 + 19*(c4*d4)
	t = e3 + 2*o2 + t>>25
	r6 := t & mask26
	t = s0*t3 + s1*t2 + s2*t1 + s3*t0 + 19*(s4*t4) - e3 - o3 + t>>26
	r7 := t & mask25

	e4 := a0*b4 + a1*b3 + a2*b2 + a3*b1 + a4*b0
	t = e4 + 2*o3 + t>>25
	r8 := t & mask26
	t = s0*t4 + s1*t3 + s2*t2 + s3*t1 + s4*t0 - e4 - o4 + t>>26
	r9 := t & mask25

	// |t>>25| ≤ 2³⁸, so the last carry into r1 is at most 2¹⁷.
	r0 += 19 * (t >> 25)
	r1 += r0 >> 26
	r0 &= mask26

	v[0], v[1], v[2], v[3], v[4] = r0, r1, r2, r3, r4
	v[5], v[6], v[7], v[8], v[9] = r5, r6, r7, r8, r9
	return v
}

// Square sets v = x · x, and returns v. It is Multiply with equal products
// taken once.
func (v *Element) Square(x *Element) *Element {
	a0, a1, a2, a3, a4 := x[0], x[2], x[4], x[6], x[8]
	c0, c1, c2, c3, c4 := x[1], x[3], x[5], x[7], x[9]

	o4 := 2*(c0*c4+c1*c3) + c2*c2

	s0, s1, s2, s3, s4 := a0+c0, a1+c1, a2+c2, a3+c3, a4+c4

	e0 := a0*a0 + 38*(a1*a4+a2*a3)
	o0 := c0*c0 + 38*(c1*c4+c2*c3)
	t := e0 + 38*o4
	r0 := t & mask26
	t = s0*s0 + 38*(s1*s4+s2*s3) - e0 - o0 + t>>26
	r1 := t & mask25

	e1 := 2*(a0*a1) + 19*(2*(a2*a4)+a3*a3)
	o1 := 2*(c0*c1) + 19*(2*(c2*c4)+c3*c3)
	t = e1 + 2*o0 + t>>25
	r2 := t & mask26
	t = 2*(s0*s1) + 19*(2*(s2*s4)+s3*s3) - e1 - o1 + t>>26
	r3 := t & mask25

	e2 := 2*(a0*a2) + a1*a1 + 38*(a3*a4)
	o2 := 2*(c0*c2) + c1*c1 + 38*(c3*c4)
	t = e2 + 2*o1 + t>>25
	r4 := t & mask26
	t = 2*(s0*s2) + s1*s1 + 38*(s3*s4) - e2 - o2 + t>>26
	r5 := t & mask25

	e3 := 2*(a0*a3+a1*a2) + 19*(a4*a4)
	o3 := 2*(c0*c3+c1*c2) + 19*(c4*c4)
	t = e3 + 2*o2 + t>>25
	r6 := t & mask26
	t = 2*(s0*s3+s1*s2) + 19*(s4*s4) - e3 - o3 + t>>26
	r7 := t & mask25

	e4 := 2*(a0*a4+a1*a3) + a2*a2
	t = e4 + 2*o3 + t>>25
	r8 := t & mask26
	t = 2*(s0*s4+s1*s3) + s2*s2 - e4 - o4 + t>>26
	r9 := t & mask25

	r0 += 19 * (t >> 25)
	r1 += r0 >> 26
	r0 &= mask26

	v[0], v[1], v[2], v[3], v[4] = r0, r1, r2, r3, r4
	v[5], v[6], v[7], v[8], v[9] = r5, r6, r7, r8, r9
	return v
}
