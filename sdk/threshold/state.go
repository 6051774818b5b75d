package threshold

import (
	"encoding/binary"
	"errors"
)

var (
	// ErrState reports bytes that are no detector state.
	ErrState = errors.New("threshold: not a detector state")
	// ErrStateParams reports the state of a detector with another threshold or
	// number of synthetic points.
	ErrStateParams = errors.New("threshold: detector state was made with other parameters")
)

// A detector's state, version 0, all integers big-endian:
//
//	version (1 byte, 0) ‖ T (4) ‖ w (4) ‖ kind (1)
//	kind 0, closed: for each point, oldest first:
//	        conflict (1, 0 or 1) ‖ voucher (32) ‖ share (8·(1+m))
//	kind 1, open: the m·T coefficients (8 each), constants first
//
// A point with a conflict has zeros for its values. T+1+w points at most: 19
// KB for T = 30 and w = 32; open, 8 KB.
const (
	stateVersion    = 0
	stateClosed     = 0
	stateOpen       = 1
	stateHeaderSize = 1 + 4 + 4 + 1
)

// MarshalBinary returns the state, for [RestoreDetector]. Equal states have
// equal bytes. Once open, it must be kept secret as the payload key must.
func (d *Detector) MarshalBinary() ([]byte, error) {
	b := []byte{stateVersion}
	b = binary.BigEndian.AppendUint32(b, uint32(d.config.Threshold))
	b = binary.BigEndian.AppendUint32(b, uint32(d.config.Synthetic))
	if d.polynomials != nil {
		b = append(b, stateOpen)
		for _, f := range d.polynomials {
			for _, c := range f {
				b = binary.BigEndian.AppendUint64(b, uint64(c))
			}
		}
		return b, nil
	}
	b = append(b, stateClosed)
	for _, p := range d.window {
		if p.conflict {
			p.share.y = make([]element, Polynomials(d.config.Synthetic))
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
		b = append(b, p.ref[:]...)
		b = p.share.append(b)
	}
	return b, nil
}

// RestoreDetector returns the detector with this state. The state comes from
// the server's own storage: what it says is believed, but bytes that no
// detector writes are refused with ErrState, and a state of other parameters
// than config's with ErrStateParams; config itself as by [NewDetector].
func RestoreDetector(config Config, state []byte) (*Detector, error) {
	d, err := NewDetector(config)
	if err != nil {
		return nil, err
	}
	if len(state) < stateHeaderSize || state[0] != stateVersion {
		return nil, ErrState
	}
	if binary.BigEndian.Uint32(state[1:]) != uint32(config.Threshold) ||
		binary.BigEndian.Uint32(state[5:]) != uint32(config.Synthetic) {
		return nil, ErrStateParams
	}
	kind, body := state[stateHeaderSize-1], state[stateHeaderSize:]
	switch kind {
	case stateClosed:
		err = d.restoreWindow(body)
	case stateOpen:
		err = d.restorePolynomials(body)
	default:
		err = ErrState
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Detector) restoreWindow(body []byte) error {
	m := Polynomials(d.config.Synthetic)
	size := 1 + len(Ref{}) + 8*(1+m)
	n := len(body) / size
	if len(body)%size != 0 || n > d.capacity() {
		return ErrState
	}
	seen := make(map[element]bool, n)
	d.window = make([]windowed, n)
	for i := range d.window {
		entry := body[i*size : (i+1)*size]
		p := windowed{ref: Ref(entry[1:]), share: Share{y: make([]element, m)}}
		x, ok := decodeElements(p.share.y, entry[1+len(p.ref):])
		if !ok || x == 0 || seen[x] || entry[0] > 1 {
			return ErrState
		}
		seen[x] = true
		p.share.x = x
		if p.conflict = entry[0] == 1; p.conflict {
			for _, y := range p.share.y {
				if y != 0 {
					return ErrState
				}
			}
			p.share.y = nil
		}
		d.window[i] = p
	}
	return nil
}

func (d *Detector) restorePolynomials(body []byte) error {
	m, T := Polynomials(d.config.Synthetic), d.config.Threshold
	if len(body) != 8*m*T {
		return ErrState
	}
	d.polynomials = make([][]element, m)
	for i := range d.polynomials {
		d.polynomials[i] = make([]element, T)
		for j := range d.polynomials[i] {
			c := element(binary.BigEndian.Uint64(body[8*(i*T+j):]))
			if c >= modulus {
				return ErrState
			}
			d.polynomials[i][j] = c
		}
	}
	return nil
}
