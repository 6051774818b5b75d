// Package voucher seals and opens vouchers, the one message that a client sends with every picture (docs/protocol.md, section 6).
//
// A voucher has two layers. The outer opens to the holder of a set's blinding keys if, and only if, one of the picture's
// probes is in the set; the inner opens to whoever has the account's payload key, which only a threshold of matches gives.
//
//   - [Params.Seal] is the client's side. Its probes come from packages token and blindset; package sdk's Scanner puts these together.
//   - [Params.SealSynthetic] makes a voucher that opens without a picture, to blur how many matches an account has, and the dummies that go where there is none.
//   - [Parse] reads a voucher's framing, for whoever stores it; [Params.Open] opens the outer layer and [Opened.Payload] the inner.
//
// # Why a voucher without a match reveals nothing
//
// The algebra is in blind.go, 30 lines that are generic over the group so that a test can run them over a group
// small enough to enumerate every outcome. The proof is docs/proofs.md, section 1.
//
// # Secrets
//
// The scalars beta_j and gamma and the key rkey live for one call of Seal. Open handles the blinding keys alpha in constant time: it computes every
// probe and selects without branching, whatever matches. WebAssembly gives no formal guarantee of constant time.
package voucher
