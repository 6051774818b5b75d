package group

import (
	"crypto/sha512"
	"testing"

	"github.com/gtank/ristretto255"
)

// referenceCase is derivedCase with gtank/ristretto255.
func referenceCase(t testing.TB, out []byte, state *[64]byte) []byte {
	t.Helper()
	*state = sha512.Sum512(state[:])
	p := ristretto255.NewElement().FromUniformBytes(state[:])
	*state = sha512.Sum512(state[:])
	s := ristretto255.NewScalar().FromUniformBytes(state[:])
	*state = sha512.Sum512(state[:])
	u := ristretto255.NewScalar().FromUniformBytes(state[:])

	q := ristretto255.NewElement().ScalarMult(s, p)
	b := ristretto255.NewElement().ScalarBaseMult(u)
	sum := ristretto255.NewElement().Add(q, b)
	for _, e := range []*ristretto255.Element{
		p, q, b, sum,
		ristretto255.NewElement().Subtract(q, b),
		ristretto255.NewElement().Negate(p),
	} {
		out = e.Encode(out)
	}
	out = ristretto255.NewScalar().Multiply(s, u).Encode(out)
	out = ristretto255.NewScalar().Subtract(s, u).Encode(out)

	candidate := state[:32]
	candidate[0] &^= 1
	candidate[31] &= 0x7f
	decoded := ristretto255.NewElement()
	if decoded.Decode(candidate) == nil {
		out = decoded.Add(decoded, sum).Encode(out)
	}
	return out
}
