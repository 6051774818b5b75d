package endorse

import "errors"

// The conditions under which a party refuses to go on. Each is wrapped in a Refusal that says where.
var (
	// ErrFormat: a file of the exchange is not in its canonical form (docs/protocol.md, section 9).
	ErrFormat = errors.New("not in canonical form")

	// ErrCurators: the set does not name this curator, or names one that this curator was not told to trust.
	ErrCurators = errors.New("the set's curators are not those that were pinned")

	// ErrReused: the layer's key L was seen before, with another offer. Two tables under one key tell anyone what they have in common.
	ErrReused = errors.New("the layer's key was used before")

	// ErrRestarts: the operator began too often for one epoch without an end. Each beginning draws the seeds anew.
	ErrRestarts = errors.New("too many exchanges were begun for this epoch and not ended")

	// ErrStage: a file came that this party was not waiting for: an earlier step is missing.
	ErrStage = errors.New("an earlier step of the exchange is missing")

	// ErrSignature: a signature does not verify, or is not by the one who should have signed.
	ErrSignature = errors.New("a signature does not verify")

	// ErrSeed: the seeds do not follow from what everyone committed to.
	ErrSeed = errors.New("the seeds are not those that were committed to")

	// ErrDraft: this is another draft, roll or set than the one that was signed, or that others signed.
	ErrDraft = errors.New("not the draft that was signed")

	// ErrCount: the number of entries, or the capacity that follows from it, is not what was offered.
	ErrCount = errors.New("the number of entries is not what was offered")

	// ErrValues: the entries are out of order, there twice, no group elements, or not those that were offered.
	ErrValues = errors.New("the entries are not those that were offered")

	// ErrClaim: the operator says that a curator recognises an entry, and it does not.
	ErrClaim = errors.New("the curator does not recognise the entry")

	// ErrProof: an entry's value is not alpha·H(token), for the layer's alpha and the token that it is said to have.
	ErrProof = errors.New("an entry's value is not its token's")

	// ErrCanary: the canary's entry is missing, or is not that of the public test card.
	ErrCanary = errors.New("the canary is not the public test card's")

	// ErrCoverage: too few curators recognise an entry.
	ErrCoverage = errors.New("too few curators recognise an entry")

	// ErrTable: a shard is not what the draft's entries and seeds make: a dummy, a free cell or an entry was chosen, or shards were swapped.
	ErrTable = errors.New("a shard is not what the draft makes")

	// ErrEpoch: the curator has endorsed another set for this epoch or a later one.
	ErrEpoch = errors.New("another set was endorsed for this epoch or a later one")

	// ErrBase: the set that is named to take layers from is not the one that the set on offer adds to.
	ErrBase = errors.New("not the set that the one on offer adds to")

	// ErrOperator: the operator's directory holds no exchange, or not at this stage.
	ErrOperator = errors.New("no exchange at this stage")
)

// A Refusal is what a party answers instead of the next file. It holds no secret and no hash.
type Refusal struct {
	Err    error  // one of the conditions above
	Detail string // what and where; may be empty
}

// Error is a sentence.
func (r *Refusal) Error() string {
	s := "endorse: " + r.Err.Error()
	if r.Detail != "" {
		s += ": " + r.Detail
	}
	return s
}

// Unwrap is the condition.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(err error, detail string) error { return &Refusal{err, detail} }
