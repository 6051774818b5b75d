// Package blindset is the blinded hash set: a hash list turned into a table of group elements that
// anyone may hold and no one but the holder of the key can read.
//
// A set is a [Manifest] and, for each of its layers, a handful of shard files. Each layer is a 3-wise
// binary fuse table whose cells are elements of ristretto255: the three cells of a token that was
// put in sum to alpha·H(salt, token), those of any other token to an element that looks random. The cells take
// about 37.5 bytes an entry; one element, 32 bytes, is the limit.
//
// # Which part to use
//
//   - A client has a [Manifest] from [ParseManifest], asks [Layer.Locate] where a token's cells lie, reads their
//     blocks from wherever it keeps them, checks each with [Leaves.CheckBlock], and adds
//     the cells up with [Lookup]. Package sdk's Scanner does all of that.
//   - An operator builds a set with package blindset/builder and keeps its keys in a [Keyring].
//   - A program that has a set's files on disk opens them with package blindset/setdir.
//
// The formats are specified in docs/protocol.md, sections 3 to 5 and 7.
//
// # Secrets
//
// A [LayerKey] is the operator's secret for one table: with it, guesses can be tested against the set. It
// redacts itself when printed. All other values of this package are public. Reading is not constant
// time: which cells a client reads is hidden by reading them from its own copy of the set, not by timing.
package blindset
