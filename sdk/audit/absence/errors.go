package absence

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
)

// ErrPresent is the prover's own result for a picture of which a probe is in the set. **It is a secret**: no proof exists, and saying so in public
// tells what is in the list.
var ErrPresent = errors.New("absence: a probe of the picture is in the set, so there is no proof; keep this answer to yourself")

// ErrKeys: the keys are not those of the set's layers.
var ErrKeys = errors.New("absence: the keys are not those of the set's layers")

// Conditions of the picture, for prover and verifier alike. Of such a picture clients look nothing up, whatever is in the set; there is nothing to prove.
var (
	// ErrPicture: the file is no picture that Veilhash reads. It wraps what package decode says.
	ErrPicture = lookup.ErrPicture

	// ErrQuality: no view of the picture has the set's quality.
	ErrQuality = lookup.ErrQuality
)

// Reasons for which a proof proves nothing.
var (
	// ErrFormat: not the form of docs/protocol.md, section 8.
	ErrFormat = errors.New("absence: this is no proof of version 0, or it was cut short or extended")

	// ErrElement: a Z is no canonical encoding of an element other than the identity.
	ErrElement = errors.New("absence: a value of the proof is no group element")

	// ErrSet: the proof is about another set, or has not one part for each of the set's layers.
	ErrSet = errors.New("absence: the proof is about another set")

	// ErrFile: the proof is about another file. Every byte counts: a copy that was saved again is another file.
	ErrFile = errors.New("absence: the proof is about another file")

	// ErrCoverage: the schemes that the proof names do not begin with the set's own, or have other tokens than the set.
	ErrCoverage = errors.New("absence: the proof does not cover the set's own scheme, or covers what has no tokens in it")

	// ErrProbes: the proof's probes are not those of the file.
	ErrProbes = errors.New("absence: the proof's probes are not those of the file; it is forged, or made by a version that decodes the file otherwise")

	// ErrProof: a value is not alpha·H(y) for one of the probes.
	ErrProof = errors.New("absence: the proof does not hold: its values do not belong to the set's key")

	// ErrMember: the values are right, and one of them is what the set holds: the probe is in the set.
	ErrMember = errors.New("absence: a probe of the file is in the set: this proves the opposite")
)

// Conditions of a check that is not finished or is fed wrongly.
var (
	// ErrRef: there is no such layer, shard or block, or its shard's digests have not come.
	ErrRef = lookup.ErrRef

	// ErrUnread: a block that is needed was not provided.
	ErrUnread = lookup.ErrUnread
)
