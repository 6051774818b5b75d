package field

// pow250 sets v = z^(2²⁵⁰ − 1) and z11 = z¹¹, the part that both exponents
// below share. The chain is the one of Bernstein's Curve25519 software.
func (v *Element) pow250(z, z11 *Element) *Element {
	var z9, z5, z10, z20, z50, z100, t Element
	t.squareTimes(z, 1)         // 2
	z9.squareTimes(&t, 2)       // 8
	z9.Multiply(z, &z9)         // 9
	z11.Multiply(&t, &z9)       // 11
	t.Square(z11)               // 22
	z5.Multiply(&z9, &t)        // 31 = 2⁵ − 1
	z10.squareTimes(&z5, 5)     // 2¹⁰ − 2⁵
	z10.Multiply(&z10, &z5)     // 2¹⁰ − 1
	z20.squareTimes(&z10, 10)   // 2²⁰ − 2¹⁰
	z20.Multiply(&z20, &z10)    // 2²⁰ − 1
	t.squareTimes(&z20, 20)     // 2⁴⁰ − 2²⁰
	t.Multiply(&t, &z20)        // 2⁴⁰ − 1
	t.squareTimes(&t, 10)       // 2⁵⁰ − 2¹⁰
	z50.Multiply(&t, &z10)      // 2⁵⁰ − 1
	z100.squareTimes(&z50, 50)  // 2¹⁰⁰ − 2⁵⁰
	z100.Multiply(&z100, &z50)  // 2¹⁰⁰ − 1
	t.squareTimes(&z100, 100)   // 2²⁰⁰ − 2¹⁰⁰
	t.Multiply(&t, &z100)       // 2²⁰⁰ − 1
	t.squareTimes(&t, 50)       // 2²⁵⁰ − 2⁵⁰
	return v.Multiply(&t, &z50) // 2²⁵⁰ − 1
}

// Invert sets v = 1/z, or 0 if z is 0, and returns v. The exponent is
// p − 2 = 2²⁵⁵ − 21.
func (v *Element) Invert(z *Element) *Element {
	var t, z11 Element
	t.pow250(z, &z11)
	t.squareTimes(&t, 5) // 2²⁵⁵ − 32
	return v.Multiply(&t, &z11)
}

// Pow22523 sets v = x^((p−5)/8) = x^(2²⁵² − 3), and returns v.
func (v *Element) Pow22523(x *Element) *Element {
	var t, z11 Element
	t.pow250(x, &z11)
	t.squareTimes(&t, 2) // 2²⁵² − 4
	return v.Multiply(&t, x)
}

// sqrtM1 is the non-negative square root of −1, 2^((p−1)/4).
var sqrtM1 = Element{
	34513072, 25610706, 9377949, 3500415, 12389472,
	33281959, 41962654, 31548777, 326685, 11406482,
}

// SqrtRatio is SQRT_RATIO_M1 of RFC 9496, section 4.2. It sets v to the
// non-negative square root of u/w and returns v and 1 if u/w is square; it sets
// v to the non-negative square root of i·u/w, i² = −1, and returns v and 0 if
// it is not. For u = 0 it gives 0 and 1; for w = 0 and u ≠ 0, 0 and 0.
func (v *Element) SqrtRatio(u, w *Element) (r *Element, wasSquare int) {
	// r = (u·w³)·(u·w⁷)^((p−5)/8)
	var w2, uw3, uw7, t, root Element
	w2.Square(w)
	uw3.Multiply(u, t.Multiply(&w2, w))
	uw7.Multiply(&uw3, t.Square(&w2))
	root.Multiply(&uw3, t.Pow22523(&uw7))

	// check = w·r² is u, −u, i·u or −i·u.
	var check, neg, negI Element
	check.Multiply(w, t.Square(&root))
	neg.Negate(u)
	negI.Multiply(&neg, &sqrtM1)
	correct := check.Equal(u)
	flipped := check.Equal(&neg)
	flippedI := check.Equal(&negI)

	root.Select(t.Multiply(&root, &sqrtM1), &root, flipped|flippedI)
	return v.Absolute(&root), correct | flipped
}
