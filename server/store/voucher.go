package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// An ID names a voucher's record: see RecordID.
type ID [16]byte

// String is the name in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// RecordID is the identifier under which a voucher of an application is kept (docs/protocol.md, section 12.3): another application that knows or guesses a
// voucher's own identifier can neither find it nor take its place. Without an application it is the voucher's own.
func RecordID(app string, id [16]byte) ID {
	if app == "" {
		return id
	}
	var b []byte
	for _, part := range []string{"veilhash/v0/record", app} {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(part))), part...)
	}
	sum := sha256.Sum256(append(b, id[:]...))
	return ID(sum[:16])
}

// A SetID names a set: the digest of its manifest.
type SetID [32]byte

// String is the identity in hexadecimal.
func (id SetID) String() string { return hex.EncodeToString(id[:]) }

// An Account is an account of an application. Two applications may use one name for different accounts.
type Account struct {
	App  string // the application, as ingest authenticated it; empty where there is only one and it needs no credentials
	Name string // the application's name for the account
}

// A State is what has been decided about a voucher.
type State int

// The decisions. Their numbers are stored.
const (
	Pending State = 0 // none yet
	Closed  State = 1 // no probe is in the set: the voucher stays closed
	Match   State = 2 // the outer layer opened; what it carries counts towards the threshold
	Invalid State = 3 // refused for good, for the voucher's Reason
)

// String is the state in a word.
func (s State) String() string {
	names := [...]string{"pending", "closed", "match", "invalid"}
	if s < 0 || int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// A Voucher is a voucher as it was handed in, and what became of it.
type Voucher struct {
	ID       ID
	Account  Account
	Message  string // the application's name for the message that the voucher is bound to
	Set      SetID  // the origin of its set: vouchers under a base and under what adds to it are counted together (docs/protocol.md, section 5.1)
	Raw      []byte // the voucher itself, which names its own set
	Received time.Time

	State  State
	Reason string // of Invalid: a short code

	// Of a Match: where it is counted, and as which. Ordinals begin at 1.
	Generation uint32
	Period     uint32
	Ordinal    uint64

	// Waiting: work is left on it. A decision stands when it is made, but what follows from it may not have been done.
	Waiting bool

	// Attempt counts the claims so far, and so tells a claim from later ones.
	Attempt int
}

// Tally is the key of the tally that a match is counted in.
func (v *Voucher) Tally() TallyKey {
	return TallyKey{Account: v.Account, Set: v.Set, Generation: v.Generation, Period: v.Period}
}

// A Receipt says what putting a voucher did.
type Receipt int

const (
	// Stored: the voucher is new.
	Stored Receipt = iota + 1
	// Repeated: the very same voucher was there already, under the same binding; nothing has changed.
	Repeated
)

// A Claim says which vouchers a matcher asks for.
type Claim struct {
	Set   SetID
	Limit int           // at most MaxBatch
	Now   time.Time     // leases that end up to now have ended
	Lease time.Duration // how long the vouchers are the claimer's
}

// MaxBatch is the most vouchers that one call takes or returns. Some databases bind no more than 100 parameters.
const MaxBatch = 64
