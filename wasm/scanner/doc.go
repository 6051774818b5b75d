// Command scanner is the SDK's Scanner for browsers and other WebAssembly hosts: a thin boundary, and nothing that the SDK does not do.
//
// Build it as a reactor, a module whose exports are called one by one:
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w" -o scanner.wasm ./wasm/scanner
//
// With -tags classic it knows the hashes of goimagehash beside PDQ. That is another file, scanner-classic.wasm, which a page loads only under a set that names one of them.
//
// Call _initialize once, then the exports below. web/src/instance.ts is the other side and the only caller that this project has.
//
// # Bytes
//
// Bytes go in through one buffer: vh_input(n) makes room for n bytes and returns its address, which holds until the next vh_input. The
// caller writes, then calls an export that says how many bytes it takes, several byte strings one behind the other. Bytes come
// out through one result: vh_result_pointer and vh_result_length, until the next call. Integers in results are 32 bits,
// little-endian.
//
// # Status
//
// Exports return a status. Zero or more is success; below zero is an error, and the result holds its code, a zero byte, and a sentence in UTF-8.
// A panic inside is recovered and has the code "internal". A trap, an exit, or memory that runs out cannot be recovered: the
// host must then throw the instance away, because its exports go on answering.
//
//	vh_input(n) address              room for n bytes
//	vh_result_pointer() address
//	vh_result_length() n
//	vh_account_new(previous)         result: a new account's file; input: the one whose successor it is, or nothing; must be kept secret
//	vh_trust(manifest, policy, endorsement, proof, seen, consistency)  input: six byte strings; result: what was found out about a set
//	                                 that the policy allows, as lines, then an empty line and what to remember as seen. Needs no open set
//	vh_open(manifest, account)       input: both; result: the set's identity, 32 bytes. Once an instance
//	vh_leaves(layer, shard, n)       input: a shard's block digests
//	vh_check_block(layer, shard, block, n)   input: the block
//	vh_begin(width, height) scan     a handle above zero
//	vh_write_rows(scan, n)           input: whole rows, RGBA
//	vh_end_pass(scan)                1 if all rows are wanted once more, else 0
//	vh_fail(scan)                    the picture cannot be read: its voucher will be one of dummies
//	vh_features(scan)                result: PDQ of the picture as it is, 32 bytes, or nothing
//	vh_lookups(scan)                 result: for each block that is wanted: layer, shard, block
//	vh_provide(scan, layer, shard, block, n)  input: a block; status 1 if it is damaged. One that is not provided is as a damaged one
//	vh_seal(scan, account, message, kind, payload)  input: three byte strings; result: how many vouchers, the length of each, that of the
//	                                 receipt; then the vouchers, the receipt, a report
//	vh_acknowledge(n), vh_abandon(n), vh_resume(n)  input: a receipt; what became of its upload (sdk.Scanner)
//	vh_sent()                        result: the memory of what was sent; must be kept secret
//	vh_release(scan)                 forgets the scan
//
// The report is JSON; its shape is type ScanReport in web/src/instance.ts, and report.go writes it.
package main
