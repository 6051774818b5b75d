package group

import (
	"bytes"
	"crypto"
	"errors"
	"runtime"
	"testing"

	circl "github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"
)

// statement returns a key and n pairs with d[i] = k·c[i].
func statement(t testing.TB, name string, n int) (k *Scalar, key *Element, c, d []*Element) {
	t.Helper()
	r := newDeterministic(name)
	k = r.scalar(t)
	key = new(Element).ScalarBaseMult(k)
	table := NewTable(key)
	for range n {
		// c = s·B and d = s·key, which costs less than k·c.
		s := r.scalar(t)
		c = append(c, new(Element).ScalarBaseMult(s))
		d = append(d, table.ScalarMult(new(Element), s))
	}
	return k, key, c, d
}

// theirs converts an element to circl's.
func theirs(t testing.TB, e *Element) circl.Element {
	t.Helper()
	out := circl.Ristretto255.NewElement()
	if err := out.UnmarshalBinary(e.Bytes()); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestProofAgainstReference compares proofs with circl's byte by byte, on both
// sides of where sums change their method, and under our own context.
func TestProofAgainstReference(t *testing.T) {
	for _, context := range []string{"OPRFV1-\x01-ristretto255-SHA512", "veilhash test", ""} {
		suite := NewSuite([]byte(context))
		params := dleq.Params{G: circl.Ristretto255, H: crypto.SHA512, DST: []byte(context)}
		for _, n := range []int{1, 2, 10, pippengerFrom - 1, pippengerFrom, pippengerFrom + 1} {
			if n > 10 && context == "" {
				continue
			}
			k, key, c, d := statement(t, "reference", n)
			r := newDeterministic("r").scalar(t)
			proof, err := suite.generateProof(k, key, c, d, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := suite.VerifyProof(key, c, d, proof); err != nil {
				t.Errorf("%d pairs: %v", n, err)
			}

			theirK, theirR := circl.Ristretto255.NewScalar(), circl.Ristretto255.NewScalar()
			if err := theirK.UnmarshalBinary(k.Bytes()); err != nil {
				t.Fatal(err)
			}
			if err := theirR.UnmarshalBinary(r.Bytes()); err != nil {
				t.Fatal(err)
			}
			var theirC, theirD []circl.Element
			for i := range c {
				theirC, theirD = append(theirC, theirs(t, c[i])), append(theirD, theirs(t, d[i]))
			}
			want, err := dleq.Prover{Params: params}.ProveBatchWithRandomnessRFC9497(theirK, theirs(t, key), theirC, theirD, theirR)
			if err != nil {
				t.Fatal(err)
			}
			wantBytes, err := want.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(proof.Bytes(), wantBytes) {
				t.Errorf("%d pairs under %q: proof %x, want %x", n, context, proof.Bytes(), wantBytes)
			}
		}
	}
}

// TestProofSoundness changes one thing at a time.
func TestProofSoundness(t *testing.T) {
	suite := NewSuite([]byte("soundness"))
	k, key, c, d := statement(t, "soundness", 5)
	proof, err := suite.GenerateProof(k, key, c, d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := suite.GenerateProof(k, key, c, d)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(proof.Bytes(), again.Bytes()) {
		t.Error("two proofs with one randomness")
	}
	replace := func(list []*Element, i int, e *Element) []*Element {
		out := append([]*Element(nil), list...)
		out[i] = e
		return out
	}
	other := newDeterministic("other").element(t)
	swapped := append([]*Element{d[1], d[0]}, d[2:]...)
	one := smallScalar(1)
	for name, test := range map[string]struct {
		suite *Suite
		key   *Element
		c, d  []*Element
		proof Proof
		want  error
	}{
		"nothing":        {suite, key, c, d, *proof, nil},
		"again":          {suite, key, c, d, *again, nil},
		"the suite":      {NewSuite([]byte("soundnesz")), key, c, d, *proof, ErrProof},
		"the key":        {suite, other, c, d, *proof, ErrProof},
		"first c":        {suite, key, replace(c, 0, other), d, *proof, ErrProof},
		"last c":         {suite, key, replace(c, 4, other), d, *proof, ErrProof},
		"last d":         {suite, key, c, replace(d, 4, other), *proof, ErrProof},
		"d exchanged":    {suite, key, c, swapped, *proof, ErrProof},
		"pairs left out": {suite, key, c[:4], d[:4], *proof, ErrProof},
		"sides":          {suite, key, d, c, *proof, ErrProof},
		"challenge":      {suite, key, c, d, Proof{c: *new(Scalar).Add(&proof.c, one), s: proof.s}, ErrProof},
		"response":       {suite, key, c, d, Proof{c: proof.c, s: *new(Scalar).Add(&proof.s, one)}, ErrProof},
		"zero proof":     {suite, key, c, d, Proof{}, ErrProof},
		"identity key":   {suite, NewElement(), c, d, *proof, ErrIdentity},
		"identity c":     {suite, key, replace(c, 2, NewElement()), d, *proof, ErrIdentity},
		"identity d":     {suite, key, c, replace(d, 2, NewElement()), *proof, ErrIdentity},
		"no pairs":       {suite, key, nil, nil, *proof, ErrBatchSize},
		"more c than d":  {suite, key, c, d[:4], *proof, ErrBatchSize},
	} {
		if err := test.suite.VerifyProof(test.key, test.c, test.d, &test.proof); !errors.Is(err, test.want) {
			t.Errorf("changed %s: %v, want %v", name, err, test.want)
		}
	}

	// A prover who lies about one pair of many.
	proof, err = suite.GenerateProof(k, key, c, replace(d, 3, other))
	if err != nil {
		t.Fatal(err)
	}
	if err := suite.VerifyProof(key, c, replace(d, 3, other), proof); !errors.Is(err, ErrProof) {
		t.Errorf("a wrong pair was proved: %v", err)
	}
}

func TestBatchSize(t *testing.T) {
	k, key, c, d := statement(t, "batch size", 1)
	suite := VOPRF()
	many := func(e *Element, n int) []*Element {
		out := make([]*Element, n)
		for i := range out {
			out[i] = e
		}
		return out
	}
	for _, n := range []int{0, MaxBatch + 1} {
		if _, err := suite.GenerateProof(k, key, many(c[0], n), many(d[0], n)); !errors.Is(err, ErrBatchSize) {
			t.Errorf("GenerateProof of %d pairs: %v", n, err)
		}
		if err := suite.VerifyProof(key, many(c[0], n), many(d[0], n), new(Proof)); !errors.Is(err, ErrBatchSize) {
			t.Errorf("VerifyProof of %d pairs: %v", n, err)
		}
		if _, _, err := suite.BlindEvaluate(k, key, many(c[0], n)); !errors.Is(err, ErrBatchSize) {
			t.Errorf("BlindEvaluate of %d elements: %v", n, err)
		}
	}
	// One pair many times over, but for a wrong one at the end. The largest batch takes many seconds in WebAssembly, where a sixteenth has to do.
	n := MaxBatch
	if runtime.GOARCH == "wasm" {
		n /= 16
	}
	cs, ds := many(c[0], n), many(d[0], n)
	proof, err := suite.GenerateProof(k, key, cs, ds)
	if err != nil {
		t.Fatal(err)
	}
	if err := suite.VerifyProof(key, cs, ds, proof); err != nil {
		t.Errorf("a batch of %d: %v", n, err)
	}
	ds[n-1] = c[0]
	if err := suite.VerifyProof(key, cs, ds, proof); !errors.Is(err, ErrProof) {
		t.Errorf("a batch of %d with a wrong pair: %v", n, err)
	}
}

// FuzzProof decodes proofs: those it accepts must encode to the same bytes, and
// none but the right one verifies.
func FuzzProof(f *testing.F) {
	suite := VOPRF()
	k, key, c, d := statement(f, "fuzz", 2)
	valid, err := suite.generateProof(k, key, c, d, newDeterministic("r").scalar(f))
	if err != nil {
		f.Fatal(err)
	}
	order := unhex(f, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	f.Add(valid.Bytes())
	f.Add(valid.Bytes()[:63])
	f.Add(append(valid.Bytes(), 0))
	f.Add(make([]byte, 64))
	f.Add([]byte{})
	f.Add(append(valid.c.Bytes(), order...))
	f.Add(append(order, valid.s.Bytes()...))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := *valid
		switch err := p.SetCanonicalBytes(b); {
		case err != nil && (!errors.Is(err, ErrProofEncoding) || !bytes.Equal(p.Bytes(), valid.Bytes())):
			t.Errorf("%x: %v", b, err)
		case err == nil && !bytes.Equal(p.Bytes(), b):
			t.Errorf("%x encodes as %x", b, p.Bytes())
		case err == nil:
			if ok := suite.VerifyProof(key, c, d, &p) == nil; ok != bytes.Equal(b, valid.Bytes()) {
				t.Errorf("%x verifies: %v", b, ok)
			}
		}
	})
}
