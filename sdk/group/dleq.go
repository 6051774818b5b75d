package group

import (
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

const (
	// MaxBatch is the largest number of pairs in one proof: RFC 9497 numbers them
	// with two bytes.
	MaxBatch = 65535

	// ProofSize is the length of an encoded [Proof] in bytes.
	ProofSize = 2 * ScalarSize
)

// Errors of proofs. Functions that take elements also return [ErrIdentity].
var (
	// ErrBatchSize says that a batch is empty or larger than [MaxBatch], or that
	// its slices differ in length.
	ErrBatchSize = errors.New("group: batch is not of 1 to 65535 pairs")

	// ErrProofEncoding says that bytes are not the encoding of a proof.
	ErrProofEncoding = errors.New("group: malformed proof")

	// ErrProof says that a proof does not prove what it was presented for.
	ErrProof = errors.New("group: proof does not verify")
)

// Proof is a non-interactive proof that two elements, or many pairs of them,
// have the same discrete logarithm that a public key has: RFC 9497, section 2.2.
// It is public.
type Proof struct {
	c, s Scalar
}

// Bytes returns the 64-byte encoding of p, c ‖ s.
func (p *Proof) Bytes() []byte {
	return append(p.c.Bytes(), p.s.Bytes()...)
}

// SetCanonicalBytes sets p to the proof that b encodes. If b is not the encoding
// of one it returns [ErrProofEncoding], and p stays as it was.
func (p *Proof) SetCanonicalBytes(b []byte) error {
	var q Proof
	if len(b) != ProofSize || q.c.SetCanonicalBytes(b[:ScalarSize]) != nil || q.s.SetCanonicalBytes(b[ScalarSize:]) != nil {
		return ErrProofEncoding
	}
	*p = q
	return nil
}

// GenerateProof proves that d[i] = k·c[i] for all i, where key = k·B: RFC 9497,
// section 2.2.1. It takes those equations on trust, and gives a proof that does
// not verify if one of them is wrong.
//
// It is constant time in k, but not in c and d. Batches have 1 to [MaxBatch]
// pairs, without the identity, or else it returns [ErrBatchSize] or
// [ErrIdentity].
func (s *Suite) GenerateProof(k *Scalar, key *Element, c, d []*Element) (*Proof, error) {
	r, err := RandomNonZeroScalar(entropy.Source{})
	if err != nil {
		return nil, err
	}
	return s.generateProof(k, key, c, d, r)
}

// generateProof is GenerateProof with its randomness r, which must be fresh: two
// proofs with one r give k away.
func (s *Suite) generateProof(k *Scalar, key *Element, c, d []*Element, r *Scalar) (*Proof, error) {
	t, err := s.newTranscript(key, c, d)
	if err != nil {
		return nil, err
	}
	// ComputeCompositesFast: the prover needs no second sum.
	var m, z, t2, t3 Element
	m.VarTimeMultiScalarMult(t.weights, c)
	z.ScalarMult(k, &m)
	t2.ScalarBaseMult(r)
	t3.ScalarMult(r, &m)

	p := new(Proof)
	t.challenge(&p.c, &m, &z, &t2, &t3)
	p.s.Multiply(&p.c, k)
	p.s.Subtract(r, &p.s)
	return p, nil
}

// VerifyProof returns nil if p proves that d[i] = k·c[i] for all i, where
// key = k·B: RFC 9497, section 2.2.2. Otherwise it returns [ErrProof], or for
// batches that cannot have a proof [ErrBatchSize] or [ErrIdentity].
//
// All it takes is public, and its time depends on it.
func (s *Suite) VerifyProof(key *Element, c, d []*Element, p *Proof) error {
	t, err := s.newTranscript(key, c, d)
	if err != nil {
		return err
	}
	var m, z, t2, t3 Element
	m.VarTimeMultiScalarMult(t.weights, c)
	z.VarTimeMultiScalarMult(t.weights, d)
	t2.VarTimeMultiScalarMult([]*Scalar{&p.s, &p.c}, []*Element{NewGenerator(), key})
	t3.VarTimeMultiScalarMult([]*Scalar{&p.s, &p.c}, []*Element{&m, &z})

	var want Scalar
	t.challenge(&want, &m, &z, &t2, &t3)
	if subtle.ConstantTimeCompare(want.Bytes(), p.c.Bytes()) != 1 {
		return ErrProof
	}
	return nil
}

// transcript is what prover and verifier derive from a statement alone.
type transcript struct {
	suite   *Suite
	key     [ElementSize]byte
	weights []*Scalar // the composites' dᵢ
}

// newTranscript checks a statement and computes the weights of its composites:
// ComputeComposites of RFC 9497, section 2.2.1, up to the sums.
func (s *Suite) newTranscript(key *Element, c, d []*Element) (*transcript, error) {
	if len(c) == 0 || len(c) > MaxBatch || len(c) != len(d) {
		return nil, ErrBatchSize
	}
	t := &transcript{suite: s, weights: make([]*Scalar, len(c))}
	if !encodeNonIdentity(&t.key, key) {
		return nil, ErrIdentity
	}

	h1Input := appendPrefixed(nil, t.key[:])
	h1Input = appendPrefixed(h1Input, s.seed)
	seed := sha512.Sum512(h1Input)

	weights := make([]Scalar, len(c))
	var stack [256]byte
	prefix := appendPrefixed(stack[:0], seed[:])
	for i := range c {
		var ci, di [ElementSize]byte
		if !encodeNonIdentity(&ci, c[i]) || !encodeNonIdentity(&di, d[i]) {
			return nil, ErrIdentity
		}
		h2Input := binary.BigEndian.AppendUint16(prefix, uint16(i))
		h2Input = appendPrefixed(h2Input, ci[:])
		h2Input = appendPrefixed(h2Input, di[:])
		h2Input = append(h2Input, "Composite"...)
		t.weights[i] = weights[i].setHash(s.hashToScalar, h2Input)
	}
	return t, nil
}

// challenge sets c to the challenge of a proof. The elements are a0 to a3 of the
// RFC.
func (t *transcript) challenge(c *Scalar, elements ...*Element) {
	h2Input := appendPrefixed(nil, t.key[:])
	for _, e := range elements {
		h2Input = appendPrefixed(h2Input, e.Bytes())
	}
	h2Input = append(h2Input, "Challenge"...)
	c.setHash(t.suite.hashToScalar, h2Input)
}

// encodeNonIdentity sets buf to the encoding of e, and reports whether e is other
// than the identity, which alone encodes as zeros.
func encodeNonIdentity(buf *[ElementSize]byte, e *Element) bool {
	e.encode(buf)
	return *buf != [ElementSize]byte{}
}

// appendPrefixed appends I2OSP(len(b), 2) ‖ b to dst.
func appendPrefixed(dst, b []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(b)))
	return append(dst, b...)
}
