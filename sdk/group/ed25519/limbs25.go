package ed25519

import (
	"crypto/sha512"

	"github.com/veilhash/veilhash/sdk/group/internal/curve"
	"github.com/veilhash/veilhash/sdk/group/internal/field"
	"github.com/veilhash/veilhash/sdk/group/internal/scalar"
)

// d returns the curve's constant, −121665/121666.
func d() *field.Element {
	n, m := field.Element{121665}, field.Element{121666}
	return n.Negate(n.Multiply(&n, m.Invert(&m)))
}

// verifyLimbs25 is RFC 8032, section 5.1.7, on the arithmetic that WebAssembly is fast at. It is compiled everywhere, to be tested
// everywhere.
func verifyLimbs25(public *[PublicKeySize]byte, message, signature []byte) bool {
	if len(signature) != SignatureSize {
		return false
	}
	var a curve.Point
	if !decode(&a, public) {
		return false
	}
	var s, k scalar.Scalar
	if _, err := s.SetCanonicalBytes(signature[32:]); err != nil {
		return false
	}
	h := sha512.New()
	h.Write(signature[:32])
	h.Write(public[:])
	h.Write(message)
	if _, err := k.SetUniformBytes(h.Sum(nil)); err != nil {
		return false
	}
	// R = S·B − k·A
	var sb, ka curve.Point
	sb.ScalarBaseMult((*[32]byte)(&s))
	ka.ScalarMult((*[32]byte)(&k), &a)
	sb.Subtract(&sb, &ka)
	return encode(&sb) == [32]byte(signature[:32])
}

// decode is RFC 8032, section 5.1.3, and as lenient as the standard library: y may be p or more, and x = 0 may have a sign.
func decode(p *curve.Point, b *[32]byte) bool {
	var x, y, u, v, t field.Element
	if _, err := y.SetBytes(b[:]); err != nil {
		return false
	}
	// x² = (y² − 1) / (dy² + 1)
	one := new(field.Element).One()
	u.Square(&y)
	v.Multiply(&u, d())
	v.Add(&v, one)
	u.Subtract(&u, one)
	if _, square := x.SqrtRatio(&u, &v); square == 0 {
		return false
	}
	x.CondNegate(int(b[31] >> 7))
	// Carried, as SetCoordinates wants them: SetBytes gives any 255-bit integer.
	y.Add(&y, new(field.Element))
	x.Add(&x, new(field.Element))
	p.SetCoordinates(&x, &y, one, t.Multiply(&x, &y))
	return true
}

// encode is RFC 8032, section 5.1.2.
func encode(p *curve.Point) (b [32]byte) {
	px, py, pz, _ := p.Coordinates()
	var x, y, inverse field.Element
	inverse.Invert(pz)
	x.Multiply(px, &inverse)
	copy(b[:], y.Multiply(py, &inverse).Bytes())
	b[31] |= byte(x.IsNegative() << 7)
	return b
}
