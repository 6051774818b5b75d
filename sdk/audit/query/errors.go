package query

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
)

// Reasons to refuse a text.
var (
	// ErrRequest: not a request, not of this version, or not written as it would be.
	ErrRequest = errors.New("query: not a request for blind evaluation of version 0")

	// ErrAnswer: not an answer, likewise.
	ErrAnswer = errors.New("query: not an answer to a request of version 0")

	// ErrSession: not a session's text, likewise.
	ErrSession = errors.New("query: not an auditor's session of version 0")

	// ErrEntry: not an entry of a ledger, likewise.
	ErrEntry = errors.New("query: not an entry of an audit ledger of version 0")
)

// Reasons for which a ledger does not take an entry. A log that has one is not a ledger that kept its rules.
var (
	// ErrAuditor: nobody of this name has a quota, or the request is not signed with the key that the quota was granted to.
	ErrAuditor = errors.New("query: no auditor of this name and key has a quota in the ledger")

	// ErrQuota: the auditor would have asked about more elements than were granted.
	ErrQuota = errors.New("query: the auditor's quota does not have so many elements left")

	// ErrTally: an entry's total is not that of the entries before it.
	ErrTally = errors.New("query: the tally is not the sum of what was asked")

	// ErrRepeated: the request is in the ledger. Answering it again tells nothing new and needs no entry.
	ErrRepeated = errors.New("query: the request is in the ledger already")

	// ErrTime: an entry is older than the one before it.
	ErrTime = errors.New("query: the entry is older than the one before it")
)

// Reasons for which an answer, or a request, is not for this set, ledger or session.
var (
	// ErrSet: it is about another set.
	ErrSet = errors.New("query: it is about another set")

	// ErrLedger: it names another ledger.
	ErrLedger = errors.New("query: it names another ledger")

	// ErrOther: the answer is to another request.
	ErrOther = errors.New("query: the answer is to another request")

	// ErrUnlogged: the answer's proof does not show that the request is in the ledger.
	ErrUnlogged = errors.New("query: the request is not shown to be in the ledger")

	// ErrQuorum: too few of the policy's witnesses have cosigned the ledger.
	ErrQuorum = errors.New("query: too few witnesses have cosigned the ledger")

	// ErrProof: the values were not made with the set's keys.
	ErrProof = errors.New("query: the answer's values do not belong to the set's keys")

	// ErrKeys: the keys are not those of the set's layers.
	ErrKeys = errors.New("query: the keys are not those of the set's layers")
)

// Conditions of what is asked about.
var (
	// ErrMany: more probes than one request takes, MaxElements.
	ErrMany = lookup.ErrMany

	// ErrNothing: no picture has a probe.
	ErrNothing = errors.New("query: there is nothing to ask: none of the pictures has a probe")
)
