// Package scalar implements the integers modulo
//
//	l = 2²⁵² + 27742317777372353535851937790883648493,
//
// the order of ristretto255, on limbs of 21 bits, for machines that multiply 64
// bits by 64 into 64. It stands in for filippo.io/edwards25519's Scalar in
// WebAssembly, which needs a 128-bit product and links half of that package, 15
// KB of a compressed browser module, into whatever uses it.
//
// All operations are constant time.
package scalar
