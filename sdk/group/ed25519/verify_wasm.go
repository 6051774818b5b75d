//go:build wasm || veilhash_limbs25

package ed25519

func verify(public *[PublicKeySize]byte, message, signature []byte) bool {
	return verifyLimbs25(public, message, signature)
}
