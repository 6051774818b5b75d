// Package entries is an operator's record of what is in a set: the tokens of each layer, and which of them have been withdrawn from the lists since.
//
// A blinded table cannot be listed, not even by who holds its key. So an operator who adds deltas to a set keeps the tokens of its layers beside the key file: what is
// new on the lists is what is on none of these, and what has gone from the lists is *withdrawn*. A withdrawn entry stays in its layer until that is
// merged or a new base is built; vouchers still match it. Whoever opens a match asks [List.ContainsAny] before a person sees the case: where all that the
// evidence matches has been withdrawn, there is no case.
//
// A [List] is sorted tokens of one size; its file's form is specified in docs/protocol.md, section 7.1. It is as confidential as the hash lists: whoever has it knows what the set finds. Nothing
// here is constant time.
package entries
