package field

import (
	"encoding/binary"
	"errors"
)

// ErrLength says that an encoding is not 32 bytes long.
var ErrLength = errors.New("field: encoding is not 32 bytes long")

// SetBytes sets v to the little-endian integer in x, which must be 32 bytes
// long, and returns v. As RFC 7748, section 5, has it, the top bit is ignored
// and values from p to 2²⁵⁵ − 1 are accepted: callers that want canonical
// encodings compare with [Element.Bytes]. If x has another length, SetBytes
// returns nil and [ErrLength], and leaves v alone.
func (v *Element) SetBytes(x []byte) (*Element, error) {
	if len(x) != 32 {
		return nil, ErrLength
	}
	w0 := binary.LittleEndian.Uint64(x[0:8])
	w1 := binary.LittleEndian.Uint64(x[8:16])
	w2 := binary.LittleEndian.Uint64(x[16:24])
	w3 := binary.LittleEndian.Uint64(x[24:32])
	*v = Element{
		int64(w0 & mask26),                // bit 0
		int64(w0 >> 26 & mask25),          // bit 26
		int64((w0>>51 | w1<<13) & mask26), // bit 51
		int64(w1 >> 13 & mask25),          // bit 77
		int64(w1 >> 38 & mask26),          // bit 102
		int64(w2 & mask25),                // bit 128
		int64(w2 >> 25 & mask26),          // bit 153
		int64((w2>>51 | w3<<13) & mask25), // bit 179
		int64(w3 >> 12 & mask26),          // bit 204
		int64(w3 >> 38 & mask25),          // bit 230, without bit 255
	}
	return v, nil
}

// Bytes returns the canonical 32-byte little-endian encoding of v.
func (v *Element) Bytes() []byte {
	// Outlined, so that the array can live on the caller's stack.
	var out [32]byte
	return v.bytes(&out)
}

func (v *Element) bytes(out *[32]byte) []byte {
	t := *v
	t.reduce()
	u := func(i int) uint64 { return uint64(t[i]) }
	binary.LittleEndian.PutUint64(out[0:8], u(0)|u(1)<<26|u(2)<<51)
	binary.LittleEndian.PutUint64(out[8:16], u(2)>>13|u(3)<<13|u(4)<<38)
	binary.LittleEndian.PutUint64(out[16:24], u(5)|u(6)<<25|u(7)<<51)
	binary.LittleEndian.PutUint64(out[24:32], u(7)>>13|u(8)<<12|u(9)<<38)
	return out[:]
}

// reduce sets v to its least non-negative representative, with every limb in
// its place.
func (v *Element) reduce() {
	// A 4-bounded value is between −5·2²⁵⁵ and 5·2²⁵⁵, so what carry takes from the
	// top and brings back is 19·c with |c| ≤ 5: it leaves a value in
	// [−95, 2²⁵⁵ + 95).
	v.carry()

	// q = ⌊(v + 19) / 2²⁵⁵⌋ is 1 for v ≥ p, −1 for v < −19 and 0 otherwise, and
	// v − q·p = v + 19·q − q·2²⁵⁵.
	q := (v[0] + 19) >> 26
	q = (v[1] + q) >> 25
	q = (v[2] + q) >> 26
	q = (v[3] + q) >> 25
	q = (v[4] + q) >> 26
	q = (v[5] + q) >> 25
	q = (v[6] + q) >> 26
	q = (v[7] + q) >> 25
	q = (v[8] + q) >> 26
	q = (v[9] + q) >> 25
	// After these 19·q, carry moves by q·2²⁵⁵ and so adds 19·q once more, which is
	// taken off again. For q ≠ 0 the result is within 95 of 0 or of p, where that
	// cannot borrow. For q = 0 a value in [−19, 0) comes up by p in carry.
	v[0] += 19 * q
	v.carry()
	v[0] -= 19 * q
}
