// Package token turns similarity into equality, which is all that the protocol can test: a perceptual hash becomes exact
// tokens, and a picture becomes probes, the tokens that an edited copy of it may well have.
//
// A [Scheme] does both, and a manifest names it in one line of text; [Parse] reads that line. A list's owner calls
// [Scheme.Token], a client [Scheme.Probes]. What the schemes are is specified in docs/protocol.md, section 2; what they find and what they
// cost is measured in docs/research.md.
//
// Nothing here is secret or constant time: it runs on the device that has the picture.
package token
