// Package tlog reads what a transparency log publishes: signed notes, checkpoints, cosignatures, proofs and the policy that says whose
// signatures count. It is the client's side: it verifies and never signs, imports nothing heavy and is linked into the scanner that browsers load.
// Whoever writes a log uses package server/translog.
//
// The formats are those of c2sp.org, so that other tools read them too:
//
//	Key, Note          signed-note        text and Ed25519 signatures under named keys
//	Checkpoint         tlog-checkpoint    origin, size and root of a log's tree, as a note
//	Note.Cosigned      tlog-cosignature   a witness's timestamped signature of a checkpoint, cosignature/v1
//	Proof              tlog-proof         an entry's index and path in a checkpointed tree
//	Policy             tlog-policy        logs, witnesses and the quorum
//	VerifyInclusion, VerifyConsistency    RFC 9162, section 2.1
//
// A typical client parses a Policy that it was shipped with and a Proof that it was sent, and calls [Policy.Verify] and [VerifyInclusion]; package
// sdk/trust does so for blinded sets. Everything here is public, and nothing is constant time.
package tlog
