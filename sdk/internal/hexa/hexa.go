// Package hexa reads and writes lower-case hexadecimal in time that depends on the length only, because some of what it handles are
// secrets. (encoding/hex looks digits up in a table, and its errors import fmt, which is 60 KB that a browser would have to download.)
package hexa

// Append appends the form of src, two digits a byte.
func Append(dst, src []byte) []byte {
	for _, b := range src {
		dst = append(dst, digit(b>>4), digit(b&15))
	}
	return dst
}

// String is the form of src.
func String(src []byte) string { return string(Append(nil, src)) }

// digit returns the digit of v < 16: '0' + v, and 39 more from 10 on, which is the way from ':' to 'a'.
func digit(v byte) byte {
	fromTen := (9 - int(v)) >> 8 // all ones if v > 9
	return byte('0' + int(v) + fromTen&('a'-'0'-10))
}

// Decode fills dst from exactly 2·len(dst) lower-case digits and reports whether src was that. It reads every digit whatever it finds; if
// it reports false, what dst holds is of no use.
func Decode[T []byte | string](dst []byte, src T) bool {
	if len(src) != 2*len(dst) {
		return false
	}
	bad := 0
	for i := range dst {
		hi, badHi := value(src[2*i])
		lo, badLo := value(src[2*i+1])
		bad |= badHi | badLo
		dst[i] = byte(hi<<4 | lo)
	}
	return bad == 0
}

// value returns the value of one digit, and a mask that is zero if c is one and all ones if not.
func value(c byte) (v, bad int) {
	v = int(c)
	decimal := inRange(v, '0', '9')
	letter := inRange(v, 'a', 'f')
	return decimal&(v-'0') | letter&(v-'a'+10), ^(decimal | letter)
}

// inRange returns all ones if low ≤ v ≤ high and zero otherwise, for small v.
func inRange(v, low, high int) int { return ^((v - low) >> 8) & ^((high - v) >> 8) }
