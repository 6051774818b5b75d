// Package d1 keeps the server's records at Cloudflare: records in a D1 database, bytes that are too long for its rows in an R2 bucket. It runs in a Worker only
// (GOOS=js), as part of wasm/worker.
//
// # What it speaks
//
// D1 is SQLite without transactions over several calls. So the SQL and the schema are package sqlite's (server/internal/lite), each call is one statement, and a Put is one
// batch, which D1 runs as a transaction. Migrations are applied by "wrangler d1 migrations apply", which remembers those that it has applied.
//
// # Large bytes
//
// Vouchers and payloads of more than [MaxInline] bytes go to the bucket before their record goes to the database, under a name that contains their digest. A
// Worker that dies in between leaves an object that nothing refers to; the next try writes the same one.
//
// # Limits
//
// What D1 refuses in production its local emulator lets pass, so this package refuses it itself: see [LimitError].
package d1
