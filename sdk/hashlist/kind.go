package hashlist

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// HashKind says which hash of a list is read: PDQ, or one of goimagehash's, as
// package classic of imagehash names them.
type HashKind uint8

// The kinds. The number is that of bits.
const (
	HashPDQ HashKind = iota
	HashPHash64
	HashPHash256
	HashDHash64
	HashDHash256
	HashAHash64
	HashAHash256
	numHashKinds
)

var hashKindNames = [numHashKinds]string{
	"pdq", "phash-64", "phash-256", "dhash-64", "dhash-256", "ahash-64", "ahash-256",
}

// String returns the name that [ParseHashKind] reads.
func (k HashKind) String() string {
	if k < numHashKinds {
		return hashKindNames[k]
	}
	return fmt.Sprintf("hash kind %d", uint8(k))
}

// ParseHashKind reads the name of a hasher: "phash-64", "phash-256", "dhash-64",
// "dhash-256", "ahash-64", "ahash-256", or "pdq" and all that begins with
// "pdq-". The error wraps [ErrConfig].
func ParseHashKind(s string) (HashKind, error) {
	if strings.HasPrefix(s, "pdq-") {
		return HashPDQ, nil
	}
	for k, name := range hashKindNames {
		if s == name {
			return HashKind(k), nil
		}
	}
	return 0, fmt.Errorf("%w: unknown kind of hash %s", ErrConfig, clip(s))
}

// word is the kind without its size, as lists write it: "phash".
func (k HashKind) word() string {
	word, _, _ := strings.Cut(k.String(), "-")
	return word
}

// column is the CSV column that is named after the kind.
func (k HashKind) column() column {
	return columnNames[k.word()]
}

// digits is the length of the text form.
func (k HashKind) digits() int {
	if strings.HasSuffix(k.String(), "-64") {
		return 16
	}
	return hexDigits
}

// parse reads a hash of the kind in hexadecimal. goimagehash's may have the "p:"
// in front that its ToString puts there. Shorter ones fill the last bytes.
func (k HashKind) parse(s string) (PDQ, *SyntaxError) {
	if k == HashPDQ {
		return parsePDQ(s)
	}
	if s == "" {
		return PDQ{}, fault(FaultLength, "no hash, want %d hex digits", k.digits())
	}
	s, bad := parseClassic(s, k.word()[:1])
	if bad != nil {
		return PDQ{}, bad
	}
	if len(s) != k.digits() {
		return PDQ{}, fault(FaultLength, "hash of %d characters, want %d hex digits of %v", len(s), k.digits(), k)
	}
	var h PDQ
	if _, err := hex.Decode(h[len(h)-len(s)/2:], []byte(s)); err != nil {
		return PDQ{}, fault(FaultHex, "not hexadecimal")
	}
	return h, nil
}
