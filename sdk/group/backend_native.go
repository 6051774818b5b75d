//go:build !wasm && !veilhash_limbs25

package group

import (
	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// The seam between this package and the curve below it: four types and the
// functions in this file, which backend_limbs25.go has too. Everything else is
// written once, on either.
type (
	fieldElement = field.Element
	point        = edwards25519.Point
	scalar       = edwards25519.Scalar
	pointTable   = combTable
)

func newIdentityPoint() *point  { return edwards25519.NewIdentityPoint() }
func newGeneratorPoint() *point { return edwards25519.NewGeneratorPoint() }

// extended is room for the coordinates of a point on the caller's stack.
type extended struct{ x, y, z, t fieldElement }

// coordinates returns p's extended coordinates, for reading. They may lie in
// room.
func coordinates(p *point, room *extended) (x, y, z, t *fieldElement) {
	// Other variables than the results, or the compiler would move the copies to
	// the heap.
	x0, y0, z0, t0 := p.ExtendedCoordinates()
	*room = extended{*x0, *y0, *z0, *t0}
	return &room.x, &room.y, &room.z, &room.t
}

// setCoordinates sets p = (x:y:z:t), which must be on the curve.
func setCoordinates(p *point, x, y, z, t *fieldElement) {
	if _, err := p.SetExtendedCoordinates(x, y, z, t); err != nil {
		panic("group: internal error: coordinates of no point")
	}
}

// condNegate sets v = −v if cond == 1.
func condNegate(v *fieldElement, cond int) {
	var neg fieldElement
	v.Select(neg.Negate(v), v, cond)
}

func scalarMult(p *point, s *scalar, q *point) { p.ScalarMult(s, q) }

func scalarBaseMult(p *point, s *scalar) { p.ScalarBaseMult(s) }

func newPointTable(p *point) *pointTable { return newCombTable(p) }

func tableScalarMult(p *point, t *pointTable, s *scalar) { t.scalarMult(p, s) }

// straus sets p = Σ scalars[i]·points[i], in variable time, with memory for
// each point.
func straus(p *point, scalars []*Scalar, points []*Element) {
	s := make([]*scalar, len(scalars))
	q := make([]*point, len(points))
	for i := range s {
		s[i], q[i] = &scalars[i].s, &points[i].p
	}
	p.VarTimeMultiScalarMult(s, q)
}
