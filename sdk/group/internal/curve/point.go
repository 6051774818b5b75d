package curve

import "github.com/veilhash/veilhash/sdk/group/internal/field"

// projective is a point (X:Y:Z) with x = X/Z, y = Y/Z. Doubling needs no more.
type projective struct {
	X, Y, Z field.Element
}

// Point is a point (X:Y:Z:T) in extended coordinates, x = X/Z, y = Y/Z,
// xy = T/Z. All of them are carried, in the sense of package field.
//
// The zero value is no point: it serves as a receiver only, and every operation
// panics if it is an argument. Arguments and receivers may overlap.
type Point struct {
	projective
	T field.Element
}

// d2 is 2d.
var d2 = field.Element{
	45281625, 27714825, 36363642, 13898781, 229458,
	15978800, 54557047, 27058993, 29715967, 9444199,
}

// generator is the point with y = 4/5 and x not negative, RFC 8032, section 5.1.
var generator = Point{
	projective: projective{
		X: field.Element{
			52811034, 25909283, 16144682, 17082669, 27570973,
			30858332, 40966398, 8378388, 20764389, 8758491,
		},
		Y: field.Element{
			40265304, 26843545, 13421772, 20132659, 26843545,
			6710886, 53687091, 13421772, 40265318, 26843545,
		},
		Z: field.Element{1},
	},
	T: field.Element{
		28827043, 27438313, 39759291, 244362, 8635006,
		11264893, 19351346, 13413597, 16611511, 27139452,
	},
}

// identity is the neutral element (0:1:1:0).
var identity = Point{projective: projective{Y: field.Element{1}, Z: field.Element{1}}}

// NewIdentityPoint returns the neutral element.
func NewIdentityPoint() *Point {
	p := identity
	return &p
}

// NewGeneratorPoint returns the generator of RFC 8032, section 5.1.
func NewGeneratorPoint() *Point {
	p := generator
	return &p
}

// check panics if p is the zero value, which a caller forgot to set. No point
// has Z = 0.
func (p *Point) check() {
	if p.Z == (field.Element{}) {
		panic("curve: use of a Point that was never set")
	}
}

// Coordinates returns p's extended coordinates, for reading.
func (p *Point) Coordinates() (x, y, z, t *field.Element) {
	p.check()
	return &p.X, &p.Y, &p.Z, &p.T
}

// SetCoordinates sets p = (x:y:z:t), which must be carried and a point of the
// curve in extended coordinates: that is not checked. It returns p.
func (p *Point) SetCoordinates(x, y, z, t *field.Element) *Point {
	p.X, p.Y, p.Z, p.T = *x, *y, *z, *t
	return p
}

// Set sets p = q, and returns p.
func (p *Point) Set(q *Point) *Point {
	q.check()
	*p = *q
	return p
}

// Add sets p = a + b, and returns p.
func (p *Point) Add(a, b *Point) *Point {
	a.check()
	b.check()
	var c cached
	var r completed
	c.set(b)
	r.add(a, &c)
	return p.setCompleted(&r)
}

// Subtract sets p = a − b, and returns p.
func (p *Point) Subtract(a, b *Point) *Point {
	a.check()
	b.check()
	var c cached
	var r completed
	c.set(b)
	c.negate()
	r.add(a, &c)
	return p.setCompleted(&r)
}

// Double sets p = 2a, and returns p.
func (p *Point) Double(a *Point) *Point {
	a.check()
	var r completed
	r.double(&a.projective)
	return p.setCompleted(&r)
}

// Negate sets p = −a, and returns p.
func (p *Point) Negate(a *Point) *Point {
	a.check()
	p.X.Negate(&a.X)
	p.Y = a.Y
	p.Z = a.Z
	p.T.Negate(&a.T)
	return p
}
