package curve

import "github.com/veilhash/veilhash/sdk/group/internal/field"

// completed is what doubling and addition have in common: the point
// (E·F : G·H : F·G : E·H) in extended coordinates before those four
// multiplications. Three of them give projective coordinates, which are enough
// before a doubling.
type completed struct {
	E, F, G, H field.Element
}

// cached is the point (X:Y:Z:T) prepared for addition. Sums and differences
// are carried.
type cached struct {
	YPlusX, YMinusX, Z, T2d field.Element
}

// affine is a cached point with Z = 1.
type affine struct {
	YPlusX, YMinusX, T2d field.Element
}

// set sets c to p.
func (c *cached) set(p *Point) {
	c.YPlusX.Add(&p.Y, &p.X)
	c.YMinusX.Subtract(&p.Y, &p.X)
	c.Z = p.Z
	c.T2d.Multiply(&p.T, &d2)
}

// negate sets c to −c.
func (c *cached) negate() {
	c.YPlusX, c.YMinusX = c.YMinusX, c.YPlusX
	c.T2d.Negate(&c.T2d)
}

// setCompleted sets p = r, with the coordinates of a projective point only.
func (p *projective) setCompleted(r *completed) {
	p.X.Multiply(&r.E, &r.F)
	p.Y.Multiply(&r.G, &r.H)
	p.Z.Multiply(&r.F, &r.G)
}

// setCompleted sets p = r, and returns p.
func (p *Point) setCompleted(r *completed) *Point {
	p.projective.setCompleted(r)
	p.T.Multiply(&r.E, &r.H)
	return p
}

// The sums below are lazy. All inputs are carried; after each line is the bound
// of its result. The largest product that setCompleted sees is 3·2 = 6, and
// the largest square is of 2, where package field allows 16 and 4·4.

// double sets r = 2p. Section 3.3 of the paper, "dbl-2008-hwcd", with all four
// of its E, F, G, H negated.
func (r *completed) double(p *projective) {
	var xx, yy, zz field.Element
	r.E.LazyAdd(&p.X, &p.Y) // 2
	xx.Square(&p.X)
	yy.Square(&p.Y)
	zz.Square(&p.Z)
	r.E.Square(&r.E)
	r.doubleSums(&xx, &yy, &zz)
}

// doubleSums is the end of double, five lazy sums in one pass over the limbs:
//
//	H = YY + XX        2
//	G = YY − XX        1
//	E = (X+Y)² − H     2, since E lies in [−2, 1]
//	F = 2ZZ − G        3
func (r *completed) doubleSums(xx, yy, zz *field.Element) {
	h, g := yy[0]+xx[0], yy[0]-xx[0]
	r.E[0], r.F[0], r.G[0], r.H[0] = r.E[0]-h, 2*zz[0]-g, g, h
	h, g = yy[1]+xx[1], yy[1]-xx[1]
	r.E[1], r.F[1], r.G[1], r.H[1] = r.E[1]-h, 2*zz[1]-g, g, h
	h, g = yy[2]+xx[2], yy[2]-xx[2]
	r.E[2], r.F[2], r.G[2], r.H[2] = r.E[2]-h, 2*zz[2]-g, g, h
	h, g = yy[3]+xx[3], yy[3]-xx[3]
	r.E[3], r.F[3], r.G[3], r.H[3] = r.E[3]-h, 2*zz[3]-g, g, h
	h, g = yy[4]+xx[4], yy[4]-xx[4]
	r.E[4], r.F[4], r.G[4], r.H[4] = r.E[4]-h, 2*zz[4]-g, g, h
	h, g = yy[5]+xx[5], yy[5]-xx[5]
	r.E[5], r.F[5], r.G[5], r.H[5] = r.E[5]-h, 2*zz[5]-g, g, h
	h, g = yy[6]+xx[6], yy[6]-xx[6]
	r.E[6], r.F[6], r.G[6], r.H[6] = r.E[6]-h, 2*zz[6]-g, g, h
	h, g = yy[7]+xx[7], yy[7]-xx[7]
	r.E[7], r.F[7], r.G[7], r.H[7] = r.E[7]-h, 2*zz[7]-g, g, h
	h, g = yy[8]+xx[8], yy[8]-xx[8]
	r.E[8], r.F[8], r.G[8], r.H[8] = r.E[8]-h, 2*zz[8]-g, g, h
	h, g = yy[9]+xx[9], yy[9]-xx[9]
	r.E[9], r.F[9], r.G[9], r.H[9] = r.E[9]-h, 2*zz[9]-g, g, h
}

// add sets r = p + q. Section 3.1, "add-2008-hwcd-3".
func (r *completed) add(p *Point, q *cached) {
	var a, b, c, zz field.Element
	a.LazySubtract(&p.Y, &p.X) // 1
	b.LazyAdd(&p.Y, &p.X)      // 2
	a.Multiply(&a, &q.YMinusX)
	b.Multiply(&b, &q.YPlusX)
	c.Multiply(&p.T, &q.T2d)
	zz.Multiply(&p.Z, &q.Z)
	r.addSums(&a, &b, &c, &zz)
}

// addAffine sets r = p + q.
func (r *completed) addAffine(p *Point, q *affine) {
	var a, b, c field.Element
	a.LazySubtract(&p.Y, &p.X) // 1
	b.LazyAdd(&p.Y, &p.X)      // 2
	a.Multiply(&a, &q.YMinusX)
	b.Multiply(&b, &q.YPlusX)
	c.Multiply(&p.T, &q.T2d)
	r.addSums(&a, &b, &c, &p.Z)
}

// addSums is the end of add:
//
//	E = B − A          1
//	F = 2ZZ − C        2, since F lies in [−1, 2]
//	G = 2ZZ + C        3
//	H = B + A          2
func (r *completed) addSums(a, b, c, zz *field.Element) {
	z := 2 * zz[0]
	r.E[0], r.F[0], r.G[0], r.H[0] = b[0]-a[0], z-c[0], z+c[0], b[0]+a[0]
	z = 2 * zz[1]
	r.E[1], r.F[1], r.G[1], r.H[1] = b[1]-a[1], z-c[1], z+c[1], b[1]+a[1]
	z = 2 * zz[2]
	r.E[2], r.F[2], r.G[2], r.H[2] = b[2]-a[2], z-c[2], z+c[2], b[2]+a[2]
	z = 2 * zz[3]
	r.E[3], r.F[3], r.G[3], r.H[3] = b[3]-a[3], z-c[3], z+c[3], b[3]+a[3]
	z = 2 * zz[4]
	r.E[4], r.F[4], r.G[4], r.H[4] = b[4]-a[4], z-c[4], z+c[4], b[4]+a[4]
	z = 2 * zz[5]
	r.E[5], r.F[5], r.G[5], r.H[5] = b[5]-a[5], z-c[5], z+c[5], b[5]+a[5]
	z = 2 * zz[6]
	r.E[6], r.F[6], r.G[6], r.H[6] = b[6]-a[6], z-c[6], z+c[6], b[6]+a[6]
	z = 2 * zz[7]
	r.E[7], r.F[7], r.G[7], r.H[7] = b[7]-a[7], z-c[7], z+c[7], b[7]+a[7]
	z = 2 * zz[8]
	r.E[8], r.F[8], r.G[8], r.H[8] = b[8]-a[8], z-c[8], z+c[8], b[8]+a[8]
	z = 2 * zz[9]
	r.E[9], r.F[9], r.G[9], r.H[9] = b[9]-a[9], z-c[9], z+c[9], b[9]+a[9]
}
