// Package curve implements the group of points of edwards25519,
//
//	−x² + y² = 1 + d·x²·y²   over GF(2²⁵⁵ − 19),   d = −121665/121666
//
// on the limbs of package field. It does in WebAssembly what
// filippo.io/edwards25519 does in native builds of package group, is tested
// against it, and is written for nothing but prime-order group elements above
// it: it neither encodes nor decodes points.
//
// The formulas are those for a = −1 of Hisil, Wong, Carter and Dawson,
// “Twisted Edwards Curves Revisited” (https://eprint.iacr.org/2008/522), which
// are complete: they hold for all pairs of points, equal and neutral ones too.
//
// # Map
//
//   - point.go: [Point] and its arithmetic.
//   - formulas.go: doubling and addition between coordinate systems.
//   - packed.go: tables of points, packed for constant-time selection.
//   - scalarmult.go: multiplication of any point.
//   - table.go: multiplication of a fixed point, from a [Table].
//   - vartime.go: sums of products, in variable time.
//
// # Constant time
//
// All operations are constant time in points and scalars, but those whose names
// start with VarTime. Scalars are 32 little-endian bytes and less than 2²⁵³.
package curve
