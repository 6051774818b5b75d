package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"time"
)

// A KeyID names a key. It is no secret.
type KeyID [8]byte

// String is the name in hexadecimal.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// ParseKeyID reads 16 lower-case hexadecimal digits. The error is ErrKeyID.
func ParseKeyID(text string) (id KeyID, err error) {
	if !decode(id[:], text) {
		return KeyID{}, ErrKeyID
	}
	return id, nil
}

// A Secret is what an application shows. **It must be kept secret**; it redacts itself.
type Secret struct {
	id    KeyID
	bytes [32]byte
}

// Prefix is what every key's text begins with, so that scanners for leaked secrets recognise it: Prefix, then 88 lower-case hexadecimal digits, of which the last 8 are a
// checksum.
const Prefix = "vhk_"

// secretDigits are those after the prefix: identifier, secret, checksum.
const secretDigits = 16 + 64 + 8

// ErrSecret: a text is no key, or one with a typing error. ErrKeyID: a text is no key's identifier.
var (
	ErrSecret = errors.New(`access: a key is "vhk_" and 88 lower-case hexadecimal digits, the last 8 a checksum`)
	ErrKeyID  = errors.New("access: a key's identifier is 16 lower-case hexadecimal digits")
)

// ParseSecret reads what Text writes. The error is ErrSecret, which does not quote the text.
func ParseSecret(text string) (s Secret, err error) {
	digits, ok := strings.CutPrefix(text, Prefix)
	var sum [4]byte
	if !ok || len(digits) != secretDigits || !decode(s.id[:], digits[:16]) || !decode(s.bytes[:], digits[16:80]) || !decode(sum[:], digits[80:]) ||
		binary.BigEndian.Uint32(sum[:]) != checksum(text[:len(text)-8]) {
		return Secret{}, ErrSecret
	}
	return s, nil
}

// Text is the key as it goes into a request. **It must be kept secret.**
func (s Secret) Text() string {
	text := Prefix + s.id.String() + hex.EncodeToString(s.bytes[:])
	return text + hex.EncodeToString(binary.BigEndian.AppendUint32(nil, checksum(text)))
}

// ID is the name of the key.
func (s Secret) ID() KeyID { return s.id }

// String hides the secret.
func (s Secret) String() string { return "[redacted key " + s.id.String() + "]" }

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// checksum is CRC-32 (IEEE): it is for typing errors and scanners, and protects nothing.
func checksum(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// digest is what the file holds of a secret (docs/protocol.md, section 12.1).
func (s Secret) digest() [32]byte {
	const label = "veilhash/v0/application-key"
	b := make([]byte, 0, 2+len(label)+len(s.id)+len(s.bytes))
	b = binary.BigEndian.AppendUint16(b, uint16(len(label)))
	b = append(b, label...)
	b = append(b, s.id[:]...)
	return sha256.Sum256(append(b, s.bytes[:]...))
}

// A Key is what the server knows of a key.
type Key struct {
	ID        KeyID
	Digest    [32]byte // of its secret
	Scopes    []Scope  // sorted, at least one
	NotBefore time.Time
	Expires   time.Time // from then on it is refused; zero: never
}

// NewKey draws a key. Times are cut to seconds; a zero notBefore means always, a zero expires for ever.
func NewKey(scopes []Scope, notBefore, expires time.Time) (Key, Secret) {
	var s Secret
	rand.Read(s.id[:])
	rand.Read(s.bytes[:])
	k := Key{ID: s.id, Digest: s.digest(), Scopes: slices.Clone(scopes), NotBefore: seconds(notBefore), Expires: seconds(expires)}
	slices.Sort(k.Scopes)
	k.Scopes = slices.Compact(k.Scopes)
	return k, s
}

// InForce reports whether the key's time has come and not passed.
func (k *Key) InForce(now time.Time) bool {
	return !now.Before(k.NotBefore) && (k.Expires.IsZero() || now.Before(k.Expires))
}

// May reports whether the key has a scope.
func (k *Key) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Second)
}

// decode reads lower-case digits that fill dst.
func decode(dst []byte, digits string) bool {
	if len(digits) != 2*len(dst) || strings.ToLower(digits) != digits {
		return false
	}
	_, err := hex.Decode(dst, []byte(digits))
	return err == nil
}
