// Package hmac512 is HMAC-SHA-512 (RFC 2104, FIPS 198-1) and HKDF over it (RFC 5869), on crypto/sha512. The standard library's packages do the same for every hash,
// SHA-3 included, and keep FIPS 140 service indicators: 45 KB of code, of which a browser would have to download a quarter. Tests compare the two.
//
// Its time depends on lengths only, as far as crypto/sha512's does.
package hmac512

import "crypto/sha512"

// Size is the length of a MAC in bytes.
const Size = sha512.Size

// A Key is ready to make MACs. It must be kept secret.
type Key struct{ inner, outer [sha512.BlockSize]byte }

// NewKey prepares a key of any length.
func NewKey(key []byte) *Key {
	if len(key) > sha512.BlockSize {
		sum := sha512.Sum512(key)
		key = sum[:]
	}
	k := new(Key)
	copy(k.inner[:], key)
	copy(k.outer[:], key)
	for i := range k.inner {
		k.inner[i] ^= 0x36
		k.outer[i] ^= 0x5c
	}
	return k
}

// Sum is the MAC of the parts, one behind the other.
func (k *Key) Sum(parts ...[]byte) (mac [Size]byte) {
	h := sha512.New()
	h.Write(k.inner[:])
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(mac[:0])
	h.Reset()
	h.Write(k.outer[:])
	h.Write(mac[:])
	h.Sum(mac[:0])
	return mac
}

// String hides the key.
func (k Key) String() string { return "hmac512.Key(redacted)" }

// GoString is String, for %#v.
func (k Key) GoString() string { return k.String() }

// HKDF fills out, at most 255·Size bytes, from a secret. No salt is the same as an empty one.
func HKDF(out, secret, salt, info []byte) {
	if len(out) > 255*Size {
		panic("hmac512: more output than HKDF gives")
	}
	extracted := NewKey(salt).Sum(secret)
	key := NewKey(extracted[:])
	var block [Size]byte
	previous := block[:0]
	for counter := byte(1); len(out) > 0; counter++ {
		block = key.Sum(previous, info, []byte{counter})
		previous = block[:]
		out = out[copy(out, block[:]):]
	}
}
