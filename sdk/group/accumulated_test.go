package group

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"testing"
)

// accumulated is the SHA-256 of what 10,000 derived cases give. Builds for
// amd64, arm64 and WebAssembly, on either field, must all reach it; it was
// computed with gtank/ristretto255, as TestAccumulatedReference does again for
// the first of the cases.
const (
	accumulatedCases = 10_000
	accumulated      = "8ba135668dfb26e76253eb52987a0e6813daefc56dc9291aef3db9ef4b489eb9"
)

// derivedCase appends to out the results of all operations on inputs derived
// from the last case's digest.
func derivedCase(out []byte, state *[64]byte) []byte {
	*state = sha512.Sum512(state[:])
	p := new(Element).SetUniformBytes(state[:])
	*state = sha512.Sum512(state[:])
	s := new(Scalar).SetUniformBytes(state[:])
	*state = sha512.Sum512(state[:])
	t := new(Scalar).SetUniformBytes(state[:])

	q := new(Element).ScalarMult(s, p)
	b := new(Element).ScalarBaseMult(t)
	sum := new(Element).Add(q, b)
	out = p.AppendBytes(out)
	out = q.AppendBytes(out)
	out = b.AppendBytes(out)
	out = sum.AppendBytes(out)
	out = new(Element).Subtract(q, b).AppendBytes(out)
	out = new(Element).Negate(p).AppendBytes(out)
	out = append(out, new(Scalar).Multiply(s, t).Bytes()...)
	out = append(out, new(Scalar).Subtract(s, t).Bytes()...)

	// Bytes that decode in about one of four cases, and otherwise fail in
	// different ways.
	candidate := state[:32]
	candidate[0] &^= 1
	candidate[31] &= 0x7f
	var decoded Element
	if decoded.SetCanonicalBytes(candidate) == nil {
		out = decoded.Add(&decoded, sum).AppendBytes(out)
	}
	return out
}

func TestAccumulated(t *testing.T) {
	h := sha256.New()
	var state [64]byte
	var out []byte
	for range accumulatedCases {
		out = derivedCase(out[:0], &state)
		h.Write(out)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != accumulated {
		t.Errorf("accumulated digest is %s, want %s", got, accumulated)
	}
}

// TestAccumulatedReference computes the first cases with the reference.
func TestAccumulatedReference(t *testing.T) {
	var state, refState [64]byte
	for i := range 200 {
		got := derivedCase(nil, &state)
		want := referenceCase(t, nil, &refState)
		if !bytes.Equal(got, want) {
			t.Fatalf("case %d: %x, want %x", i, got, want)
		}
	}
}
