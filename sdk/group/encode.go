package group

import "bytes"

// Bytes returns the canonical 32-byte encoding of e. RFC 9496, section 4.3.2.
// The identity encodes as zeros.
func (e *Element) Bytes() []byte {
	// Outlined, so that the array can live on the caller's stack.
	var buf [ElementSize]byte
	return e.encode(&buf)
}

// AppendBytes appends the canonical 32-byte encoding of e to dst and returns the
// extended slice.
func (e *Element) AppendBytes(dst []byte) []byte {
	var buf [ElementSize]byte
	return append(dst, e.encode(&buf)...)
}

// encode is ENCODE, with the names of RFC 9496, section 4.3.2. It returns all of
// buf.
func (e *Element) encode(buf *[ElementSize]byte) []byte {
	var room extended
	x0, y0, z0, t0 := coordinates(&e.p, &room)
	var u1, u2, tmp, invSqrt, den1, den2, zInv fieldElement

	u1.Multiply(u1.Add(z0, y0), tmp.Subtract(z0, y0))
	u2.Multiply(x0, y0)

	// The ratio is always square for a valid element.
	tmp.Multiply(&u1, tmp.Square(&u2))
	invSqrt.SqrtRatio(&feOne, &tmp)
	den1.Multiply(&invSqrt, &u1)
	den2.Multiply(&invSqrt, &u2)
	zInv.Multiply(zInv.Multiply(&den1, &den2), t0)

	var ix0, iy0, enchantedDenominator fieldElement
	ix0.Multiply(x0, &feSqrtM1)
	iy0.Multiply(y0, &feSqrtM1)
	enchantedDenominator.Multiply(&den1, &feInvSqrtAMinusD)

	rotate := tmp.Multiply(t0, &zInv).IsNegative()
	var x, y, denInv, s fieldElement
	x.Select(&iy0, x0, rotate)
	y.Select(&ix0, y0, rotate)
	denInv.Select(&enchantedDenominator, &den2, rotate)

	condNegate(&y, tmp.Multiply(&x, &zInv).IsNegative())
	s.Multiply(&denInv, s.Subtract(z0, &y))
	s.Absolute(&s)
	copy(buf[:], s.Bytes())
	return buf[:]
}

// SetCanonicalBytes sets e to the element that b encodes. RFC 9496, section
// 4.3.1. It returns [ErrEncoding] unless b is the one encoding of an element, and
// [ErrIdentity] if that is the identity; in both cases e stays as it was. It is
// not constant time in b.
func (e *Element) SetCanonicalBytes(b []byte) error {
	// The names are those of DECODE. Integers from p on, and those with the top
	// bit set, do not survive the round trip through a field element.
	var s fieldElement
	if _, err := s.SetBytes(b); err != nil || !bytes.Equal(s.Bytes(), b) || s.IsNegative() == 1 {
		return ErrEncoding
	}
	var ss, u1, u2, u2Sqr, v, tmp fieldElement
	ss.Square(&s)
	u1.Subtract(&feOne, &ss)
	u2.Add(&feOne, &ss)
	u2Sqr.Square(&u2)

	// v = −(D·u1²) − u2²
	v.Multiply(&feD, tmp.Square(&u1))
	v.Negate(&v)
	v.Subtract(&v, &u2Sqr)

	var invSqrt, denX, denY fieldElement
	_, wasSquare := invSqrt.SqrtRatio(&feOne, tmp.Multiply(&v, &u2Sqr))
	denX.Multiply(&invSqrt, &u2)
	denY.Multiply(denY.Multiply(&invSqrt, &denX), &v)

	var x, y, t, zero fieldElement
	x.Multiply(x.Add(&s, &s), &denX)
	x.Absolute(&x)
	y.Multiply(&u1, &denY)
	t.Multiply(&x, &y)
	if wasSquare == 0 || t.IsNegative() == 1 || y.Equal(&zero) == 1 {
		return ErrEncoding
	}
	// The identity is 0, and nothing else encodes to it.
	if s.Equal(&zero) == 1 {
		return ErrIdentity
	}
	setCoordinates(&e.p, &x, &y, &feOne, &t)
	return nil
}
