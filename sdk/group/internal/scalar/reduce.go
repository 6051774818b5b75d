package scalar

import "encoding/binary"

// order is l, little-endian.
var order = [32]byte{
	0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
}

// wide is the integer Σ x[i]·2^(21i), with signed limbs.
type wide [24]int64

const mask21 = 1<<21 - 1

// The limbs of 2²⁵² − l, in balanced form: 2²⁵² = Σ foldj·2^(21j) modulo l, which
// is how limbs from the 12th on come back.
const (
	fold0 = 666643
	fold1 = 470296
	fold2 = 654183
	fold3 = -997805
	fold4 = 136657
	fold5 = -683901
)

// load sets the first twelve limbs to the little-endian integer in b.
func (x *wide) load(b *[32]byte) {
	w0 := binary.LittleEndian.Uint64(b[0:8])
	w1 := binary.LittleEndian.Uint64(b[8:16])
	w2 := binary.LittleEndian.Uint64(b[16:24])
	w3 := binary.LittleEndian.Uint64(b[24:32])
	x[0] = int64(w0 & mask21)
	x[1] = int64(w0 >> 21 & mask21)
	x[2] = int64(w0 >> 42 & mask21)
	x[3] = int64((w0>>63 | w1<<1) & mask21)
	x[4] = int64(w1 >> 20 & mask21)
	x[5] = int64(w1 >> 41 & mask21)
	x[6] = int64((w1>>62 | w2<<2) & mask21)
	x[7] = int64(w2 >> 19 & mask21)
	x[8] = int64(w2 >> 40 & mask21)
	x[9] = int64((w2>>61 | w3<<3) & mask21)
	x[10] = int64(w3 >> 18 & mask21)
	x[11] = int64(w3 >> 39)
}

// loadWide sets x to the little-endian integer in b. The last limb takes 29
// bits.
func (x *wide) loadWide(b *[64]byte) {
	var w [9]uint64
	for i := range 8 {
		w[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	for i := range 23 {
		bit := 21 * i
		x[i] = int64((w[bit/64]>>(bit%64) | w[bit/64+1]<<(64-bit%64)) & mask21)
	}
	x[23] = int64(w[7] >> 35)
}

// store sets b to x, whose first twelve limbs must be in their places and the
// last of them less than 2²⁵.
func (x *wide) store(b *[32]byte) {
	u := func(i int) uint64 { return uint64(x[i]) }
	binary.LittleEndian.PutUint64(b[0:8], u(0)|u(1)<<21|u(2)<<42|u(3)<<63)
	binary.LittleEndian.PutUint64(b[8:16], u(3)>>1|u(4)<<20|u(5)<<41|u(6)<<62)
	binary.LittleEndian.PutUint64(b[16:24], u(6)>>2|u(7)<<19|u(8)<<40|u(9)<<61)
	binary.LittleEndian.PutUint64(b[24:32], u(9)>>3|u(10)<<18|u(11)<<39)
}

// carry moves what exceeds limb i to the next, and leaves limb i in
// [−2²⁰, 2²⁰).
func (x *wide) carry(i int) {
	c := (x[i] + 1<<20) >> 21
	x[i+1] += c
	x[i] -= c << 21
}

// carryDown does the same but leaves limb i in [0, 2²¹).
func (x *wide) carryDown(i int) {
	c := x[i] >> 21
	x[i+1] += c
	x[i] -= c << 21
}

// foldDown brings limb i ≥ 12 down.
func (x *wide) foldDown(i int) {
	t := x[i]
	x[i] = 0
	y := (*[6]int64)(x[i-12:])
	y[0] += t * fold0
	y[1] += t * fold1
	y[2] += t * fold2
	y[3] += t * fold3
	y[4] += t * fold4
	y[5] += t * fold5
}

// reduce sets s = x modulo l, and returns s. The limbs of x must be at most 2⁴⁶
// in magnitude, and the last one at most 2³⁰. The order of steps is that of sc_reduce in Bernstein's ref10.
func (s *Scalar) reduce(x *wide) *Scalar {
	// Carries of even limbs and then of odd ones leave limbs of at most 2²⁶.
	for i := 0; i <= 22; i += 2 {
		x.carry(i)
	}
	for i := 1; i <= 21; i += 2 {
		x.carry(i)
	}
	// Six folds add at most 6·2²⁶·2²⁰ < 2⁴⁹ to a limb, and carries take that
	// back to 2²⁸; another six, to 2⁵¹ and 2³⁰.
	for i := 23; i >= 18; i-- {
		x.foldDown(i)
	}
	for i := 6; i <= 16; i += 2 {
		x.carry(i)
	}
	for i := 7; i <= 15; i += 2 {
		x.carry(i)
	}
	for i := 17; i >= 12; i-- {
		x.foldDown(i)
	}
	for i := 0; i <= 10; i += 2 {
		x.carry(i)
	}
	for i := 1; i <= 11; i += 2 {
		x.carry(i)
	}
	// Limb 11 is at most 2²⁰ in magnitude now and the others at most 2³¹, so that
	// the value is within 2²⁵² of zero once limb 12 is folded. Rounding down
	// then gives limb 12 = −1 for negative values and 0 for the others, and
	// folding adds l to the negative ones: the result is in [0, l).
	x.foldDown(12)
	for i := range 12 {
		x.carryDown(i)
	}
	x.foldDown(12)
	for i := range 11 {
		x.carryDown(i)
	}

	x.store((*[32]byte)(s))
	return s
}
