// Package group implements ristretto255 (RFC 9496), the prime-order group under
// Veilhash, with hashing into it, proofs of equal discrete logarithms and the
// oblivious function of RFC 9497 for ristretto255-SHA512.
//
// It is a low-level package: blinded sets, vouchers and proofs are made with it,
// and their packages say how. Applications rarely need it themselves.
//
// # Map
//
//   - element.go, scalar.go: [Element] and [Scalar], their arithmetic.
//   - encode.go, map.go, constants.go: encodings and the one-way map, RFC 9496,
//     section 4.3.
//   - table.go: [Table], many multiplications of one element.
//   - multiscalar.go: sums of many products, for public values.
//   - hash.go: expand_message_xmd, [HashToElement] and [HashToScalar], RFC 9380.
//   - suite.go: [Suite], the context that separates one protocol from another;
//     [VOPRF] is the RFC's own.
//   - dleq.go: [Proof], batched proofs that d[i] = k·c[i] for all i, RFC 9497,
//     section 2.2.
//   - voprf.go: [Suite.Blind], [Suite.BlindEvaluate], [Suite.Finalize], RFC 9497,
//     section 3.3.2.
//   - backend_native.go, backend_limbs25.go: the seam to the curve.
//
// # Two curves
//
// Native builds compute with filippo.io/edwards25519. In WebAssembly, which has
// no 128-bit product, its five limbs of 51 bits are the wrong ones: there the
// packages internal/curve, internal/field and internal/scalar take its place,
// with ten limbs of 25.5 bits, twice as fast. Everything in this package but the
// seam is written once over both. The build tag veilhash_limbs25 selects the
// second natively, so that all tests, fuzzing and the race detector can run on
// it; a digest of 10,000 derived cases, which both must reach, holds them
// together.
//
// # Encodings
//
// There is one encoding for each element and each scalar, 32 bytes, and nothing
// else decodes. The identity does not decode either: it has no place in the
// protocols above, and a party that sends it is cheating. Failed decoding leaves
// its receiver alone, and returns [ErrEncoding], [ErrIdentity], [ErrScalar] or
// [ErrProofEncoding].
//
// # Constant time
//
// Operations are constant time in elements and scalars, with these exceptions:
//
//   - Decoding, [Element.SetCanonicalBytes], tells by its time why it fails.
//   - Methods named VarTime, [Suite.VerifyProof] and [Suite.Finalize] up to the
//     verification: all that these see is public, or the client's own.
//   - [Suite.GenerateProof] and [Suite.BlindEvaluate] in c and d. They are
//     constant time in the key k.
//   - Everything in the length of its arguments.
//
// In WebAssembly that is how the code is written, and no more: no engine
// promises that its compiler keeps it so. Long-lived keys, whose multiplications
// an adversary could time many times over, belong on a server, in a native
// build.
//
// # Randomness
//
// Proofs and blinds take theirs from crypto/rand. [RandomElement],
// [RandomScalar] and [RandomNonZeroScalar] take a reader, which is
// crypto/rand.Reader everywhere but in tests.
package group
