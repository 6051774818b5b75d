package curve

import (
	"sync"

	"github.com/veilhash/veilhash/sdk/group/internal/field"
)

// Table holds multiples of one point P, for many multiplications of it: row i
// is 256ⁱ·P, 2·256ⁱ·P, …, 8·256ⁱ·P. It takes 30 KiB.
type Table struct {
	rows [32]affineTable
}

// NewTable computes the table of p.
func NewTable(p *Point) *Table {
	p.check()
	const n = 32 * 8
	points := make([]Point, n)
	base := *p
	var r completed
	for i := range 32 {
		row := (*[8]Point)(points[8*i:])
		fillMultiples(row, &base)
		// 256·P = 2⁵·8P.
		base = row[7]
		for range 5 {
			r.double(&base.projective)
			base.setCompleted(&r)
		}
	}

	// One inversion serves all: with products[i] = Z₀·…·Zᵢ₋₁, walking back from
	// the inverse of the whole product gives each 1/Zᵢ. (Montgomery's trick.)
	products := make([]field.Element, n)
	acc := field.Element{1}
	for i := range points {
		products[i] = acc
		acc.Multiply(&acc, &points[i].Z)
	}
	acc.Invert(&acc)
	t := new(Table)
	var x, y, zInv field.Element
	var a affine
	for i := n - 1; i >= 0; i-- {
		zInv.Multiply(&acc, &products[i])
		acc.Multiply(&acc, &points[i].Z)
		x.Multiply(&points[i].X, &zInv)
		y.Multiply(&points[i].Y, &zInv)
		a.YPlusX.Add(&y, &x)
		a.YMinusX.Subtract(&y, &x)
		a.T2d.Multiply(&x, &y)
		a.T2d.Multiply(&a.T2d, &d2)
		t.rows[i/8].set(i%8, &a)
	}
	return t
}

// ScalarMult sets p = s·P, where P is the table's point, and returns p.
func (t *Table) ScalarMult(p *Point, s *[32]byte) *Point {
	// With s = Σ dᵢ·16ⁱ, the odd digits and the even ones use the same rows:
	// s·P = 16·Σ d₂ᵢ₊₁·256ⁱ·P + Σ d₂ᵢ·256ⁱ·P.
	var digits [64]int8
	var a affine
	var r completed
	radix16(&digits, s)
	acc := identity
	for i := range t.rows {
		t.rows[i].selectInto(&a, digits[2*i+1])
		r.addAffine(&acc, &a)
		acc.setCompleted(&r)
	}
	for range 3 {
		r.double(&acc.projective)
		acc.projective.setCompleted(&r)
	}
	r.double(&acc.projective)
	acc.setCompleted(&r)
	for i := range t.rows {
		t.rows[i].selectInto(&a, digits[2*i])
		r.addAffine(&acc, &a)
		acc.setCompleted(&r)
	}
	*p = acc
	return p
}

// generatorTable is computed when it is first used.
var generatorTable = sync.OnceValue(func() *Table { return NewTable(&generator) })

// ScalarBaseMult sets p = s·B, where B is the generator, and returns p.
func (p *Point) ScalarBaseMult(s *[32]byte) *Point {
	return generatorTable().ScalarMult(p, s)
}
