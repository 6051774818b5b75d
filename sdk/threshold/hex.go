package threshold

// Lower-case hexadecimal without tables, in time that depends on the length
// only, because it carries account secrets. (encoding/hex looks secrets up in a
// table, and imports fmt, which a browser would have to download.)

// appendHex appends the lower-case hexadecimal form of src.
func appendHex(dst, src []byte) []byte {
	for _, b := range src {
		dst = append(dst, hexDigit(b>>4), hexDigit(b&15))
	}
	return dst
}

// hexDigit returns the digit of v < 16: '0' + v, and 39 more from 10 on,
// which is the way from ':' to 'a'.
func hexDigit(v byte) byte {
	fromTen := (9 - int(v)) >> 8 // all ones if v > 9
	return byte('0' + int(v) + fromTen&('a'-'0'-10))
}

// decodeHex fills dst from 2·len(dst) lower-case digits and reports whether
// all of them were digits. It reads every digit whatever it finds.
func decodeHex(dst, src []byte) bool {
	if len(src) != 2*len(dst) {
		return false
	}
	bad := 0
	for i := range dst {
		hi, badHi := hexValue(src[2*i])
		lo, badLo := hexValue(src[2*i+1])
		bad |= badHi | badLo
		dst[i] = byte(hi<<4 | lo)
	}
	return bad == 0
}

// hexValue returns the value of one lower-case digit, and a mask that is zero
// if c is one and all ones if not.
func hexValue(c byte) (value, bad int) {
	v := int(c)
	decimal := inRange(v, '0', '9')
	letter := inRange(v, 'a', 'f')
	return decimal&(v-'0') | letter&(v-'a'+10), ^(decimal | letter)
}

// inRange returns all ones if low ≤ v ≤ high and zero otherwise, for small v.
func inRange(v, low, high int) int { return ^((v - low) >> 8) & ^((high - v) >> 8) }
