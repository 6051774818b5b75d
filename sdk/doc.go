// Package sdk is Veilhash's front door: a [Scanner] makes vouchers of pictures on the device that has them, and a
// [Matcher] opens, on the server, those whose picture is in the set. Most programs need no other call.
//
//	client                                        server
//	scanner, err := sdk.NewScanner(config)        matcher, err := sdk.NewMatcher(manifest, keys)
//	scan, err := scanner.Begin(width, height)     v, err := voucher.Parse(bytes)
//	… scan.WriteRows, scan.EndPass …              opened, err := matcher.Match(v, binding)
//	… scan.Lookups, scan.Provide …                tally, err := matcher.NewTally(…)
//	upload, err := scan.SealUpload(…)             result, err := tally.Add(opened)
//	… send, wait for the answer …                 payload, err := tally.Payload(opened)
//	err = scanner.Acknowledge(upload.Receipt)
//
// Under a set with synthetic vouchers an upload is two vouchers, and both are sent (docs/threshold.md, section 5); under one without, [Scan.Seal] will do.
//
// # The house
//
// Every import runs down, and a test holds it so. On the ground, knowing nothing of each other:
//
//   - imagehash: PDQ from pixels; imagehash/decode: pixels from files
//   - group: ristretto255, hashing to it, proofs of equal logarithms
//   - threshold: account secret, shares, detection
//   - hashlist: lists of hashes in the formats in which they arrive
//
// On these:
//
//   - token: hashes to tokens, pictures to probes
//   - blindset: the blinded set; blindset/builder makes one, blindset/setdir keeps one on disk
//   - voucher: sealing and opening
//
// This package puts them together; trust decides whether a client may use a set, and audit/endorse and audit/absence prove things about sets to those without the key. The protocol is specified in docs/protocol.md, and which line belongs where in docs/architecture.md.
//
// # Errors
//
// [Code] gives every error of the SDK a short, stable code, the same that the JavaScript package and the server's answers use.
package sdk
