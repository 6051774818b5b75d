// Package sqlite keeps the server's records in one SQLite file, without cgo: the backend for a single machine, and the default.
//
// # Durability
//
// The file is in WAL mode with synchronous=FULL: what a call has returned is on disk. To afford that, writes are committed in groups: one goroutine
// owns the one connection that writes, takes whatever has queued up while the last commit was waiting for the disk, and answers all of
// it after the next. So the number of commits a second is the disk's, and the number of vouchers in each is the load's. The queue is bounded in bytes;
// beyond it Put answers store.ErrBusy at once. A commit that fails fails every call in it, and none of them has happened.
//
// Reads go past the queue, through connections of their own that cannot write. They see what was committed.
//
// # Files
//
// The database, the write-ahead log beside it ("-wal", "-shm") are readable by their owner only: they hold opened evidence, and the
// polynomials of open accounts. Several processes on one machine may share the file.
//
// # Schema
//
// The schema's version is in the file (PRAGMA user_version). Opening applies the migrations that are missing, each in a transaction of its
// own; there is no way back. A file of a newer version is refused with store.NewerError, a file of another program with store.ErrForeign.
//
// # Deleting
//
// What is deleted is overwritten with zeros in the file (PRAGMA secure_delete). The write-ahead log has older versions of pages until it is folded into the database, and pages may have copies of
// what was once moved; [DB.Scrub] rewrites the database and empties the log, after which no file has any of it. What the disk itself has kept of blocks that were freed, snapshots and backups are out of reach.
package sqlite
