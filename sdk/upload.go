package sdk

import (
	"errors"
	"math/bits"

	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// ErrNeedsUpload: the set's vouchers come in pairs, one of which may be synthetic. A picture's alone would give away how many matches an account has.
var ErrNeedsUpload = errors.New("sdk: the set has synthetic vouchers: seal an upload, not a voucher")

// lanes is how many vouchers go with a picture where the set has synthetic ones (docs/threshold.md, section 5).
const lanes = 2

// An Upload is what goes to the server with one picture. All of it is sent together, and sent again, byte for byte, until the server has acknowledged it: only
// then is Receipt given to Scanner.Acknowledge.
type Upload struct {
	// Vouchers is one voucher, or two in random order where the set has synthetics. The picture's is among them, or none is, and nobody without
	// the account's secret can tell.
	Vouchers [][]byte

	// Report is about the picture.
	Report *Report

	// Receipt names what was sent, for Scanner.Acknowledge. It is secret and belongs on the device.
	Receipt []byte

	// Held says why the picture's own voucher is not among Vouchers; 0 if it is.
	Held Hold
}

// A Hold is a reason for which a picture's own voucher does not go out. It depends on nothing that the picture shows, and never on whether it matches.
type Hold int

const (
	NotHeld   Hold = iota
	Repeat         // the picture was sent before in this period; a second match of it would count for nothing
	Displaced      // two synthetic vouchers were due; the picture counts if it is sent again
)

// String is the reason in a word.
func (h Hold) String() string {
	switch h {
	case Repeat:
		return "repeat"
	case Displaced:
		return "displaced"
	}
	return "not held"
}

// SealUpload makes what goes to the server with the picture. Each upload under a set with synthetics has two vouchers. Synthetic points go with the first upload after
// they are due, and at most two at a time: one takes the second place, which holds a voucher of dummies otherwise; the other takes the picture's.
//
// As many vouchers are sealed whatever goes out (three under a set with synthetics), so that time does not tell. Errors are those of Seal.
func (p *Scan) SealUpload(o SealOptions) (*Upload, error) {
	s := p.scanner
	own, share, report, err := p.sealOwn(o)
	if err != nil {
		return nil, err
	}
	u := &Upload{Vouchers: [][]byte{own}, Report: report}
	var carried []threshold.Synthetic
	if s.manifest.Synthetics > 0 {
		carried = s.period.due(s.elapsed(), lanes)
	}
	var points []threshold.Share
	var lane [lanes][]byte // the second place's, and what takes the picture's
	for i := range lane {
		if i == 0 && s.manifest.Synthetics == 0 {
			continue // there is no second place
		}
		c := voucher.Synthetic{Generation: s.period.dealer.Generation(), Period: s.period.number, Kind: o.Kind, Share: make([]byte, s.shape.ShareSize)}
		if i < len(carried) {
			c.Share = carried[i].Share.Bytes()
			c.Openings = min(carried[i].Openings, s.shape.Probes)
			c.Layer = s.layer(carried[i].Pick)
			points = append(points, carried[i].Share)
		}
		if lane[i], err = s.shape.SealSynthetic(s.entropy, o.Binding.Digest(), c); err != nil {
			return nil, err
		}
	}
	switch {
	case displaced(len(carried)):
		u.Held, u.Vouchers[0] = Displaced, lane[1]
	case s.period.knows(share):
		u.Held, u.Vouchers[0] = Repeat, lane[1]
	case report.real() > 0:
		points = append(points, share)
	}
	if s.manifest.Synthetics > 0 {
		u.Vouchers = append(u.Vouchers, lane[0])
		if s.entropy.Uint64n(lanes) == 1 {
			u.Vouchers[0], u.Vouchers[1] = u.Vouchers[1], u.Vouchers[0]
		}
	}
	if u.Receipt, err = s.period.send(points); err != nil {
		return nil, err
	}
	return u, nil
}

// displaced reports whether so many synthetic points leave the picture's own voucher no place.
func displaced(carried int) bool { return carried == lanes }

// layer is the layer of the set in which a synthetic voucher opens: each as often as by its capacity, as a true match's entry is in one.
func (s *Scanner) layer(pick uint64) int {
	total := uint64(0)
	for i := range s.manifest.Layers {
		total += uint64(s.manifest.Layers[i].Capacity)
	}
	at, _ := bits.Mul64(pick, total)
	for i := range s.manifest.Layers {
		n := uint64(s.manifest.Layers[i].Capacity)
		if at < n {
			return i
		}
		at -= n
	}
	return 0
}

// real is the number of probes that went out real.
func (r *Report) real() (n int) {
	for _, p := range r.Probes {
		if !p.Dummy {
			n++
		}
	}
	return n
}
