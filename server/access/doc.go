// Package access says which application sends a request, and what it may do: bearer keys, a text file of applications, and the check of a request against it.
// The formats are those of docs/protocol.md, section 12.
//
//   - [NewKey] draws a key; its [Key.Secret] goes to the application, once, and [Key] without it into the file
//   - [ParseTable] reads the file, [Table.AppendText] writes it
//   - [Gate] holds the table that is in force and is an [Authority]: what ingest, console, distribution and metrics ask
//   - [File] keeps a gate at what a file says
//
// A program with an authentication of its own implements Authority instead, by [Func].
//
// # Why not a slow hash
//
// The file holds SHA-256 digests of keys. Slow hashes protect what people choose and others can guess; a key has 256 random bits, which no speed of guessing finds.
// And a hash that is slow for the attacker who has stolen the file is slow for the server too, at each request of whoever sends it nonsense.
//
// # What an outsider can find out
//
// The secret's digest is computed and compared in constant time, against a digest of nothing where there is no such key, and before anything else about the key is looked at: whether
// a key exists, has expired or lacks a scope shows only to who has its secret. The answer is the same for all of them, 401; who has the secret of a key in force is told
// 403 where it lacks the scope. Which of its identifiers exist may show in the time that a map takes; they are no secret and give nothing away.
package access
