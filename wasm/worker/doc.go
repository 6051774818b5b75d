// Command worker is the server as a Cloudflare Worker: ingest and set distribution answer requests, a queue and a clock drive the matcher. Records lie in D1 and R2
// (package d1), the set in R2 (package r2). examples/cloudflare has its configuration, and runs it locally.
//
// # Bindings
//
//	DB          D1: the records, with the migrations of server/internal/lite
//	RECORDS     R2: vouchers and payloads too long for D1; must not be public
//	SET         R2: the set's directory, as set build writes it
//	MATCH       Queues, producer: where ingest says that there are vouchers; may be missing
//	APPLICATIONS    secret: the text of the file of applications ('veilhash app'); without it nobody may send vouchers
//	KEYRING         secret: the text of the operator's key file; a Worker that has none does not match
//	ORIGINS         variable: origins whose pages may fetch the set, by commas
//	LEASE_SECONDS   variable: how long a claimed voucher belongs to one event; 120 if it is missing
//
// An application's limits are not kept here: each request has an instance of its own, which remembers nothing of the others. Cloudflare's rate limiting rules do it, before the Worker runs.
//
// # How it matches
//
// A message says only that there is something to do: what there is lies in D1. So a message that is lost, late or delivered twice changes nothing, and an event that
// dies leaves its vouchers leased until somebody else may have them. The clock (a cron trigger) finds what no message has told of.
package main
