// Package match is the role that holds the blinding keys: it takes vouchers out of the store, finds out which of them open, and counts these
// until an account reaches the threshold.
//
// A [Worker] claims vouchers in batches, under a lease. Of each it computes every probe, in constant time ([sdk.Matcher]). Nearly all stay closed. One that opens
// is a match: it gets the next ordinal of its tally, is counted by the threshold detector, and once the tally is open, it and all before it are opened
// and kept as evidence.
//
// # Exactly once in effect
//
// A worker may die between any two calls to the store, come back, or meet another that works on the same account. Why nothing is lost, and nothing
// counted twice, all the same:
//
//  1. A voucher's decision and its ordinal are given in one statement, and the first one stands.
//  2. A tally's state is a function of its matches in the order of their ordinals, and says in the same record how many it contains. Who counts
//     reads the state, goes on from there, and saves over the version that was read, or starts again.
//  3. Evidence is a function of tally and match, and written once. The tally says up to which ordinal it is complete.
//  4. A match is finished only when its tally has counted it and, if open, has evidence for it and all before it. Until then it is handed out
//     again when its lease ends, and whoever gets it does what is left.
//
// A tally costs a bounded amount of work a match and a bounded state, whatever its client sends, and an account has at most [sdk.MaxGenerations] tallies a period (one
// more for each worker that begins one at the same moment). Matches of further generations are recorded, and finished without being counted.
//
// # What may go wrong with a voucher
//
// A voucher that cannot be what a client seals is rejected, with the SDK's code as the reason; it is not tried again. A failure of the worker or
// the store decides nothing: the voucher is postponed, longer each time, and never given up.
package match
