//go:build !wasm && !veilhash_limbs25

package group

import (
	"crypto/subtle"

	"filippo.io/edwards25519"
)

// combTable holds multiples of one point P: row i is 256ⁱ·P, 2·256ⁱ·P, …,
// 8·256ⁱ·P. It is edwards25519's table for its base point, made for any point
// with what that package exports. It takes 40 KiB.
type combTable [32][8]edwards25519.Point

func newCombTable(p *edwards25519.Point) *combTable {
	t := new(combTable)
	base := new(edwards25519.Point).Set(p)
	for i := range t {
		row := &t[i]
		row[0].Set(base)
		for j := 1; j < 8; j++ {
			row[j].Add(&row[j-1], base)
		}
		// 256·P = 2⁵·8P.
		base.Set(&row[7])
		for range 5 {
			base.Double(base)
		}
	}
	return t
}

// scalarMult sets p = s·P, in constant time.
func (t *combTable) scalarMult(p *edwards25519.Point, s *edwards25519.Scalar) {
	// With s = Σ dᵢ·16ⁱ, the odd digits and the even ones use the same rows:
	// s·P = 16·Σ d₂ᵢ₊₁·256ⁱ·P + Σ d₂ᵢ·256ⁱ·P.
	var digits [64]int8
	radix16(&digits, s.Bytes())
	identity := edwards25519.NewIdentityPoint()
	acc := edwards25519.NewIdentityPoint()
	var q edwards25519.Point
	for i := range t {
		acc.Add(acc, selectMultiple(&q, &t[i], identity, digits[2*i+1]))
	}
	for range 4 {
		acc.Double(acc)
	}
	for i := range t {
		acc.Add(acc, selectMultiple(&q, &t[i], identity, digits[2*i]))
	}
	p.Set(acc)
}

// radix16 writes a scalar less than 2²⁵³ as Σ digits[i]·16ⁱ with digits in
// −8…8, in constant time.
func radix16(digits *[64]int8, scalar []byte) {
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

// selectMultiple sets q to digit times the point whose first eight multiples are
// in row, for a digit in −8…8, and returns q. It reads all of them.
func selectMultiple(q *edwards25519.Point, row *[8]edwards25519.Point, identity *edwards25519.Point, digit int8) *edwards25519.Point {
	sign := digit >> 7
	magnitude := uint8((digit ^ sign) - sign)
	q.Set(identity)
	for j := range row {
		q.Select(&row[j], q, subtle.ConstantTimeByteEq(magnitude, uint8(j+1)))
	}
	var neg edwards25519.Point
	return q.Select(neg.Negate(q), q, int(sign&1))
}
