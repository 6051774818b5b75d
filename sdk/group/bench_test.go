package group

import (
	"crypto/sha512"
	"strconv"
	"testing"

	"github.com/bwesterb/go-ristretto"
	"github.com/gtank/ristretto255"
)

func BenchmarkHashToElement(b *testing.B) {
	r := newDeterministic("benchmark")
	suite, msg := VOPRF(), r.bytes(80)
	var e Element
	for b.Loop() {
		e.SetHash(suite, msg)
	}
}

func BenchmarkHashToScalar(b *testing.B) {
	r := newDeterministic("benchmark")
	suite, msg := VOPRF(), r.bytes(145)
	var s Scalar
	for b.Loop() {
		s.setHash(suite.hashToScalar, msg)
	}
}

func BenchmarkSetUniformBytes(b *testing.B) {
	uniform := newDeterministic("benchmark").bytes(64)
	var e Element
	for b.Loop() {
		e.SetUniformBytes(uniform)
	}
}

func BenchmarkSetCanonicalBytes(b *testing.B) {
	encoded := newDeterministic("benchmark").element(b).Bytes()
	var e Element
	for b.Loop() {
		if err := e.SetCanonicalBytes(encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBytes(b *testing.B) {
	e := newDeterministic("benchmark").element(b)
	for b.Loop() {
		e.Bytes()
	}
}

func BenchmarkAdd(b *testing.B) {
	e := newDeterministic("benchmark").element(b)
	for b.Loop() {
		e.Add(e, e)
	}
}

func BenchmarkEqual(b *testing.B) {
	e := newDeterministic("benchmark").element(b)
	for b.Loop() {
		e.Equal(e)
	}
}

func BenchmarkScalarMult(b *testing.B) {
	r := newDeterministic("benchmark")
	e, s := r.element(b), r.scalar(b)
	for b.Loop() {
		e.ScalarMult(s, e)
	}
}

func BenchmarkScalarBaseMult(b *testing.B) {
	r := newDeterministic("benchmark")
	e, s := r.element(b), r.scalar(b)
	e.ScalarBaseMult(s) // computes the table
	for b.Loop() {
		e.ScalarBaseMult(s)
	}
}

func BenchmarkNewTable(b *testing.B) {
	e := newDeterministic("benchmark").element(b)
	for b.Loop() {
		NewTable(e)
	}
}

func BenchmarkTableScalarMult(b *testing.B) {
	r := newDeterministic("benchmark")
	e, s := r.element(b), r.scalar(b)
	t := NewTable(e)
	for b.Loop() {
		t.ScalarMult(e, s)
	}
}

func BenchmarkRandomScalar(b *testing.B) {
	r := newDeterministic("benchmark")
	for b.Loop() {
		if _, err := RandomScalar(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScalarMultiply(b *testing.B) {
	s := newDeterministic("benchmark").scalar(b)
	for b.Loop() {
		s.Multiply(s, s)
	}
}

func BenchmarkScalarInvert(b *testing.B) {
	s := newDeterministic("benchmark").scalar(b)
	for b.Loop() {
		s.Invert(s)
	}
}

func BenchmarkProof(b *testing.B) {
	suite := VOPRF()
	for _, n := range []int{1, 16, 4096} {
		k, key, c, d := statement(b, "benchmark", n)
		proof, err := suite.GenerateProof(k, key, c, d)
		if err != nil {
			b.Fatal(err)
		}
		perPair := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/pair")
		}
		b.Run("generate/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := suite.GenerateProof(k, key, c, d); err != nil {
					b.Fatal(err)
				}
			}
			perPair(b)
		})
		b.Run("verify/"+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if err := suite.VerifyProof(key, c, d, proof); err != nil {
					b.Fatal(err)
				}
			}
			perPair(b)
		})
	}
}

