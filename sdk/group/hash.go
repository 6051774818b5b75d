package group

import "crypto/sha512"

// maxDST is the longest domain separation tag that RFC 9380 uses as it is.
const maxDST = 255

// HashToElement returns the element that msg hashes to under a domain separation
// tag: hash_to_ristretto255 of RFC 9380, appendix B, with expand_message_xmd and
// SHA-512. It behaves as a random oracle into the group. The tag must not be
// empty: section 3.1 of that RFC says what makes a good one. RFC 9497's hash to
// group is [Suite.HashToElement].
func HashToElement(dst, msg []byte) *Element {
	return new(Element).setHash(dst, msg)
}

// setHash sets e to the element that msg hashes to under dst, and returns e.
func (e *Element) setHash(dst, msg []byte) *Element {
	var uniform [64]byte
	expandMessage(uniform[:], dst, msg)
	return e.SetUniformBytes(uniform[:])
}

// HashToScalar returns the scalar that msg hashes to under a domain separation
// tag: expand_message_xmd with SHA-512 to 64 bytes, reduced modulo l, as in RFC
// 9497, section 4.1.
func HashToScalar(dst, msg []byte) *Scalar {
	return new(Scalar).setHash(dst, msg)
}

// setHash sets s to the scalar that msg hashes to under dst, and returns s.
func (s *Scalar) setHash(dst, msg []byte) *Scalar {
	var uniform [64]byte
	expandMessage(uniform[:], dst, msg)
	return s.SetUniformBytes(uniform[:])
}

// expandMessage fills out, at most 255·64 bytes, by expand_message_xmd with
// SHA-512: RFC 9380, section 5.3.1. It does not allocate for messages of a few
// hundred bytes.
func expandMessage(out, dst, msg []byte) {
	if len(dst) == 0 {
		panic("group: empty domain separation tag")
	}
	if len(out) > 255*sha512.Size {
		panic("group: expand_message_xmd of more than 255 blocks")
	}
	var long [sha512.Size]byte
	if len(dst) > maxDST {
		// Section 5.3.3.
		long = sha512.Sum512(append([]byte("H2C-OVERSIZE-DST-"), dst...))
		dst = long[:]
	}

	// b₀ = H(Z_pad ‖ msg ‖ I2OSP(len, 2) ‖ 0 ‖ DST_prime)
	var stack [768]byte
	buf := append(stack[:0], zeroBlock[:]...)
	buf = append(buf, msg...)
	buf = append(buf, byte(len(out)>>8), byte(len(out)), 0)
	buf = append(buf, dst...)
	buf = append(buf, byte(len(dst)))
	b0 := sha512.Sum512(buf)

	// bᵢ = H((b₀ ⊕ bᵢ₋₁) ‖ i ‖ DST_prime), without bᵢ₋₁ for i = 1
	block := b0
	for i := 1; len(out) > 0; i++ {
		buf = append(buf[:0], block[:]...)
		buf = append(buf, byte(i))
		buf = append(buf, dst...)
		buf = append(buf, byte(len(dst)))
		b := sha512.Sum512(buf)
		out = out[copy(out, b[:]):]
		for j := range block {
			block[j] = b0[j] ^ b[j]
		}
	}
}

// zeroBlock is Z_pad, one block of zeros.
var zeroBlock [sha512.BlockSize]byte
