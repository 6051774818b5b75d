package threshold

import "encoding/binary"

// A Synthetic is one synthetic point of a period: a share of which nothing
// lies on the polynomials, for a voucher that opens its outer layer as a true
// match would.
type Synthetic struct {
	// Share looks like a true one, and below T true points nothing tells them
	// apart.
	Share Share
	// Openings is the number of probes that open in its voucher, 1 or more.
	Openings int
	// Due is when in the period the point is due, in units of 2^-32 of the
	// period's length: the first upload from then on carries it, or, where
	// several are due, the next ones. Due times are uniform, so that openings
	// thin out neither early nor late and their times tell little of their
	// number.
	Due uint32
	// Pick is a uniform word for what else a carrier has to choose: the layer
	// of the set in which the probes open. It belongs to the point, as Openings
	// does, so that a repeated point repeats it.
	Pick uint64
}

// Synthetics returns the synthetic points of the period, between none and w,
// in the order in which they are due. Their number follows [Blur]. All of it
// comes from the PRF: number, points, values, openings, due times, picks. A
// reinstalled or a second device so repeats the same ones, as it repeats true
// points when it meets the same picture again; points drawn afresh would add
// up over devices, and give themselves away.
//
// How an upload carries a point (in place of its picture's voucher, or beside
// it) is the caller's choice, by a rule that does not depend on the pictures;
// docs/threshold.md says what follows from it. The error is ErrOpenings for a
// zero OpeningCounts.
func (d Dealer) Synthetics(openings OpeningCounts) ([]Synthetic, error) {
	if openings.total == 0 {
		return nil, ErrOpenings
	}
	s := d.dealt()
	n := Blur{s.synthetic}.sample(newStream(s.key, labelCount, nil))
	points := make([]Synthetic, n)
	for i := range points {
		index := binary.BigEndian.AppendUint32(nil, uint32(i))
		points[i] = Synthetic{
			Share:    syntheticShare(newStream(s.key, labelSynthetic, index), len(s.polynomials)),
			Openings: openings.sample(newStream(s.key, labelOpenings, index)),
			Due:      uint32(newStream(s.key, labelDue, index).word() >> 32),
			Pick:     newStream(s.key, labelPick, index).word(),
		}
		// Into its place by due time; package slices would weigh more.
		for j := i; j > 0 && points[j-1].Due > points[j].Due; j-- {
			points[j-1], points[j] = points[j], points[j-1]
		}
	}
	return points, nil
}

// syntheticShare draws x ≠ 0 and m values, all independent and uniform. That
// one happens to lie on all polynomials has probability p^-m.
func syntheticShare(s wordSource, m int) Share {
	share := Share{x: uniformPoint(s), y: make([]element, m)}
	for i := range share.y {
		share.y[i] = uniformElement(s)
	}
	return share
}
