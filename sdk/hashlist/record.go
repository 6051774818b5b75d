package hashlist

import (
	"strconv"
	"time"
)

// QualityUnknown is the Quality of an entry whose list does not state it.
const QualityUnknown = -1

// Entry is one hash of a list, with what the list says about it.
type Entry struct {
	// PDQ is the hash: a PDQ, or the one that Config.Hash names, with zeros in
	// front if it is shorter.
	PDQ    PDQ
	Source string // the name of the list

	// ID is what the list calls the entry: NCMEC's member and id as "42/image1",
	// StopNCII's hash, ThreatExchange's id, a CSV's id or file name; "" in plain
	// lists.
	ID string

	Quality int // PDQ's, 0 to 100, or QualityUnknown

	// Classification is NCMEC's class (A1, A2, B1, B2), a CSV's column, or the
	// tags of ThreatExchange's descriptors, sorted and joined by commas.
	Classification string

	Updated time.Time // when the list last changed the entry; zero if not stated
	Extra   Extra
}

// Extra holds the further hashes that a CSV with a header may give for a
// picture, as goimagehash computes them: 16 (64 bits) or 64 (256 bits)
// lower-case hex digits each, without the "p:" in front; "" where absent.
// They serve a second check that is independent of PDQ.
type Extra struct {
	PHash, DHash, AHash string
}

// Op says what a record does to its list.
type Op uint8

const (
	opSkip Op = iota // counted by the Reader, never returned

	// OpAdd adds Record.Entry, or replaces the entry with the same key.
	OpAdd
	// OpRemove removes the entry with Record.Key, for Record.Reason. Of
	// Record.Entry only Source, ID and Updated are set.
	OpRemove
)

// String returns "add" or "remove".
func (o Op) String() string {
	switch o {
	case OpAdd:
		return "add"
	case OpRemove:
		return "remove"
	}
	return "op " + strconv.Itoa(int(o))
}

// Record is one change to a list, in the order of the stream.
type Record struct {
	Op    Op
	Entry Entry

	// Key identifies the record within its list for later records that replace
	// or remove it; "" in formats that have no such thing (plain, CSV).
	Key string

	Reason Reason // why an entry is removed; zero for OpAdd
}

// Reason says why a record of a list is not an entry.
type Reason uint8

// The reasons.
const (
	ReasonOtherHash    Reason = iota + 1 // no PDQ: another type of hash, or none
	ReasonVideo                          // a video, or the removal of one
	ReasonLowQuality                     // PDQ quality below Config.MinQuality
	ReasonWithdrawn                      // deleted or withdrawn by the list
	ReasonNotConfirmed                   // StopNCII: Received; ThreatExchange: nobody says malicious
	ReasonDisputed                       // ThreatExchange: somebody says not malicious
	numReasons
)

var reasonNames = [numReasons]string{
	ReasonOtherHash: "another hash type", ReasonVideo: "video", ReasonLowQuality: "low quality",
	ReasonWithdrawn: "withdrawn", ReasonNotConfirmed: "not confirmed", ReasonDisputed: "disputed",
}

// String returns the reason in words, such as "low quality".
func (r Reason) String() string {
	if r > 0 && r < numReasons {
		return reasonNames[r]
	}
	return "reason " + strconv.Itoa(int(r))
}

// MarshalText returns the words, so that counts by reason are readable as JSON.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// skip returns the record of something that is not an entry and whose absence
// needs no telling to a Collector.
func skip(why Reason) Record { return Record{Op: opSkip, Reason: why} }
