package threshold

import "encoding/binary"

// A Dealer (Shamir's word for who deals the shares) holds what one account
// derives in one context: m polynomials of degree T−1, the payload key that
// they determine, and the synthetic points. Two devices with the same account
// and Params have the same Dealer, without a word between them.
//
// A Dealer is immutable and safe for concurrent use. It must be kept secret
// and redacts itself when printed.
type Dealer struct {
	hidden concealed[dealt]
}

type dealt struct {
	key         prfKey
	threshold   int
	synthetic   int
	generation  uint32
	polynomials [][]element // m of T coefficients each, the constant first
}

// Dealer derives the account's dealer for p, or returns ErrParams. It costs
// m·T/8 HMACs, 120 at T = 30 and w = 32: keep it for the period.
func (a *Account) Dealer(p Params) (*Dealer, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	key := derivePRFKey(a.secret.reveal(), p.context(a.generation))
	return newDealer(dealt{
		key:         key,
		threshold:   p.Threshold,
		synthetic:   p.Synthetic,
		generation:  a.generation,
		polynomials: derivePolynomials(key, Polynomials(p.Synthetic), p.Threshold),
	}), nil
}

func newDealer(d dealt) *Dealer { return &Dealer{conceal(&d)} }

func (d Dealer) dealt() *dealt { return d.hidden.reveal() }

// derivePolynomials draws m polynomials with T uniform coefficients each.
func derivePolynomials(key prfKey, m, threshold int) [][]element {
	polynomials := make([][]element, m)
	for i := range polynomials {
		s := newStream(key, labelPolynomial, binary.BigEndian.AppendUint32(nil, uint32(i)))
		polynomials[i] = make([]element, threshold)
		for j := range polynomials[i] {
			polynomials[i][j] = uniformElement(s)
		}
	}
	return polynomials
}

// Generation returns the account's generation, which goes into the voucher
// beside the share.
func (d Dealer) Generation() uint32 { return d.dealt().generation }

// PayloadKey returns KDF(f_1(0), …, f_m(0)). It must be kept secret.
func (d Dealer) PayloadKey() PayloadKey {
	s := d.dealt()
	return payloadKeyOf(s.polynomials, s.threshold, s.synthetic)
}

// Share returns the share of a picture with this canonical token: x is the PRF
// of the token and never 0, the values are those of the polynomials. The same
// token gives the same share, so a repeated picture adds no point; two tokens
// give the same x with probability 2^-61.
//
// It runs in time that depends on the token's length only, but for the one
// draw in 2^61 that is repeated.
func (d Dealer) Share(token []byte) Share {
	s := d.dealt()
	x := uniformPoint(newStream(s.key, labelPoint, token))
	y := make([]element, len(s.polynomials))
	for i, f := range s.polynomials {
		y[i] = evaluate(f, x)
	}
	return Share{x: x, y: y}
}

// A Scope names a dealer's context on the device: where points that were sent
// are remembered. It is an output of the PRF and tells nothing of the account.
type Scope [16]byte

// Scope returns the dealer's scope.
func (d Dealer) Scope() Scope {
	s := newStream(d.dealt().key, labelScope, nil)
	var scope Scope
	binary.BigEndian.PutUint64(scope[:8], s.word())
	binary.BigEndian.PutUint64(scope[8:], s.word())
	return scope
}

// String returns a text without secrets.
func (d Dealer) String() string { return "threshold.Dealer(redacted)" }

// GoString is String, for %#v.
func (d Dealer) GoString() string { return d.String() }
