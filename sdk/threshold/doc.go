// Package threshold keeps an account's vouchers silent until it has T true
// matches, and blurs how many it has below that (promise P3).
//
// Each voucher carries, in its outer layer, a point on m secret polynomials of
// degree T−1 over GF(2^61−1); the values at zero make the key of the inner
// layers (Shamir 1979). T points of one account determine them, fewer tell
// nothing. Synthetic points, up to w a period, lie on no polynomial and look
// the same, so that counting points does not count matches.
//
// # The way through it
//
// The client keeps an [Account] and derives a [Dealer] from it for each
// period ([Account.Dealer], [Params]). [Dealer.Share] gives a picture's share,
// [Dealer.PayloadKey] what sdk/voucher derives the keys of payloads from,
// [Dealer.Synthetics] the synthetic points. [Sent] remembers what the server
// has acknowledged.
//
// The server reads shares with [ParseShare] and gives them to the account's
// [Detector], which opens at the (T+1)-th true point whatever w synthetic ones
// are among them.
//
// Neighbours: sdk/threshold/transfer carries an account to another device
// under a passphrase; sdk/threshold/calculate chooses T and states what an
// operator can infer. The guarantee, its proofs, and what is left to see are
// in docs/threshold.md, which also specifies every format and derivation.
//
// # Constant time
//
// Everything that touches an account's secret or a dealer's polynomials runs
// in time independent of them, on every platform whose 64-bit multiplication
// does, the text form of an account included. Exceptions: the rejection of one
// random word in 2^61 ([Dealer.Share]), and of about every third in the number
// of synthetic points, which tell nothing of the word that is kept. [Sent] and
// the server's side ([Detector], [ParseShare]) handle points that the server
// can read, and run in variable time.
//
// # Compatibility
//
// Formats and derivations carry the version "v0" and are pinned by
// testdata/vectors.json, which an independent implementation wrote
// (testdata/reference.py).
package threshold
