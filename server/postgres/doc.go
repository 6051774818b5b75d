// Package postgres keeps the server's records in a PostgreSQL database (15 or later): the backend for several machines, and for an ingest and a
// matcher that belong to different parties. Package sqlite is simpler to run and faster on one machine.
//
// # Durability
//
// What a call has returned is committed, so it is as durable as the database is set up to make it: fsync and synchronous_commit must be on,
// which is how PostgreSQL comes. Puts are committed in groups, as in package sqlite: what queues up while a commit is under way goes to the
// database in one statement. The queue is bounded in bytes; beyond it Put answers store.ErrBusy at once.
//
// Every call is one statement and so one transaction. Where the database is restarted or cannot be reached, calls fail, and succeed again
// once it is back: a caller that has not been told of success asks again, which the contract of package store makes harmless.
//
// # Several matchers
//
// Claims lock their rows and pass over those that others have locked (FOR UPDATE SKIP LOCKED): matchers share the work without waiting for one another.
// What a matcher leaves when it dies is handed out again when its lease ends.
//
// # Schema and credentials
//
// All is in the schema "veilhash", whose version is in veilhash.schema. [Migrate] applies the migrations that are missing, each in a transaction of its own;
// there is no way back. [Open] does so too where its credentials may, and otherwise refuses an older schema with ErrOutdated.
//
// Each role of the server can have credentials of its own, which can do no more than the role does: see [Grant]. Ingest's can put vouchers and read
// nothing at all, not even those that it has put.
package postgres
