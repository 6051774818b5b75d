package field

// Element is an element of GF(2²⁵⁵ − 19), in the representation that the
// package documentation describes. The zero value is the field's zero.
// Arguments and receivers may overlap.
type Element [10]int64

const (
	mask26 = 1<<26 - 1
	mask25 = 1<<25 - 1
)

// Zero sets v = 0, and returns v.
func (v *Element) Zero() *Element {
	*v = Element{}
	return v
}

// One sets v = 1, and returns v.
func (v *Element) One() *Element {
	*v = Element{1}
	return v
}

// Set sets v = a, and returns v.
func (v *Element) Set(a *Element) *Element {
	*v = *a
	return v
}

// Add sets v = a + b, and returns v.
func (v *Element) Add(a, b *Element) *Element {
	return v.LazyAdd(a, b).carry()
}

// Subtract sets v = a − b, and returns v.
func (v *Element) Subtract(a, b *Element) *Element {
	return v.LazySubtract(a, b).carry()
}

// Negate sets v = −a, and returns v.
func (v *Element) Negate(a *Element) *Element {
	var zero Element
	return v.LazySubtract(&zero, a).carry()
}

// LazyAdd sets v = a + b without carrying, and returns v. The bounds of a and
// b add up in v.
func (v *Element) LazyAdd(a, b *Element) *Element {
	v[0] = a[0] + b[0]
	v[1] = a[1] + b[1]
	v[2] = a[2] + b[2]
	v[3] = a[3] + b[3]
	v[4] = a[4] + b[4]
	v[5] = a[5] + b[5]
	v[6] = a[6] + b[6]
	v[7] = a[7] + b[7]
	v[8] = a[8] + b[8]
	v[9] = a[9] + b[9]
	return v
}

// LazySubtract sets v = a − b without carrying, and returns v. The bounds of a
// and b add up in v, but the difference of two carried Elements is 1-bounded.
func (v *Element) LazySubtract(a, b *Element) *Element {
	v[0] = a[0] - b[0]
	v[1] = a[1] - b[1]
	v[2] = a[2] - b[2]
	v[3] = a[3] - b[3]
	v[4] = a[4] - b[4]
	v[5] = a[5] - b[5]
	v[6] = a[6] - b[6]
	v[7] = a[7] - b[7]
	v[8] = a[8] - b[8]
	v[9] = a[9] - b[9]
	return v
}

// carry brings every limb of v to its place. Carries round down, so that all but
// v[1], which takes the last one, end in [0, 2²⁶) or [0, 2²⁵).
//
// It is written out, as are the other small loops here: Go compiles every turn
// of a loop to an indirect branch in WebAssembly.
func (v *Element) carry() *Element {
	t := v[0]
	r0 := t & mask26
	t = v[1] + t>>26
	v[1] = t & mask25
	t = v[2] + t>>25
	v[2] = t & mask26
	t = v[3] + t>>26
	v[3] = t & mask25
	t = v[4] + t>>25
	v[4] = t & mask26
	t = v[5] + t>>26
	v[5] = t & mask25
	t = v[6] + t>>25
	v[6] = t & mask26
	t = v[7] + t>>26
	v[7] = t & mask25
	t = v[8] + t>>25
	v[8] = t & mask26
	t = v[9] + t>>26
	v[9] = t & mask25
	r0 += 19 * (t >> 25) // 2²⁵⁵ = 19
	v[1] += r0 >> 26
	v[0] = r0 & mask26
	return v
}

// Select sets v = a if cond == 1 and v = b if cond == 0, and returns v.
func (v *Element) Select(a, b *Element, cond int) *Element {
	mask := -int64(cond)
	v[0] = b[0] ^ mask&(a[0]^b[0])
	v[1] = b[1] ^ mask&(a[1]^b[1])
	v[2] = b[2] ^ mask&(a[2]^b[2])
	v[3] = b[3] ^ mask&(a[3]^b[3])
	v[4] = b[4] ^ mask&(a[4]^b[4])
	v[5] = b[5] ^ mask&(a[5]^b[5])
	v[6] = b[6] ^ mask&(a[6]^b[6])
	v[7] = b[7] ^ mask&(a[7]^b[7])
	v[8] = b[8] ^ mask&(a[8]^b[8])
	v[9] = b[9] ^ mask&(a[9]^b[9])
	return v
}

// CondNegate sets v = −v if cond == 1 and leaves it alone if cond == 0, and
// returns v. It does not carry: it keeps the bound, not the signs.
func (v *Element) CondNegate(cond int) *Element {
	mask := -int64(cond)
	v[0] = (v[0] ^ mask) - mask
	v[1] = (v[1] ^ mask) - mask
	v[2] = (v[2] ^ mask) - mask
	v[3] = (v[3] ^ mask) - mask
	v[4] = (v[4] ^ mask) - mask
	v[5] = (v[5] ^ mask) - mask
	v[6] = (v[6] ^ mask) - mask
	v[7] = (v[7] ^ mask) - mask
	v[8] = (v[8] ^ mask) - mask
	v[9] = (v[9] ^ mask) - mask
	return v
}

// IsNegative returns 1 if v is negative, which RFC 9496, section 3.1, defines
// as odd in its least non-negative representative, and 0 otherwise.
func (v *Element) IsNegative() int {
	t := *v
	t.reduce()
	return int(t[0] & 1)
}

// Absolute sets v = |u|, the one of u and −u that is not negative, and
// returns v.
func (v *Element) Absolute(u *Element) *Element {
	var neg Element
	neg.Negate(u)
	return v.Select(&neg, u, u.IsNegative())
}

// Equal returns 1 if v and u are the same field element, and 0 otherwise.
func (v *Element) Equal(u *Element) int {
	var t Element
	return t.LazySubtract(v, u).isZero()
}

// isZero returns 1 if v is zero, and 0 otherwise. It reduces v.
func (v *Element) isZero() int {
	v.reduce()
	or := v[0] | v[1] | v[2] | v[3] | v[4] | v[5] | v[6] | v[7] | v[8] | v[9]
	// or is in [0, 2²⁶), so or − 1 is negative for zero alone.
	return int(uint64(or-1) >> 63)
}
