package ed25519

// Lengths of encodings, in bytes.
const (
	PublicKeySize = 32
	SignatureSize = 64
)

// Verify reports whether signature is public's signature of message. A signature of another length than SignatureSize is none.
func Verify(public *[PublicKeySize]byte, message, signature []byte) bool {
	return verify(public, message, signature)
}
