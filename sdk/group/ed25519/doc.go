// Package ed25519 verifies Ed25519 signatures (RFC 8032): those on checkpoints, cosignatures and endorsements. It does not sign; crypto/ed25519 does.
//
// It exists for one reason: in the scanner that browsers load, crypto/ed25519 costs 26 KB of brotli for a second copy of the curve, and
// the arithmetic of package group is there anyway and three times as fast (docs/performance.md). Natively the standard library verifies.
//
// What is accepted is exactly what the standard library accepts: the equation without the cofactor, the encoding of R compared byte
// for byte, S below the group's order. Everything here is public, and nothing is constant time.
package ed25519
