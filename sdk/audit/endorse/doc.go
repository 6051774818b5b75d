// Package endorse lets curators check a blinded set without the key that blinds it, and sign it (promise P5; docs/protocol.md, section 9).
//
// The operator and the curators have a directory of their own each and nothing in common but the files that they send:
//
//	operator                                     each curator
//	Freeze            ── offer ──────────────►   Curator.Commit
//	Operator.Roll     ◄─ commitment ───────────
//	                  ── roll ───────────────►   Curator.Reveal
//	Operator.Draft    ◄─ reveal ───────────────
//	                  ── draft, claims ──────►   Curator.Recognise    first round
//	Operator.Build    ◄─ recognition ──────────
//	                  ── all recognitions,
//	                     manifest ───────────►   Curator.Endorse      second round
//	Assemble          ◄─ endorsement ──────────
//
// Whoever has the set checks the result with [Verify], knowing only the curators' public keys. What each step excludes is argued in docs/proofs.md, section 5.
//
// Every refusal is a [Refusal] with one of this package's conditions. A curator remembers each exchange before it answers, so that it never signs two different things at
// one step, nor for a layer's key that it has seen before.
//
// # Memory and time
//
// Drafts are streamed. A curator holds its own list and some 60 MB; the operator holds the lists. Figures for a million entries are in docs/performance.md.
//
// # Secrets
//
// A [Key], the operator's directory and a curator's state are secret. So are drafts, from everyone but the curators: they hold the seed of which dummies are made, and the tags of
// all tokens. Multiplications by the operator's key are constant time; checking is not.
package endorse
