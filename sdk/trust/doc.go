// Package trust decides whether a client may use a blinded set. The operator writes the set's manifest, so the operator cannot be the one who says
// what is good enough: the application that embeds the scanner ships a [Policy], and [Policy.Check] refuses a set that
//
//   - is below one of the policy's floors: threshold, synthetic vouchers, bits of a token, margin to chance, payload kinds, curators;
//   - was not endorsed by enough of the curators that the policy pins;
//   - is not the latest entry of the public log, under fresh cosignatures of enough of the witnesses that the policy pins;
//   - is older than what the client has seen before, or comes from a log that was rewritten since.
//
// What the client has to remember for the last of these is in [Verdict.Seen]. Each refusal has an error of its own, so that a page can say what is wrong.
//
// The entries of the log are [Record] texts. A client computes from the manifest what the log must hold; [ParseRecord] is for monitors.
// The texts are specified in docs/protocol.md, section 11; why a set that passes is everybody's is argued in docs/proofs.md, section 7.
// Nothing here is secret or constant time.
package trust
