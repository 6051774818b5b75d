package threshold

import (
	"encoding/binary"
	"errors"
)

// Limits of the parameters. They bound what a share weighs and what one match
// can cost a server; see [DecodeBudget].
const (
	// MaxThreshold is the largest threshold T.
	MaxThreshold = 1024
	// MaxSynthetic is the largest number w of synthetic points a period. The
	// blur's δ at w = 64 is 8·10⁻¹¹ already.
	MaxSynthetic = 64
	// minPolynomials keeps the payload key at 5·61 = 305 bits of f_1(0)…f_m(0):
	// one polynomial alone would leave 61, which can be searched.
	minPolynomials = 5
)

// ErrParams reports a threshold outside 1..MaxThreshold or a number of
// synthetic points outside 0..MaxSynthetic.
var ErrParams = errors.New("threshold: parameters out of range (threshold 1 to 1024, synthetic 0 to 64)")

// Params says what is counted together: matches of one account under equal
// Params lie on the same polynomials, and no two different Params share
// anything. All of it is public, and all of it enters the PRF, for a reason
// each:
//
//   - Period: or else an account that was opened and dismissed would have
//     threshold zero for ever.
//   - Threshold, Synthetic: or else an operator who lowers T would get shares
//     whose polynomials begin with the same coefficients.
//   - Epoch, SetID: or else matches against two sets would add up, and the
//     point of one picture would be the same under both.
//
// The account's secret and generation enter too (see [Account]).
type Params struct {
	// Threshold is T, the number of true matches at which privacy ends.
	Threshold int
	// Synthetic is w, the largest number of synthetic points a period.
	Synthetic int
	// Period numbers the accounting periods, by whatever calendar the
	// application uses. Counts start from zero in each.
	Period uint32
	// Epoch is that of the set. Where a base has delta layers that change
	// daily, and matches shall count together across them, it is the base's.
	Epoch uint64
	// SetID is the digest that identifies the set of that epoch. (It is bound
	// beside Epoch, so that two sets that claim one epoch share nothing
	// whether or not the client notices the fork.)
	SetID [32]byte
}

// validate refuses thresholds and numbers outside the limits.
func (p Params) validate() error { return validate(p.Threshold, p.Synthetic) }

func validate(threshold, synthetic int) error {
	if threshold < 1 || threshold > MaxThreshold || synthetic < 0 || synthetic > MaxSynthetic {
		return ErrParams
	}
	return nil
}

// Polynomials returns m = max(w, 5), the number of polynomials for w synthetic
// points: at least w, so that T+1 true points among w synthetic ones give as
// many equations as there are unknowns, and at least five, so that the payload
// key has its full strength.
func Polynomials(synthetic int) int { return max(synthetic, minPolynomials) }

// context is the encoding of what the polynomials are bound to beside the
// secret: generation, T, w, period (four bytes each), epoch (eight), set (32),
// all big-endian and of fixed length, so that no two contexts encode alike.
func (p Params) context(generation uint32) []byte {
	b := make([]byte, 0, 4*4+8+len(p.SetID))
	b = binary.BigEndian.AppendUint32(b, generation)
	b = binary.BigEndian.AppendUint32(b, uint32(p.Threshold))
	b = binary.BigEndian.AppendUint32(b, uint32(p.Synthetic))
	b = binary.BigEndian.AppendUint32(b, p.Period)
	b = binary.BigEndian.AppendUint64(b, p.Epoch)
	return append(b, p.SetID[:]...)
}
