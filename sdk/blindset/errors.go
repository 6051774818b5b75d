package blindset

import "errors"

// The conditions that a caller may want to tell apart. Each is wrapped with what was wrong.
var (
	// ErrManifest marks a manifest that is not in the canonical form of docs/protocol.md, section 5.
	ErrManifest = errors.New("manifest refused")

	// ErrLeaves marks a list of block digests that does not agree with its shard's digest.
	ErrLeaves = errors.New("blindset: block digests do not agree with the shard's digest")

	// ErrBlock marks a block whose content does not agree with its digest.
	ErrBlock = errors.New("blindset: block does not agree with its digest")

	// ErrLength marks a shard, a list of leaves or a block that is too short or too long.
	ErrLength = errors.New("blindset: wrong length")

	// ErrLookup marks a lookup that cannot be used: a cell is no canonical encoding, or the sum is the identity.
	ErrLookup = errors.New("blindset: unusable cells")

	// ErrKeyring marks a key file that is not in the form of docs/protocol.md, section 7.
	ErrKeyring = errors.New("key file refused")

	// ErrNoKey marks a layer whose blinding key is not in the key file.
	ErrNoKey = errors.New("blindset: the key file has no key for this set")

	// ErrKeyReused marks a manifest that has a key which was seen with another table. Whoever holds both tables could test what is in them.
	ErrKeyReused = errors.New("blindset: a key of this set was used for another table before: refuse the set and tell its monitors")

	// ErrKeysSeen marks a memory of keys that is not in the form of docs/protocol.md, section 5.2.
	ErrKeysSeen = errors.New("memory of keys refused")

	// ErrKeysFull marks a memory of keys that can take no more.
	ErrKeysFull = errors.New("blindset: the memory of keys is full")
)
