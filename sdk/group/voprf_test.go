package group

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"testing"

	"github.com/cloudflare/circl/oprf"
)

//go:embed testdata/rfc9497.json
var rfc9497JSON []byte

// TestRFC9497 runs the vectors of RFC 9497, appendix A.1.2, with their blinds
// and their randomness of proofs.
func TestRFC9497(t *testing.T) {
	var v struct {
		Source   string
		SkSm     string
		PkSm     string
		GroupDST string
		Vectors  []struct {
			Batch             int
			Blind             hexList
			BlindedElement    hexList
			EvaluationElement hexList
			Input             hexList
			Output            hexList
			Proof             struct{ Proof, R string }
		}
	}
	d := json.NewDecoder(bytes.NewReader(rfc9497JSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if len(v.Vectors) != 3 || v.Vectors[2].Batch != 2 {
		t.Fatalf("%d vectors, want 3, the last of them a batch", len(v.Vectors))
	}
	suite := VOPRF()
	if got := string(suite.hashToGroup); got != string(unhex(t, v.GroupDST)) {
		t.Errorf("tag of hash to group is %q", got)
	}
	var k Scalar
	if err := k.SetCanonicalBytes(unhex(t, v.SkSm)); err != nil {
		t.Fatal(err)
	}
	key := new(Element).ScalarBaseMult(&k)
	if !bytes.Equal(key.Bytes(), unhex(t, v.PkSm)) {
		t.Errorf("public key = %x", key.Bytes())
	}

	for i, test := range v.Vectors {
		n := test.Batch
		if len(test.Blind) != n || len(test.BlindedElement) != n || len(test.EvaluationElement) != n || len(test.Input) != n || len(test.Output) != n {
			t.Fatalf("vector %d is not a batch of %d", i, n)
		}
		var blinds []*Scalar
		var blinded []*Element
		for j, input := range test.Input {
			blind := new(Scalar)
			if err := blind.SetCanonicalBytes(test.Blind[j]); err != nil {
				t.Fatal(err)
			}
			e, err := suite.blindWith(blind, input)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(e.Bytes(), test.BlindedElement[j]) {
				t.Errorf("vector %d: blinded element = %x", i, e.Bytes())
			}
			blinds, blinded = append(blinds, blind), append(blinded, e)
		}
		var r Scalar
		if err := r.SetCanonicalBytes(unhex(t, test.Proof.R)); err != nil {
			t.Fatal(err)
		}
		evaluated, proof, err := suite.blindEvaluateWith(&k, key, blinded, &r)
		if err != nil {
			t.Fatal(err)
		}
		for j, e := range evaluated {
			if !bytes.Equal(e.Bytes(), test.EvaluationElement[j]) {
				t.Errorf("vector %d: evaluated element = %x", i, e.Bytes())
			}
		}
		if !bytes.Equal(proof.Bytes(), unhex(t, test.Proof.Proof)) {
			t.Errorf("vector %d: proof = %x", i, proof.Bytes())
		}
		outputs, err := suite.Finalize(test.Input, blinds, blinded, evaluated, key, proof)
		if err != nil {
			t.Fatal(err)
		}
		for j, output := range outputs {
			if !bytes.Equal(output, test.Output[j]) {
				t.Errorf("vector %d: output = %x", i, output)
			}
			direct, err := suite.Evaluate(&k, test.Input[j])
			if err != nil || !bytes.Equal(direct, output) {
				t.Errorf("vector %d: Evaluate = %x, %v", i, direct, err)
			}
		}
	}
}

// TestVOPRFAgainstReference lets this package's client talk to circl's server,
// and circl's client to this package's server.
func TestVOPRFAgainstReference(t *testing.T) {
	r := newDeterministic("voprf")
	k := r.scalar(t)
	key := new(Element).ScalarBaseMult(k)
	suite := VOPRF()
	inputs := [][]byte{{}, []byte("one"), r.bytes(1000)}

	ref := oprf.SuiteRistretto255
	var refKey oprf.PrivateKey
	if err := refKey.UnmarshalBinary(ref, k.Bytes()); err != nil {
		t.Fatal(err)
	}
	server := oprf.NewVerifiableServer(ref, &refKey)
	client := oprf.NewVerifiableClient(ref, refKey.Public())

	// Our client, their server.
	var blinds []*Scalar
	var blinded []*Element
	request := &oprf.EvaluationRequest{}
	for _, input := range inputs {
		blind, e, err := suite.Blind(input)
		if err != nil {
			t.Fatal(err)
		}
		theirs := ref.Group().NewElement()
		if err := theirs.UnmarshalBinary(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		blinds, blinded = append(blinds, blind), append(blinded, e)
		request.Elements = append(request.Elements, theirs)
	}
	evaluation, err := server.Evaluate(request)
	if err != nil {
		t.Fatal(err)
	}
	var evaluated []*Element
	for i, theirs := range evaluation.Elements {
		b, err := theirs.MarshalBinaryCompress()
		if err != nil {
			t.Fatal(err)
		}
		e := new(Element)
		if err := e.SetCanonicalBytes(b); err != nil {
			t.Fatal(err)
		}
		if got, want := Unblind(blinds[i], e), new(Element).ScalarMult(k, suite.HashToElement(inputs[i])); !got.Equal(want) {
			t.Errorf("input %d: Unblind gives another element", i)
		}
		evaluated = append(evaluated, e)
	}
	proofBytes, err := evaluation.Proof.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	proof := new(Proof)
	if err := proof.SetCanonicalBytes(proofBytes); err != nil {
		t.Fatal(err)
	}
	outputs, err := suite.Finalize(inputs, blinds, blinded, evaluated, key, proof)
	if err != nil {
		t.Fatal(err)
	}
	for i, input := range inputs {
		want, err := server.FullEvaluate(input)
		if err != nil || !bytes.Equal(outputs[i], want) {
			t.Errorf("input %d: %x, want %x, %v", i, outputs[i], want, err)
		}
	}

	// Their client, our server.
	finalizeData, request, err := client.Blind(inputs)
	if err != nil {
		t.Fatal(err)
	}
	blinded = nil
	for _, theirs := range request.Elements {
		b, err := theirs.MarshalBinaryCompress()
		if err != nil {
			t.Fatal(err)
		}
		e := new(Element)
		if err := e.SetCanonicalBytes(b); err != nil {
			t.Fatal(err)
		}
		blinded = append(blinded, e)
	}
	evaluated, proof, err = suite.BlindEvaluate(k, key, blinded)
	if err != nil {
		t.Fatal(err)
	}
	evaluation = &oprf.Evaluation{Proof: evaluation.Proof}
	if err := evaluation.Proof.UnmarshalBinary(ref.Group(), proof.Bytes()); err != nil {
		t.Fatal(err)
	}
	for _, e := range evaluated {
		theirs := ref.Group().NewElement()
		if err := theirs.UnmarshalBinary(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		evaluation.Elements = append(evaluation.Elements, theirs)
	}
	theirOutputs, err := client.Finalize(finalizeData, evaluation)
	if err != nil {
		t.Fatal(err)
	}
	for i := range inputs {
		if !bytes.Equal(theirOutputs[i], outputs[i]) {
			t.Errorf("input %d: %x, want %x", i, theirOutputs[i], outputs[i])
		}
	}
}

func TestVOPRFErrors(t *testing.T) {
	r := newDeterministic("voprf errors")
	k := r.scalar(t)
	key := new(Element).ScalarBaseMult(k)
	suite := VOPRF()
	long := make([]byte, MaxInput+1)
	if _, _, err := suite.Blind(long); !errors.Is(err, ErrInput) {
		t.Errorf("Blind of a long input: %v", err)
	}
	if _, _, err := suite.Blind(long[1:]); err != nil {
		t.Errorf("Blind of the longest input: %v", err)
	}
	if _, err := suite.Evaluate(k, long); !errors.Is(err, ErrInput) {
		t.Errorf("Evaluate of a long input: %v", err)
	}
	if _, _, err := suite.BlindEvaluate(k, key, nil); !errors.Is(err, ErrBatchSize) {
		t.Errorf("BlindEvaluate of nothing: %v", err)
	}
	if _, _, err := suite.BlindEvaluate(k, key, []*Element{NewElement()}); !errors.Is(err, ErrIdentity) {
		t.Errorf("BlindEvaluate of the identity: %v", err)
	}

	input := [][]byte{[]byte("x")}
	blind, e, err := suite.Blind(input[0])
	if err != nil {
		t.Fatal(err)
	}
	blinds, blinded := []*Scalar{blind}, []*Element{e}
	evaluated, proof, err := suite.BlindEvaluate(k, key, blinded)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		inputs             [][]byte
		blinds             []*Scalar
		blinded, evaluated []*Element
		key                *Element
		want               error
	}{
		"as it should be":   {input, blinds, blinded, evaluated, key, nil},
		"no input":          {nil, blinds, blinded, evaluated, key, ErrBatchSize},
		"no blind":          {input, nil, blinded, evaluated, key, ErrBatchSize},
		"not blinded":       {input, blinds, nil, evaluated, key, ErrBatchSize},
		"not evaluated":     {input, blinds, blinded, nil, key, ErrBatchSize},
		"long input":        {[][]byte{long}, blinds, blinded, evaluated, key, ErrInput},
		"other key":         {input, blinds, blinded, evaluated, NewGenerator(), ErrProof},
		"other evaluation":  {input, blinds, blinded, blinded, key, ErrProof},
		"identity returned": {input, blinds, blinded, []*Element{NewElement()}, key, ErrIdentity},
	} {
		outputs, err := suite.Finalize(test.inputs, test.blinds, test.blinded, test.evaluated, test.key, proof)
		if !errors.Is(err, test.want) || (err == nil) != (outputs != nil) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}
