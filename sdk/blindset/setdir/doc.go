// Package setdir keeps a blinded set as files in a directory: the manifest under the name "manifest" and each shard under its
// digest, as any static file server can hand them out (docs/protocol.md, sections 4 and 5).
//
// [Create] writes a new set, which appears at once and complete or not at all. [Open] reads one; every block that it hands out has been checked
// against the manifest. [Verify] checks all of it.
package setdir
