// Package hashlist reads the lists of PDQ hashes that curators hand out, and
// says which of their entries enough lists recognise.
//
// A newcomer needs three calls:
//
//   - [ReadFiles] reads the files of one list (the pages of one download, in
//     their order) and returns a resolved [List] and a [Summary] of what was
//     skipped, what was broken, and why;
//   - [Merge] puts several lists together into a [Set], one hash once;
//   - [Set.Recognise] applies the recognition rule: how many hashes do at least
//     K lists hold, be it the same hash, the same token, or a hash within a
//     distance.
//
// Whoever must not hold a list in memory uses [Open] or [NewReader] and takes
// one [Record] after another: a [Reader] needs memory for one record and a
// buffer, whatever the length of the list.
//
// # Formats
//
// The format is told from the first bytes, or named in [Config.Format]:
//
//   - [FormatPlain]: one hash a line as 64 hex digits, or "pdq <hex>"; "#" starts
//     a comment;
//   - [FormatCSV]: hex,quality,filename, as Meta's photo hasher prints it. With a
//     header line columns may come in any order, and pHash, dHash and aHash
//     columns are read as well;
//   - [FormatNCMEC]: query results of NCMEC's Hash Sharing API, version 2 (XML);
//   - [FormatStopNCII]: pages of StopNCII.org's FetchHashes (JSON);
//   - [FormatThreatExchange]: pages of Meta's /threat_updates (JSON).
//
// Plain lists and CSV may hold hashes of goimagehash instead of PDQ:
// [Config.Hash] says which of them is read.
//
// Text is UTF-8, with or without a byte order mark, or UTF-16 with one.
// Compressed files, other encodings, and XML with a document type declaration
// are refused by name.
//
// # Nothing is dropped silently
//
// Every record of a file is an entry, or is counted under the [Reason] for which
// it was skipped, or is broken. A broken record is a [*SyntaxError] that names
// file, line or element, and the [Fault]. In [Strict] mode the first one ends
// the import; in [Lenient] mode it is counted and handed to [Config.OnBroken],
// and the rest goes on. What leaves no way to tell where the next record starts
// (markup that is not well-formed, text that is not in its encoding) ends the
// file in both modes; [SyntaxError.Separable] tells the two apart. Errors never
// quote a hash: lists are confidential, and errors travel into logs.
//
// # Withdrawn records
//
// Three of the formats are streams of changes: a record may replace or remove
// one that came earlier, perhaps in another file. A Reader cannot resolve that
// in bounded memory, so it yields additions and removals as they come, and a
// [Collector] (which ReadFiles uses) settles them. Its rules and its cost per
// entry are in its documentation.
//
// # Place
//
// The package stands on the ground floor: it imports no other package of the
// SDK. [PDQ] converts to any other [32]byte type. It runs where sets are built,
// so it may use fmt and encoding/json; the browser's scanner does not link it.
// It reads no network and logs nothing.
//
// The shapes of the three feeds follow NCMEC's Hash Sharing API documentation
// and the clients in Meta's python-threatexchange, which are the public account
// of what these services send.
package hashlist
