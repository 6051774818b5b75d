package tlog

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/veilhash/veilhash/sdk/group/ed25519"
	"github.com/veilhash/veilhash/sdk/internal/b64"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// An Algorithm is a signed note's signature type.
type Algorithm byte

// The signature types that are used here. Both are Ed25519; they differ in what is signed.
const (
	Ed25519       Algorithm = 1 // of the note's text
	CosignatureV1 Algorithm = 4 // of a checkpoint, with the time (tlog-cosignature)
)

// A Key is a named public key.
type Key struct {
	Name      string
	ID        uint32 // the first bytes of a digest of name, algorithm and key
	Algorithm Algorithm
	Public    [ed25519.PublicKeySize]byte
}

// NewKey names a public key. The error is ErrKey for a name that is empty, has a space, a plus or a control character, or is no UTF-8, and for an
// algorithm that is not used here.
func NewKey(name string, algorithm Algorithm, public [ed25519.PublicKeySize]byte) (*Key, error) {
	if !validName(name) || algorithm != Ed25519 && algorithm != CosignatureV1 {
		return nil, ErrKey
	}
	id := sha256.Sum256(append(append([]byte(name), '\n', byte(algorithm)), public[:]...))
	return &Key{name, binary.BigEndian.Uint32(id[:]), algorithm, public}, nil
}

func validName(name string) bool {
	if name == "" || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if r == '+' || r < ' ' || isSpace(r) {
			return false
		}
	}
	return true
}

// isSpace is unicode.IsSpace, without its tables.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return 0x2000 <= r && r <= 0x200a
}

// ParseKey reads a verifier key, "name+hash+base64(algorithm ‖ key)". The error is ErrKey.
func ParseKey(text string) (*Key, error) {
	name, rest, _ := strings.Cut(text, "+")
	hash, key, _ := strings.Cut(rest, "+")
	var id [4]byte
	b, ok := b64.Decode(key)
	if !ok || len(b) != 1+ed25519.PublicKeySize || !hexa.Decode(id[:], hash) {
		return nil, ErrKey
	}
	k, err := NewKey(name, Algorithm(b[0]), [ed25519.PublicKeySize]byte(b[1:]))
	if err != nil || k.ID != binary.BigEndian.Uint32(id[:]) {
		return nil, ErrKey
	}
	return k, nil
}

// String is the key as ParseKey reads it.
func (k *Key) String() string {
	b := append([]byte(k.Name), '+')
	b = hexa.Append(b, binary.BigEndian.AppendUint32(nil, k.ID))
	b = append(b, '+')
	return string(b64.Append(b, append([]byte{byte(k.Algorithm)}, k.Public[:]...)))
}
