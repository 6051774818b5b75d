// Package transfer carries an account secret from one device to another under
// a passphrase: [Export] writes a line of text, [Import] reads it.
//
// The passphrase goes through Argon2id (RFC 9106), with its second recommended
// parameters unless told otherwise; the result seals the account with
// ChaCha20-Poly1305 and commits to the key, so that one text cannot be made to
// open under two passphrases. The text states the parameters. Import refuses
// those outside fixed bounds before it spends anything, so a hostile text costs
// at most 128 MiB and six passes over them.
//
// It is a package of its own because Argon2 would weigh on every scanner, and
// only the page that links a second device needs it.
//
// # Text
//
// One line, without blanks, in one canonical form:
//
//	veilhash-account-export-v0:t=T,m=M,p=P:SALT:COMMITMENT:SEALED
//
// T (passes), M (KiB) and P (lanes) are decimal; the rest is lower-case
// hexadecimal: 16 random bytes of salt; the second half of the 64 bytes that
// Argon2id gives; and the account's text, sealed with the first half as key, a
// nonce of twelve zeros (the salt makes each key single-use), and everything
// before SEALED, the colon included, as associated data.
//
// # Constant time
//
// The key and the account are compared and decoded in constant time. Argon2id
// is constant-time in its first half pass and then reads memory where the
// passphrase leads it, by design (RFC 9106, section 3.4.1.3).
package transfer
