// Package field implements the prime field GF(2²⁵⁵ − 19) on ten limbs of 26
// and 25 bits alternately, for machines that multiply 64 bits by 64 into 64.
//
// WebAssembly is such a machine: it has no 64×64→128-bit multiplication and no
// carry flag, so the five 51-bit limbs that are right for amd64 and arm64
// (filippo.io/edwards25519/field) cost two to three times as much. The package
// is compiled everywhere, so that native tests, fuzzing and the race detector
// reach it, and is chosen for WebAssembly alone by package group.
//
// # Representation
//
// An [Element] is the integer
//
//	x[0] + x[1]·2²⁶ + x[2]·2⁵¹ + x[3]·2⁷⁷ + x[4]·2¹⁰² + … + x[9]·2²³⁰
//
// with signed limbs. A carried Element, as most operations leave it, has its
// even limbs in [0, 2²⁶) and its odd ones in [0, 2²⁵), but for x[1], which may
// lie outside by 2¹⁷. Limbs may grow beyond that between multiplications: an
// Element is called k-bounded if every even limb is at most k·2²⁶ in magnitude
// and every odd one at most k·(2²⁵ + 2²⁰). What each operation takes and gives:
//
//	Multiply, Square          k·m ≤ 16     →  carried
//	Add, Subtract, Negate     any k < 2³⁰ →  carried
//	LazyAdd, LazySubtract     k, m        →  (k+m)-bounded
//	everything else           k ≤ 4       →  carried
//
// A carried Element is 1-bounded, and so is the lazy difference of two. Only
// the Lazy operations, which package curve uses between multiplications, ask
// their caller to keep count.
//
// # Constant time
//
// No operation branches on, or indexes memory by, the value of an Element.
// WebAssembly engines give no formal guarantee that their compiled code keeps
// that property.
package field
