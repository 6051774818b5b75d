package group

import (
	"crypto/sha512"
	"errors"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// MaxInput is the largest input of the oblivious function, in bytes: RFC 9497
// encodes its length with two.
const MaxInput = 65535

// ErrInput says that an input is longer than [MaxInput].
var ErrInput = errors.New("group: input longer than 65535 bytes")

// Blind hides an input from the server that is to evaluate it: RFC 9497, section
// 3.3.1. It returns a fresh blind, which the client must keep secret, and the
// element blind·H(input) to send, which tells nothing about the input.
func (s *Suite) Blind(input []byte) (blind *Scalar, blinded *Element, err error) {
	blind, err = RandomNonZeroScalar(entropy.Source{})
	if err != nil {
		return nil, nil, err
	}
	blinded, err = s.blindWith(blind, input)
	if err != nil {
		return nil, nil, err
	}
	return blind, blinded, nil
}

// blindWith is Blind with a given blind.
func (s *Suite) blindWith(blind *Scalar, input []byte) (*Element, error) {
	if len(input) > MaxInput {
		return nil, ErrInput
	}
	e := s.HashToElement(input)
	if e.IsIdentity() {
		return nil, ErrIdentity // InvalidInputError of the RFC
	}
	return e.ScalarMult(blind, e), nil
}

// BlindEvaluate multiplies what clients blinded by the server's key k, where
// key = k·B, and proves that it did: RFC 9497, section 3.3.2. It is constant
// time in k. Its errors are those of [Suite.GenerateProof].
func (s *Suite) BlindEvaluate(k *Scalar, key *Element, blinded []*Element) (evaluated []*Element, proof *Proof, err error) {
	r, err := RandomNonZeroScalar(entropy.Source{})
	if err != nil {
		return nil, nil, err
	}
	return s.blindEvaluateWith(k, key, blinded, r)
}

// blindEvaluateWith is BlindEvaluate with the randomness of the proof.
func (s *Suite) blindEvaluateWith(k *Scalar, key *Element, blinded []*Element, r *Scalar) (evaluated []*Element, proof *Proof, err error) {
	if len(blinded) == 0 || len(blinded) > MaxBatch {
		return nil, nil, ErrBatchSize
	}
	evaluated = make([]*Element, len(blinded))
	for i, e := range blinded {
		evaluated[i] = new(Element).ScalarMult(k, e)
	}
	proof, err = s.generateProof(k, key, blinded, evaluated, r)
	if err != nil {
		return nil, nil, err
	}
	return evaluated, proof, nil
}

// Unblind takes the blind off an evaluated element, which gives k·H(input). The
// proof must have been verified, with [Suite.VerifyProof].
func Unblind(blind *Scalar, evaluated *Element) *Element {
	var inverse Scalar
	return new(Element).ScalarMult(inverse.Invert(blind), evaluated)
}

// Finalize verifies the server's proof, takes the blinds off and returns the
// outputs of the oblivious function, 64 bytes for each input: RFC 9497, section
// 3.3.2. Besides the errors of [Suite.VerifyProof] it returns [ErrBatchSize] if
// slices differ in length and [ErrInput].
func (s *Suite) Finalize(inputs [][]byte, blinds []*Scalar, blinded, evaluated []*Element, key *Element, proof *Proof) ([][]byte, error) {
	if len(inputs) != len(blinds) || len(inputs) != len(blinded) {
		return nil, ErrBatchSize
	}
	for _, input := range inputs {
		if len(input) > MaxInput {
			return nil, ErrInput
		}
	}
	if err := s.VerifyProof(key, blinded, evaluated, proof); err != nil {
		return nil, err
	}
	outputs := make([][]byte, len(inputs))
	for i, input := range inputs {
		outputs[i] = finalHash(input, Unblind(blinds[i], evaluated[i]))
	}
	return outputs, nil
}

// Evaluate returns what [Suite.Finalize] gives a client, for the server, who
// knows the key k and the input: RFC 9497, section 3.3.1.
func (s *Suite) Evaluate(k *Scalar, input []byte) ([]byte, error) {
	e, err := s.blindWith(k, input)
	if err != nil {
		return nil, err
	}
	return finalHash(input, e), nil
}

// finalHash is the last step of Finalize and Evaluate.
func finalHash(input []byte, e *Element) []byte {
	hashInput := appendPrefixed(nil, input)
	hashInput = appendPrefixed(hashInput, e.Bytes())
	hashInput = append(hashInput, "Finalize"...)
	sum := sha512.Sum512(hashInput)
	return sum[:]
}
