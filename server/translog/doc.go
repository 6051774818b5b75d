// Package translog keeps the public log of a lineage of sets: a C2SP tlog-tiles log as static files, whose entries are trust.Record texts. A web server
// or an object store hands the directory out as it is.
//
//   - [Create] and [Open] a log for writing; [Log.Append] adds an entry, [Tree.Refresh] collects cosignatures, [Log.Proof] makes the file beside a set
//   - [OpenTree] is Open for a log of other entries, whose [Judge] says what may follow what, such as query.Ledger
//   - [Source] is a log's files for reading, from a directory or an address
//   - [Monitor] follows a log for whoever wants to watch it, and raises an [Alarm] for what must not happen
//   - [Signer] signs checkpoints and cosignatures; package server/witness is a witness's service
//
// Trees and tiles are those of golang.org/x/mod/sumdb/tlog. What a client checks is in sdk/tlog and sdk/trust; the texts are specified in docs/protocol.md, section 11.
package translog