func BenchmarkVOPRF(b *testing.B) {
	k, key, _, _ := statement(b, "benchmark", 1)
	suite, input := VOPRF(), []byte("input")
	blind, blinded, err := suite.Blind(input)
	if err != nil {
		b.Fatal(err)
	}
	evaluated, proof, err := suite.BlindEvaluate(k, key, []*Element{blinded})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("blind", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := suite.Blind(input); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("evaluate", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := suite.BlindEvaluate(k, key, []*Element{blinded}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("finalize", func(b *testing.B) {
		for b.Loop() {
			if _, err := suite.Finalize([][]byte{input}, []*Scalar{blind}, []*Element{blinded}, evaluated, key, proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The mix is what one probe of a picture costs a client: hash to group, three
// decodes and two additions for P, then Q = β·H + γ·B and S = β·P + γ·L with the
// products with γ shared by the picture's probes, and two encodes. BenchmarkMix
// runs it on this package and on others that are used in WebAssembly.

// mixInput are the encoded cells, and γ·B and γ·L, of a mix.
type mixInput struct {
	msg            [80]byte
	cells          [3][]byte
	gammaB, gammaL []byte
	beta           []byte
}

func newMixInput(b *testing.B) (in mixInput) {
	r := newDeterministic("mix")
	r.Read(in.msg[:])
	for i := range in.cells {
		in.cells[i] = r.element(b).Bytes()
	}
	in.gammaB, in.gammaL, in.beta = r.element(b).Bytes(), r.element(b).Bytes(), r.scalar(b).Bytes()
	return in
}

func BenchmarkMix(b *testing.B) {
	in := newMixInput(b)
	b.Run("this", func(b *testing.B) { benchmarkMixThis(b, in) })
	b.Run("bwesterb", func(b *testing.B) { benchmarkMixBwesterb(b, in) })
	b.Run("gtank", func(b *testing.B) { benchmarkMixGtank(b, in) })
}

func benchmarkMixThis(b *testing.B, in mixInput) {
	suite := VOPRF()
	var gammaB, gammaL, cell Element
	var beta Scalar
	if gammaB.SetCanonicalBytes(in.gammaB) != nil || gammaL.SetCanonicalBytes(in.gammaL) != nil || beta.SetCanonicalBytes(in.beta) != nil {
		b.Fatal("input does not decode")
	}
	out := make([]byte, 0, 64)
	for b.Loop() {
		var q, s Element
		q.SetHash(suite, in.msg[:])
		if s.SetCanonicalBytes(in.cells[0]) != nil {
			b.Fatal("cell does not decode")
		}
		for _, c := range in.cells[1:] {
			if cell.SetCanonicalBytes(c) != nil {
				b.Fatal("cell does not decode")
			}
			s.Add(&s, &cell)
		}
		q.Add(q.ScalarMult(&beta, &q), &gammaB)
		s.Add(s.ScalarMult(&beta, &s), &gammaL)
		out = s.AppendBytes(q.AppendBytes(out[:0]))
	}
}

// The peers have no RFC 9497 hash: SHA-512 and their one-way map stand in for
// it, which is less.

func benchmarkMixGtank(b *testing.B, in mixInput) {
	gammaB, gammaL, cell, beta := ristretto255.NewElement(), ristretto255.NewElement(), ristretto255.NewElement(), ristretto255.NewScalar()
	if gammaB.Decode(in.gammaB) != nil || gammaL.Decode(in.gammaL) != nil || beta.Decode(in.beta) != nil {
		b.Fatal("input does not decode")
	}
	out := make([]byte, 0, 64)
	for b.Loop() {
		h := sha512.Sum512(in.msg[:])
		q, s := ristretto255.NewElement().FromUniformBytes(h[:]), ristretto255.NewElement()
		for _, c := range in.cells {
			if cell.Decode(c) != nil {
				b.Fatal("cell does not decode")
			}
			s.Add(s, cell)
		}
		q.Add(q.ScalarMult(beta, q), gammaB)
		s.Add(s.ScalarMult(beta, s), gammaL)
		out = s.Encode(q.Encode(out[:0]))
	}
}

func benchmarkMixBwesterb(b *testing.B, in mixInput) {
	var gammaB, gammaL, cell ristretto.Point
	var beta ristretto.Scalar
	if !gammaB.SetBytes((*[32]byte)(in.gammaB)) || !gammaL.SetBytes((*[32]byte)(in.gammaL)) {
		b.Fatal("input does not decode")
	}
	beta.SetBytes((*[32]byte)(in.beta))
	var outQ, outS [32]byte
	for b.Loop() {
		h := sha512.Sum512(in.msg[:])
		var q, half, s ristretto.Point
		q.SetElligator((*[32]byte)(h[:32]))
		half.SetElligator((*[32]byte)(h[32:]))
		q.Add(&q, &half)
		s.SetZero()
		for _, c := range in.cells {
			if !cell.SetBytes((*[32]byte)(c)) {
				b.Fatal("cell does not decode")
			}
			s.Add(&s, &cell)
		}
		q.ScalarMult(&q, &beta)
		q.Add(&q, &gammaB)
		s.ScalarMult(&s, &beta)
		s.Add(&s, &gammaL)
		q.BytesInto(&outQ)
		s.BytesInto(&outS)
	}
}
