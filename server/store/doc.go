// Package store is the contract between the server's roles and whatever keeps their records: what there is to keep, who may
// touch which part of it, and what holds when a process dies between two calls.
//
// # The records
//
//   - a [Voucher]: what an application handed in, and what became of it
//   - a [Tally]: how far the matches of one account have been counted, in one set, period and generation of its secret ([TallyKey])
//   - [Evidence]: what a match turned out to hold once its account had reached the threshold
//
// # Who sees what
//
// Each role takes the part of a [Store] that it needs, so that a role which cannot do a thing does not have the method for it:
// [Inbox] for ingest, which can put vouchers in and nothing else; [Work] for a matcher; [Records] for a console; [Retention] for deleting.
//
// # What a backend must promise
//
// Every method is atomic by itself and durable when it returns; no method needs more than one statement on rows that others may be writing
// (INSERT … ON CONFLICT, UPDATE … WHERE … RETURNING), because not every backend has transactions. Nothing spans two calls:
// a caller may die between any two of them, and two callers may interleave them in any way. What makes the whole exact in spite of that:
//
//   - A voucher is named by its id. Putting it twice is the same as once; putting other bytes under its id is refused ([ErrConflict]).
//   - A voucher has one decision, and the first one stands. Deciding again changes nothing.
//   - Matches of one tally carry the ordinals 1, 2, 3, … without a gap, given in the statement that decides. A tally is a function of
//     its matches in that order, and keeps in the same record how many it has counted: so none is counted twice or left out, whoever counts.
//   - A tally is written only over the version that was read ([ErrStale]).
//   - Evidence is a function of its match, and written once.
//   - Claims are leases: a voucher that is not finished when its lease ends is handed out again.
//
// Package storetest checks all of this and is the definition of what a backend has to do; package sqlite is one. A backend keeps to
// this package's types, which know nothing of cryptography.
package store
