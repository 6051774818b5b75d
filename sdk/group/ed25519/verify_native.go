//go:build !wasm && !veilhash_limbs25

package ed25519

import "crypto/ed25519"

func verify(public *[PublicKeySize]byte, message, signature []byte) bool {
	return ed25519.Verify(public[:], message, signature)
}
