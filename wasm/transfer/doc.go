// Command transfer carries an account secret to the user's next device, under a passphrase (sdk/threshold/transfer), in browsers and other WebAssembly hosts. It is a
// module of its own, which a page loads when someone asks for it: Argon2id would weigh on every scanner.
//
// Build it as wasm/scanner is built, and call it the same way; web/src/transfer.ts is the other side. An instance takes 64 MiB or more and
// holds secrets, so it is for one call, and then to be thrown away.
//
//	vh_input(n) address
//	vh_result_pointer() address
//	vh_result_length() n
//	vh_export(account, passphrase)   input: an account file, a passphrase; result: the text for the other device
//	vh_import(text, passphrase)      input: that text, the passphrase; result: an account file; must be kept secret
package main
