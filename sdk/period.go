package sdk

import "github.com/veilhash/veilhash/sdk/threshold"

// secondsADay converts the manifest's period.
const secondsADay = 86400

// A period is what a scanner holds of the running accounting period of its account.
type period struct {
	number     uint32
	dealer     *threshold.Dealer
	synthetics []threshold.Synthetic // in the order in which they are due
	sent       *threshold.Sent       // points that the server has acknowledged
	underWay   *threshold.Sent       // points in uploads that it has not, yet
}

// current is the running period. Where another has begun, the memory of the last one is dropped: its points say nothing in this one.
func (s *Scanner) current() (*period, error) {
	number := uint32(s.clock() / s.periodSeconds())
	if s.period != nil && s.period.number == number {
		return s.period, nil
	}
	origin := s.manifest.Origin() // deltas that come and go do not change what an account's matches are counted under
	d, err := s.account.Dealer(threshold.Params{
		Threshold: s.manifest.Threshold,
		Synthetic: s.manifest.Synthetics,
		Period:    number,
		Epoch:     origin.Epoch,
		SetID:     origin.ID,
	})
	if err != nil {
		return nil, err
	}
	p := &period{number: number, dealer: d, underWay: threshold.NewSent(d.Scope())}
	if p.synthetics, err = d.Synthetics(s.openings); err != nil {
		return nil, err
	}
	// Bytes that were refused by their form were refused by NewScanner; what is left are those of another account, set or period.
	if p.sent, err = threshold.ParseSent(s.memory, d.Scope()); err != nil {
		p.sent = threshold.NewSent(d.Scope())
	}
	s.period = p
	return p, nil
}

func (s *Scanner) periodSeconds() int64 { return int64(s.manifest.PeriodDays) * secondsADay }

// elapsed is how much of the running period has passed, in units of 2^-32 of it.
func (s *Scanner) elapsed() uint32 {
	n := s.periodSeconds() // below 2^32: a manifest allows ten years
	return uint32(uint64(s.clock()%n) << 32 / uint64(n))
}

// knows reports whether a point has gone out, or may have.
func (p *period) knows(share threshold.Share) bool {
	return p.sent.Contains(share) || p.underWay.Contains(share)
}

// due are the synthetic points whose time has come and that have not gone out, the oldest first, at most n.
func (p *period) due(elapsed uint32, n int) (points []threshold.Synthetic) {
	for _, s := range p.synthetics {
		if len(points) == n || s.Due > elapsed {
			break
		}
		if !p.knows(s.Share) {
			points = append(points, s)
		}
	}
	return points
}

// send notes that points are under way, and gives the receipt that names them to Acknowledge: a memory that holds no others.
func (p *period) send(points []threshold.Share) ([]byte, error) {
	r := threshold.NewSent(p.dealer.Scope())
	for _, share := range points {
		if err := r.Acknowledge(share); err != nil {
			return nil, err
		}
	}
	p.underWay.Merge(r) // full, it takes nothing more, and repeats show; that must not keep a voucher from being made
	return r.MarshalBinary()
}

// Acknowledge remembers what was sent, once the server has acknowledged the vouchers that this receipt came with. The caller then keeps Sent. A receipt of a
// period that has ended says nothing any more and is no error. Errors are threshold.ErrSentFormat, and threshold.ErrSentFull, after which repeats show.
func (s *Scanner) Acknowledge(receipt []byte) error {
	return s.settle(receipt, func(p *period, points *threshold.Sent) error {
		p.underWay.Remove(points)
		return p.sent.Merge(points)
	})
}

// Abandon says that an upload was given up and that the server has not seen it: its points may go out again.
func (s *Scanner) Abandon(receipt []byte) error {
	return s.settle(receipt, func(p *period, points *threshold.Sent) error {
		p.underWay.Remove(points)
		return nil
	})
}

// Resume tells a new scanner of an upload that an earlier one has sealed and whose vouchers are still to be sent, or sent again: until Acknowledge or Abandon its
// points do not go out a second time.
func (s *Scanner) Resume(receipt []byte) error {
	return s.settle(receipt, func(p *period, points *threshold.Sent) error { return p.underWay.Merge(points) })
}

// settle gives a receipt's points to f if they are of the running period.
func (s *Scanner) settle(receipt []byte, f func(*period, *threshold.Sent) error) error {
	p, err := s.current()
	if err != nil {
		return err
	}
	points, err := parseSent(receipt)
	if err != nil || points.Scope() != p.dealer.Scope() {
		return err
	}
	return f(p, points)
}

// Sent is the memory of what was sent in the running period, for ScannerConfig.Sent. It is secret, as the account is, and belongs on the device.
func (s *Scanner) Sent() ([]byte, error) {
	p, err := s.current()
	if err != nil {
		return nil, err
	}
	return p.sent.MarshalBinary()
}

// parseSent reads a memory of any scope.
func parseSent(b []byte) (*threshold.Sent, error) {
	var scope threshold.Scope
	copy(scope[:], b)
	return threshold.ParseSent(b, scope)
}
