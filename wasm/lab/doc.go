// Command lab is package sdk/evaluate/lab for the page for researchers (web/lab): pictures, edits and schemes in WebAssembly. Built for wasip1 it is a reactor, as
// wasm/scanner is:
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w" -o lab.wasm ./wasm/lab
//
// Built natively, the same requests come on the standard input and are answered on the standard output, so that a test can compare the two.
//
// # Requests
//
// A request is a frame: the length of a JSON text in four bytes, little-endian, the text, and whatever bytes the operation takes. An answer is a frame too.
// In WebAssembly, vl_input(n) makes room for a request of n bytes and returns its address; vl_call(n) answers it; vl_result_pointer and
// vl_result_length say where the answer lies until the next call. Natively, every frame is preceded by its whole length, in four bytes.
//
// The text names the operation, "op", and its parameters; the shapes are the types in requests.go, and web/lab/types.ts has them again:
//
//	describe   what there is to choose from: operations, edits, presets
//	open       bytes: a file. Decodes and hashes it, under a key
//	pixels     bytes: a file and what the browser made of it, for formats that are not decoded here
//	close      forgets a picture
//	set        bytes: hashes of 32 bytes. What copies are compared with
//	list       bytes: a file of hashes. Reads it; bytes of the answer: hashes of 32 bytes
//	scheme     reads a scheme's text
//	examine    makes a copy of a picture and says what is found; bytes of the answer: the copy's pixels, if they are asked for
//	cost       how long the hashing for each scheme takes
//	interval   95 % intervals of rates
//	absence    bytes: a set's manifest, a proof of absence and a file. Says which parts of the set's files are needed
//	absence-finish
//	           bytes: those parts. Says what is proved
//
// An operation that fails is answered with an "error": a sentence for people. A panic inside is one too; a trap or memory that runs out cannot be answered, and the
// host must then make a new instance.
package main
