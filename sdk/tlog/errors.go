package tlog

import "errors"

// The conditions that a caller may want to tell apart.
var (
	// ErrKey: a text is no verifier key (signed-note), or one of an algorithm that is not used here.
	ErrKey = errors.New("tlog: not a verifier key of the form name+hash+base64")

	// ErrNote: bytes are no signed note.
	ErrNote = errors.New("tlog: not a signed note")

	// ErrUnsigned: a note has no signature by the key.
	ErrUnsigned = errors.New("tlog: no signature by this key")

	// ErrSignature: a signature under the key's name and identifier does not verify. The note is not to be trusted at all.
	ErrSignature = errors.New("tlog: a signature does not verify")

	// ErrCheckpoint: a note's text is no checkpoint.
	ErrCheckpoint = errors.New("tlog: not a checkpoint")

	// ErrProof: a text is no tlog-proof.
	ErrProof = errors.New("tlog: not a tlog-proof")

	// ErrInclusion: a path does not lead from the entry to the root.
	ErrInclusion = errors.New("tlog: the entry is not in the tree at this index")

	// ErrConsistency: a tree is not the beginning of the other: the log was rewritten, or the proof is wrong.
	ErrConsistency = errors.New("tlog: the tree does not continue the earlier one")

	// ErrPolicy: a line of a policy is refused.
	ErrPolicy = errors.New("tlog: not a policy")

	// ErrLog: a checkpoint is not signed by a log of the policy.
	ErrLog = errors.New("tlog: the checkpoint is not by a log of the policy")
)
