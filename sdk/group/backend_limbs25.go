//go:build wasm || veilhash_limbs25

package group

import (
	"github.com/veilhash/veilhash/sdk/group/internal/curve"
	"github.com/veilhash/veilhash/sdk/group/internal/field"
	limbs21 "github.com/veilhash/veilhash/sdk/group/internal/scalar"
)

// The seam between this package and the curve below it: see backend_native.go.
// The tag veilhash_limbs25 builds this file natively, for tests.
type (
	fieldElement = field.Element
	point        = curve.Point
	scalar       = limbs21.Scalar
	pointTable   = curve.Table
)

func newIdentityPoint() *point  { return curve.NewIdentityPoint() }
func newGeneratorPoint() *point { return curve.NewGeneratorPoint() }

// extended is room for the coordinates of a point, which are not copied here.
type extended struct{}

// coordinates returns p's extended coordinates, for reading.
func coordinates(p *point, _ *extended) (x, y, z, t *fieldElement) {
	return p.Coordinates()
}

// setCoordinates sets p = (x:y:z:t), which must be on the curve.
func setCoordinates(p *point, x, y, z, t *fieldElement) {
	p.SetCoordinates(x, y, z, t)
}

// condNegate sets v = −v if cond == 1.
func condNegate(v *fieldElement, cond int) { v.CondNegate(cond) }

func scalarMult(p *point, s *scalar, q *point) { p.ScalarMult((*[32]byte)(s), q) }

func scalarBaseMult(p *point, s *scalar) { p.ScalarBaseMult((*[32]byte)(s)) }

func newPointTable(p *point) *pointTable { return curve.NewTable(p) }

func tableScalarMult(p *point, t *pointTable, s *scalar) { t.ScalarMult(p, (*[32]byte)(s)) }

// straus sets p = Σ scalars[i]·points[i], in variable time, with memory for
// each point.
func straus(p *point, scalars []*Scalar, points []*Element) {
	s := make([][32]byte, len(scalars))
	q := make([]*point, len(points))
	for i := range s {
		s[i], q[i] = [32]byte(scalars[i].s), &points[i].p
	}
	p.VarTimeMultiScalarMult(s, q)
}
