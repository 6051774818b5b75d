package curve

import "github.com/veilhash/veilhash/sdk/group/internal/field"

// packed is a field element in five words of 51 bits: word i is limb 2i plus
// 2²⁶ times limb 2i+1. Constant-time selection reads every entry of a table, so
// halving the entries nearly halves its time.
type packed [5]int64

const mask26 = 1<<26 - 1

// pack sets w = v, which must be carried. The odd limb may be negative: the
// shift back is arithmetic.
func (w *packed) pack(v *field.Element) {
	for i := range w {
		w[i] = v[2*i] + v[2*i+1]<<26
	}
}

// unpack sets v = w, or v = −w if sign is all ones rather than zero.
func (w *packed) unpack(v *field.Element, sign int64) {
	v[0], v[1] = (w[0]&mask26^sign)-sign, (w[0]>>26^sign)-sign
	v[2], v[3] = (w[1]&mask26^sign)-sign, (w[1]>>26^sign)-sign
	v[4], v[5] = (w[2]&mask26^sign)-sign, (w[2]>>26^sign)-sign
	v[6], v[7] = (w[3]&mask26^sign)-sign, (w[3]>>26^sign)-sign
	v[8], v[9] = (w[4]&mask26^sign)-sign, (w[4]>>26^sign)-sign
}

// unpackSwapped sets u = a and v = b, or u = b and v = a if swap is all ones
// rather than zero.
func unpackSwapped(u, v *field.Element, a, b *packed, swap int64) {
	t := (a[0] ^ b[0]) & swap
	x, y := a[0]^t, b[0]^t
	u[0], u[1], v[0], v[1] = x&mask26, x>>26, y&mask26, y>>26
	t = (a[1] ^ b[1]) & swap
	x, y = a[1]^t, b[1]^t
	u[2], u[3], v[2], v[3] = x&mask26, x>>26, y&mask26, y>>26
	t = (a[2] ^ b[2]) & swap
	x, y = a[2]^t, b[2]^t
	u[4], u[5], v[4], v[5] = x&mask26, x>>26, y&mask26, y>>26
	t = (a[3] ^ b[3]) & swap
	x, y = a[3]^t, b[3]^t
	u[6], u[7], v[6], v[7] = x&mask26, x>>26, y&mask26, y>>26
	t = (a[4] ^ b[4]) & swap
	x, y = a[4]^t, b[4]^t
	u[8], u[9], v[8], v[9] = x&mask26, x>>26, y&mask26, y>>26
}

// selector chooses one of −8…8 multiples: masks[j] is all ones if the digit is
// j + 1 in magnitude and zero otherwise, zero is 1 if the digit is zero, and
// sign is all ones if it is negative.
type selector struct {
	masks [8]int64
	zero  int64
	sign  int64
}

// set sets s for a digit in −8…8.
func (s *selector) set(digit int8) {
	d := int64(digit)
	s.sign = d >> 63
	d = (d ^ s.sign) - s.sign
	// For 0 ≤ x ≤ 15, (x − 1)>>63 is all ones for x = 0 alone.
	s.zero = (d - 1) >> 63 & 1
	s.masks = [8]int64{
		((d ^ 1) - 1) >> 63,
		((d ^ 2) - 1) >> 63,
		((d ^ 3) - 1) >> 63,
		((d ^ 4) - 1) >> 63,
		((d ^ 5) - 1) >> 63,
		((d ^ 6) - 1) >> 63,
		((d ^ 7) - 1) >> 63,
		((d ^ 8) - 1) >> 63,
	}
}

// selectFrom sets w to the entry of t that s chooses, and to zero if s chooses
// none.
func (w *packed) selectFrom(t *[8]packed, s *selector) {
	m0, m1, m2, m3 := s.masks[0], s.masks[1], s.masks[2], s.masks[3]
	m4, m5, m6, m7 := s.masks[4], s.masks[5], s.masks[6], s.masks[7]
	w[0] = t[0][0]&m0 | t[1][0]&m1 | t[2][0]&m2 | t[3][0]&m3 | t[4][0]&m4 | t[5][0]&m5 | t[6][0]&m6 | t[7][0]&m7
	w[1] = t[0][1]&m0 | t[1][1]&m1 | t[2][1]&m2 | t[3][1]&m3 | t[4][1]&m4 | t[5][1]&m5 | t[6][1]&m6 | t[7][1]&m7
	w[2] = t[0][2]&m0 | t[1][2]&m1 | t[2][2]&m2 | t[3][2]&m3 | t[4][2]&m4 | t[5][2]&m5 | t[6][2]&m6 | t[7][2]&m7
	w[3] = t[0][3]&m0 | t[1][3]&m1 | t[2][3]&m2 | t[3][3]&m3 | t[4][3]&m4 | t[5][3]&m5 | t[6][3]&m6 | t[7][3]&m7
	w[4] = t[0][4]&m0 | t[1][4]&m1 | t[2][4]&m2 | t[3][4]&m3 | t[4][4]&m4 | t[5][4]&m5 | t[6][4]&m6 | t[7][4]&m7
}

// cachedTable holds P, 2P, …, 8P, one coordinate after the other.
type cachedTable struct {
	yPlusX, yMinusX, z, t2d [8]packed
}

// set sets entry i.
func (t *cachedTable) set(i int, c *cached) {
	t.yPlusX[i].pack(&c.YPlusX)
	t.yMinusX[i].pack(&c.YMinusX)
	t.z[i].pack(&c.Z)
	t.t2d[i].pack(&c.T2d)
}

// selectInto sets c = digit·P, for a digit in −8…8, in constant time.
func (t *cachedTable) selectInto(c *cached, digit int8) {
	var s selector
	var yPlusX, yMinusX, z, t2d packed
	s.set(digit)
	yPlusX.selectFrom(&t.yPlusX, &s)
	yMinusX.selectFrom(&t.yMinusX, &s)
	z.selectFrom(&t.z, &s)
	t2d.selectFrom(&t.t2d, &s)
	// The neutral element has y + x = y − x = z = 1.
	yPlusX[0] |= s.zero
	yMinusX[0] |= s.zero
	z[0] |= s.zero
	unpackSwapped(&c.YPlusX, &c.YMinusX, &yPlusX, &yMinusX, s.sign)
	z.unpack(&c.Z, 0)
	t2d.unpack(&c.T2d, s.sign)
}

// affineTable holds P, 2P, …, 8P with Z = 1.
type affineTable struct {
	yPlusX, yMinusX, t2d [8]packed
}

// set sets entry i.
func (t *affineTable) set(i int, a *affine) {
	t.yPlusX[i].pack(&a.YPlusX)
	t.yMinusX[i].pack(&a.YMinusX)
	t.t2d[i].pack(&a.T2d)
}

// selectInto sets a = digit·P, for a digit in −8…8, in constant time.
func (t *affineTable) selectInto(a *affine, digit int8) {
	var s selector
	var yPlusX, yMinusX, t2d packed
	s.set(digit)
	yPlusX.selectFrom(&t.yPlusX, &s)
	yMinusX.selectFrom(&t.yMinusX, &s)
	t2d.selectFrom(&t.t2d, &s)
	yPlusX[0] |= s.zero
	yMinusX[0] |= s.zero
	unpackSwapped(&a.YPlusX, &a.YMinusX, &yPlusX, &yMinusX, s.sign)
	t2d.unpack(&a.T2d, s.sign)
}
