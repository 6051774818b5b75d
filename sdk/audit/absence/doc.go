// Package absence proves, to anyone, that no probe of a file is in a blinded set: promise P6.
//
// The holder of a set's keys calls [Prove] and hands the proof out with the file. Whoever has both, and the set, calls [Verify],
// or [NewCheck] where the set's blocks come from elsewhere, as in a browser. No key is needed for that. The [Statement] that
// comes out says what was proved: **this file, under this set, with these schemes**. It says nothing of another file that shows the
// same picture, of edits beyond the probes it names, of another set, nor of a picture decoded by another program.
//
// The proof is, for every probe y of the file and every layer k, the element Z = alpha_k·H(salt, y), with a batched proof of equal
// discrete logarithms against the layer's published key L_k. The verifier derives the probes from the file itself and compares each Z with the
// table's lookup: they differ, or else the probe is in the set. The format is specified in docs/protocol.md, section 8, and why a false proof
// cannot be made is in docs/proofs.md, section 5.
//
// # Who may be answered
//
// **Every answer is a membership oracle, a refusal included.** Whoever may ask for proofs of pictures of their choice can find out what
// is in the list, and each proof gives its readers alpha_k·H(y) for its probes. Only curators, or the operator, choose what is proved in public. That [Prove] refuses
// ([ErrPresent]) is for the operator's eyes: publishing "no proof can be given" publishes membership. No part of Veilhash answers such
// requests over a network, and none should.
//
// # Constant time
//
// Prove is constant time in the keys. All else depends on what it is given: the picture, which the prover knows, and the set, which is public.
package absence
