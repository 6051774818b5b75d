// Package server puts the roles of a Veilhash server together: one http.Handler, one store, and the loop that matches.
//
//   - ingest takes vouchers in; it holds no key
//   - match opens those whose picture is in the set; it holds the blinding keys and answers no requests
//   - distribute hands out the set's files
//   - console shows what the server could find out, for the demonstration page
//
// Which of them a process has is decided by what its [Config] gives: a manifest and a store make ingest, a matcher makes match, a directory makes distribute.
// All in one process is the default; ingest at an application and match at a hotline, with a store between them, is the other.
//
// Package store is the contract of what is kept and storetest its definition; sqlite keeps it in a file. Package problem is the table of what the HTTP
// API refuses. The way of a voucher is ingest → store → match, with no way back: nothing that a client is answered depends on a match.
//
// # Addresses
//
//	POST /v0/vouchers?account=A&message=M     ingest
//	GET  /set/manifest, /set/DIGEST.shard     distribute
//	GET  /v0/console/…                        console
//	GET  /samples/…, /…                       the page
//	GET  /v0/openapi.json                     what the API is, in OpenAPI 3.1 (package openapi)
//	GET  /healthz                             200 while the process lives
//	GET  /readyz                              200 while it can do its work, 503 otherwise
package server
