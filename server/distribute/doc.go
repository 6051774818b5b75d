// Package distribute hands out the files of a blinded set. They are static: any file server or content network can do the same from
// the same directory, and a client trusts neither, since it verifies every block.
//
//	GET /set/manifest             the manifest; may change when a new set is published, so caches must ask again
//	GET /set/endorsements         the curators' signatures, of a set that has some; likewise
//	GET /set/<64 hex>.shard       a shard, named by its digest: immutable
//
// Answers have strong ETags and take ranges and conditions (RFC 9110). Shards are as good as random and are never compressed. Names other than these
// do not exist here, whatever lies in the directory.
package distribute
