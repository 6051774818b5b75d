// Package b64 reads and writes standard Base64 (RFC 4648, section 4), padded and strict: one text for each byte string. (encoding/base64
// brings tables and readers that a browser would have to download.) What it handles is public; it is not constant time.
package b64

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// Append appends the form of src.
func Append(dst, src []byte) []byte {
	for ; len(src) >= 3; src = src[3:] {
		dst = quad(dst, uint32(src[0])<<16|uint32(src[1])<<8|uint32(src[2]))
	}
	switch len(src) {
	case 1:
		dst = quad(dst, uint32(src[0])<<16)
		dst = append(dst[:len(dst)-2], "=="...)
	case 2:
		dst = quad(dst, uint32(src[0])<<16|uint32(src[1])<<8)
		dst[len(dst)-1] = '='
	}
	return dst
}

func quad(dst []byte, v uint32) []byte {
	return append(dst, alphabet[v>>18], alphabet[v>>12&63], alphabet[v>>6&63], alphabet[v&63])
}

// String is the form of src.
func String(src []byte) string { return string(Append(nil, src)) }

// Decode returns what s is the form of, and whether it is one: characters outside the alphabet, missing padding and bits that are left over are refused.
func Decode(s string) ([]byte, bool) {
	if len(s)%4 != 0 {
		return nil, false
	}
	out := make([]byte, 0, len(s)/4*3)
	for ; s != ""; s = s[4:] {
		n := 4
		if len(s) == 4 && s[3] == '=' {
			n = 3
			if s[2] == '=' {
				n = 2
			}
		}
		var v uint32
		for i := range 4 {
			v <<= 6
			if i < n {
				d := value(s[i])
				if d > 63 {
					return nil, false
				}
				v |= d
			}
		}
		out = append(out, byte(v>>16), byte(v>>8), byte(v))
		if v<<(8*(n-1))&0xffffff != 0 {
			return nil, false // bits are left over
		}
		out = out[:len(out)-4+n]
	}
	return out, true
}

// value is the value of one character, 64 if it has none.
func value(c byte) uint32 {
	switch {
	case 'A' <= c && c <= 'Z':
		return uint32(c - 'A')
	case 'a' <= c && c <= 'z':
		return uint32(c-'a') + 26
	case '0' <= c && c <= '9':
		return uint32(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return 64
}
