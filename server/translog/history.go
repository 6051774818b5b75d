package translog

import (
	"fmt"
	"slices"

	"github.com/veilhash/veilhash/sdk/trust"
)

// A History is what a log's entries say, in order. It is the one judge of what may follow what, for writers and monitors. The zero value is that of an empty log.
type History struct {
	last   *trust.Record
	tables map[[32]byte][32]byte // by layer's key, the digest of its table
}

// Last is the last entry; nil if there is none.
func (h *History) Last() *trust.Record { return h.last }

// Add takes the next entry. Errors are trust.ErrRecord, ErrEpoch, ErrKeyReused, ErrTime and ErrUnchanged, wrapped with what was wrong; then the history is as it was.
func (h *History) Add(entry []byte) error {
	r, err := trust.ParseRecord(entry)
	if err != nil {
		return err
	}
	if before := h.last; before != nil {
		same := r.Set == before.Set && slices.Equal(r.Layers, before.Layers)
		switch {
		case r.Epoch < before.Epoch:
			return fmt.Errorf("%w: %d after %d", ErrEpoch, r.Epoch, before.Epoch)
		case r.Epoch == before.Epoch && !same:
			return fmt.Errorf("%w: two sets for epoch %d, %s and %s", ErrEpoch, r.Epoch, before.Set, r.Set)
		case r.Epoch == before.Epoch && slices.Equal(r.Files, before.Files):
			return ErrUnchanged
		case r.Time < before.Time:
			return ErrTime
		}
	}
	for i, l := range r.Layers {
		digest, known := h.tables[l.Key]
		if known && digest != l.Digest || slices.ContainsFunc(r.Layers[:i], func(o trust.RecordLayer) bool { return o.Key == l.Key }) {
			return fmt.Errorf("%w: %x", ErrKeyReused, l.Key)
		}
	}
	if h.tables == nil {
		h.tables = make(map[[32]byte][32]byte)
	}
	for _, l := range r.Layers {
		h.tables[l.Key] = l.Digest
	}
	h.last = r
	return nil
}
