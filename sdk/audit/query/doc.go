// Package query lets an accredited auditor ask an operator, blindly, whether pictures are in a set, under a quota that is kept and tallied in public.
//
// The auditor derives a picture's probes as clients do, blinds each (RFC 9497, section 3.3.2) and signs them: [Question]. The operator checks the signature and the
// quota, **first** has the request's entry in a public ledger, which witnesses cosign, and then multiplies each element by each layer's key, with a proof:
// [Evaluate]. The auditor checks ledger and proof, takes the blinds off and compares with the set: [Session.Read]. The operator learns how many probes were
// asked about and nothing else of them; the auditor learns of each picture whether it is in this set.
//
// # Why there are quotas
//
// Whoever may have elements multiplied by a set's key can match: a voucher's elements are as good as any other, and nothing in a blinded element shows what it is. So an
// auditor with n elements to ask about can open the outer layer of n vouchers, if it has them, or test n guesses. The [Ledger] is where everyone can see how much each auditor
// may ask, and has asked: its entries are [Grant] and [Query], in a tlog-tiles log of its own. A ledger that breaks its own rules, a tally over its quota among
// them, is refused by all who read it. What it cannot show is what an operator multiplies in secret, which it could always do by itself: it has the key.
//
// The texts are specified in docs/protocol.md, section 13, and argued for in docs/proofs.md, section 8.
//
// # Constant time
//
// Evaluate is constant time in the keys. A Session is an auditor's secret until the answer is read: with its blinds, the request shows what was asked about.
package query
