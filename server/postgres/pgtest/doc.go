// Package pgtest runs PostgreSQL for tests: a server of their own in a temporary directory, on a Unix socket, with passwords, as someone who
// is not root. It needs PostgreSQL's programs (Debian's package postgresql), and finds them in VEILHASH_POSTGRES_BIN, in PATH, or where Debian puts them.
//
// Where they are missing, tests are skipped and say so; with CI=true or VEILHASH_REQUIRE_POSTGRES set, they fail.
package pgtest
