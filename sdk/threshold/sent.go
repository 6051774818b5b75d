package threshold

import (
	"encoding/binary"
	"errors"
	"slices"
)

// MaxSent is the largest number of points that a Sent remembers: 2 MiB.
const MaxSent = 1 << 18

var (
	// ErrSentFull reports a memory that holds MaxSent points.
	ErrSentFull = errors.New("threshold: memory of sent points is full")
	// ErrSentFormat reports bytes that are no memory of sent points.
	ErrSentFormat = errors.New("threshold: not a memory of sent points")
	// ErrSentScope reports a memory that belongs to another scope: another
	// account, generation, period or set. It must be discarded, not used.
	ErrSentScope = errors.New("threshold: memory of sent points belongs to another scope")
)

// Sent remembers which points a device has sent in one scope, true and
// synthetic alike, so that a repeated picture goes out as a voucher of dummies
// and the server does not learn that it was repeated.
//
// A point enters after the server's acknowledgement, never before: a point
// that is remembered and was not received is lost for the period. Retries of
// one upload resend identical bytes.
//
// A Sent is not safe for concurrent use.
type Sent struct {
	scope  Scope
	points []element // in rising order: an order of arrival would tell when each was sent
}

// NewSent returns an empty memory for this scope.
func NewSent(scope Scope) *Sent {
	return &Sent{scope: scope}
}

// Contains reports whether the point of this share was sent and acknowledged.
func (s *Sent) Contains(share Share) bool {
	_, found := slices.BinarySearch(s.points, share.x)
	return found
}

// Acknowledge remembers the point of this share. A full memory returns
// ErrSentFull and stays as it is; later repeats of that point are visible.
func (s *Sent) Acknowledge(share Share) error {
	at, found := slices.BinarySearch(s.points, share.x)
	if found {
		return nil
	}
	if len(s.points) >= MaxSent {
		return ErrSentFull
	}
	s.points = slices.Insert(s.points, at, share.x)
	return nil
}

// Merge remembers all points of another memory of the same scope. Errors:
// ErrSentScope; ErrSentFull, where as many are remembered as fit.
func (s *Sent) Merge(other *Sent) (err error) {
	if s.scope != other.scope {
		return ErrSentScope
	}
	merged := make([]element, 0, len(s.points)+len(other.points))
	room := MaxSent - len(s.points)
	rest := s.points
	for _, x := range other.points {
		for len(rest) > 0 && rest[0] < x {
			merged, rest = append(merged, rest[0]), rest[1:]
		}
		switch {
		case len(rest) > 0 && rest[0] == x:
		case room == 0:
			err = ErrSentFull
		default:
			merged = append(merged, x)
			room--
		}
	}
	s.points = append(merged, rest...)
	return err
}

// Remove forgets all points of another memory, whatever its scope.
func (s *Sent) Remove(other *Sent) {
	s.points = slices.DeleteFunc(s.points, func(x element) bool { return other.Contains(Share{x: x}) })
}

// Scope returns the scope that the memory belongs to.
func (s *Sent) Scope() Scope { return s.scope }

// Len returns the number of points remembered.
func (s *Sent) Len() int { return len(s.points) }

// MarshalBinary returns the scope (16 bytes) and the points in rising order,
// eight big-endian bytes each. The order hides when each was sent. It must be
// kept on the device.
func (s *Sent) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, len(s.scope)+8*len(s.points))
	b = append(b, s.scope[:]...)
	for _, x := range s.points {
		b = binary.BigEndian.AppendUint64(b, uint64(x))
	}
	return b, nil
}

// ParseSent reads a memory and checks that it is this scope's. Errors:
// ErrSentFormat, ErrSentScope.
func ParseSent(encoded []byte, scope Scope) (*Sent, error) {
	s := NewSent(scope)
	n := len(encoded) - len(scope)
	if n < 0 || n%8 != 0 || n/8 > MaxSent {
		return nil, ErrSentFormat
	}
	if Scope(encoded[:len(scope)]) != scope {
		return nil, ErrSentScope
	}
	last := element(0) // no point is 0, so the first must exceed it
	for b := encoded[len(scope):]; len(b) > 0; b = b[8:] {
		x := element(binary.BigEndian.Uint64(b))
		if x <= last || x >= modulus {
			return nil, ErrSentFormat
		}
		s.points = append(s.points, x)
		last = x
	}
	return s, nil
}

// String returns a text without the points.
func (s Sent) String() string { return "threshold.Sent(redacted)" }

// GoString is String, for %#v.
func (s Sent) GoString() string { return s.String() }
