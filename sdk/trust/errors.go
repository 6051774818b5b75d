package trust

import "errors"

// Why a set was refused. Check wraps none of these: they can be compared, and each has its code in package sdk.
var (
	// ErrPolicy: the text is no policy in its canonical form.
	ErrPolicy = errors.New("trust: the policy is not in its canonical form")

	// ErrThreshold: the manifest's threshold is below the policy's.
	ErrThreshold = errors.New("trust: the set's threshold is below the policy's")

	// ErrSynthetics: the manifest has fewer synthetic vouchers than the policy asks for.
	ErrSynthetics = errors.New("trust: the set has fewer synthetic vouchers than the policy asks for")

	// ErrBits: the manifest's tokens are shorter than the policy allows.
	ErrBits = errors.New("trust: the set's tokens are shorter than the policy allows")

	// ErrMargin: entries times probes come too near to the number of tokens.
	ErrMargin = errors.New("trust: the set finds more by chance than the policy allows")

	// ErrKinds: the manifest allows a payload kind that the policy does not.
	ErrKinds = errors.New("trust: the set asks for a kind of payload that the policy does not allow")

	// ErrRequire: fewer curators had to recognise an entry than the policy asks for.
	ErrRequire = errors.New("trust: the set asks fewer curators to recognise an entry than the policy does")

	// ErrCurators: the manifest names a curator that the policy does not pin, or too few of those that it pins endorsed the set.
	ErrCurators = errors.New("trust: not endorsed by enough of the curators that the policy names")

	// ErrProof: the proof that the set is in the log is missing or malformed.
	ErrProof = errors.New("trust: no proof that the set is in the log")

	// ErrLog: the log's latest entry is not this set, or the checkpoint is not by the log that the policy names.
	ErrLog = errors.New("trust: the log's latest entry is not this set")

	// ErrWitnesses: too few of the policy's witnesses cosigned the checkpoint.
	ErrWitnesses = errors.New("trust: not cosigned by enough of the witnesses that the policy names")

	// ErrStale: enough witnesses cosigned, but too long ago for the policy.
	ErrStale = errors.New("trust: the newest cosignatures are older than the policy allows")

	// ErrRollback: the client has seen a later epoch or a longer log.
	ErrRollback = errors.New("trust: an older set than the one seen before")

	// ErrFork: the log does not continue what the client has seen of it, or names two sets for one epoch.
	ErrFork = errors.New("trust: the log does not continue what was seen of it before")

	// ErrSeen: what the client remembers is damaged.
	ErrSeen = errors.New("trust: the memory of what was seen is damaged")

	// ErrRecord: an entry of the log is not in its canonical form.
	ErrRecord = errors.New("trust: not an entry of a log of sets")
)
