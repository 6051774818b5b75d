package group_test

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/sdk/group"
)

// A server multiplies what it is sent by its key, and proves that it did.
func Example() {
	suite := group.NewSuite([]byte("example protocol v1"))

	// The server's key and its public half.
	k, err := group.RandomNonZeroScalar(rand.Reader)
	if err != nil {
		panic(err)
	}
	key := new(group.Element).ScalarBaseMult(k)

	c := []*group.Element{
		suite.HashToElement([]byte("one")),
		suite.HashToElement([]byte("two")),
	}
	d := []*group.Element{
		new(group.Element).ScalarMult(k, c[0]),
		new(group.Element).ScalarMult(k, c[1]),
	}
	proof, err := suite.GenerateProof(k, key, c, d)
	if err != nil {
		panic(err)
	}

	fmt.Println("as sent:", suite.VerifyProof(key, c, d, proof))
	d[1] = d[0]
	fmt.Println("changed:", suite.VerifyProof(key, c, d, proof))
	// Output:
	// as sent: <nil>
	// changed: group: proof does not verify
}

// A client learns the output of a keyed function, the server nothing of the
// input, and the client knows that the key is the published one.
func ExampleSuite_Blind() {
	suite := group.VOPRF()
	k, err := group.RandomNonZeroScalar(rand.Reader)
	if err != nil {
		panic(err)
	}
	key := new(group.Element).ScalarBaseMult(k)

	// Client.
	input := []byte("input")
	blind, blinded, err := suite.Blind(input)
	if err != nil {
		panic(err)
	}

	// Server.
	evaluated, proof, err := suite.BlindEvaluate(k, key, []*group.Element{blinded})
	if err != nil {
		panic(err)
	}

	// Client.
	outputs, err := suite.Finalize([][]byte{input}, []*group.Scalar{blind}, []*group.Element{blinded}, evaluated, key, proof)
	if err != nil {
		panic(err)
	}

	direct, err := suite.Evaluate(k, input)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(outputs[0]) == string(direct))
	// Output: true
}

// Whoever reads an element must be ready for bytes that are none.
func ExampleElement_SetCanonicalBytes() {
	var e group.Element
	err := e.SetCanonicalBytes(group.NewElement().Bytes())
	fmt.Println(errors.Is(err, group.ErrIdentity), err)

	b := group.NewGenerator().Bytes()
	fmt.Println(e.SetCanonicalBytes(b), e.Equal(group.NewGenerator()))

	b[31] |= 0x80
	err = e.SetCanonicalBytes(b)
	fmt.Println(errors.Is(err, group.ErrEncoding), err)
	// Output:
	// true group: element is the identity
	// <nil> true
	// true group: not a canonical ristretto255 encoding
}

// A table speeds up many multiplications of one element.
func ExampleTable() {
	table := group.NewTable(group.VOPRF().HashToElement([]byte("base")))
	sum := group.NewElement()
	for range 3 {
		s, err := group.RandomScalar(rand.Reader)
		if err != nil {
			panic(err)
		}
		var product group.Element
		sum.Add(sum, table.ScalarMult(&product, s))
	}
	fmt.Println(sum)
	// Output: [redacted element]
}
