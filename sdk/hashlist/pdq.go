package hashlist

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// PDQ is a PDQ hash: 256 bits as the 32 bytes in the order in which the hex form
// prints them, so that the top bit of byte 0 is PDQ's bit 255.
type PDQ [32]byte

// hexDigits is the length of the text form of a PDQ hash.
const hexDigits = 2 * len(PDQ{})

// ParsePDQ reads the text form: 64 hex digits of either case and nothing else.
// The error is a [*SyntaxError] with [FaultLength] or [FaultHex]. It names the
// place of the first bad digit but does not quote the hash.
func ParsePDQ(s string) (PDQ, error) {
	h, err := parsePDQ(s)
	if err != nil {
		return PDQ{}, err
	}
	return h, nil
}

// parsePDQ is ParsePDQ with the concrete error type, so that parsers can add the
// place.
func parsePDQ(s string) (PDQ, *SyntaxError) {
	// A bad digit is the better explanation than a bad length for text that is
	// no hash at all, but only within what could be one.
	for i := 0; i < len(s) && i < hexDigits; i++ {
		if !isHex(s[i]) {
			return PDQ{}, fault(FaultHex, "digit %d of the hash is %s, want 0-9 or a-f", i+1, quoteByte(s[i]))
		}
	}
	if len(s) != hexDigits {
		return PDQ{}, fault(FaultLength, "hash of %d characters, want %d hex digits%s", len(s), hexDigits, lengthHint(len(s)))
	}
	var h PDQ
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		// Unreachable after the checks above; kept so that a hash is never
		// taken from a failed decoding.
		return PDQ{}, fault(FaultHex, "not hexadecimal")
	}
	return h, nil
}

// lengthHint names the hash that has n hex digits, for people who hand over the
// wrong column.
func lengthHint(n int) string {
	switch n {
	case 16:
		return " (16 are a 64-bit pHash, dHash or aHash: say which it is to have it read)"
	case 32:
		return " (32 are an MD5)"
	case 40:
		return " (40 are a SHA-1)"
	case 288:
		return " (288 are a PhotoDNA hash)"
	}
	return ""
}

// String returns the 64 lower-case hex digits.
func (h PDQ) String() string { return hex.EncodeToString(h[:]) }

// Distance returns the number of bits in which h and o differ, 0 to 256.
func (h PDQ) Distance(o PDQ) int {
	a, b := h.words(), o.words()
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) +
		bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// Compare orders hashes as their hex forms are ordered.
func (h PDQ) Compare(o PDQ) int { return bytes.Compare(h[:], o[:]) }

// words returns the hash as four words, first bytes first.
func (h *PDQ) words() [4]uint64 {
	return [4]uint64{
		binary.BigEndian.Uint64(h[0:]), binary.BigEndian.Uint64(h[8:]),
		binary.BigEndian.Uint64(h[16:]), binary.BigEndian.Uint64(h[24:]),
	}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func quoteByte(c byte) string {
	if c >= 0x80 {
		return fmt.Sprintf("byte 0x%02x", c)
	}
	return fmt.Sprintf("%q", rune(c))
}
