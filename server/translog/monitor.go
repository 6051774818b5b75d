package translog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

// An Alarm is something that must not happen in a log. It is the reason why there are monitors: tell the others.
type Alarm struct {
	Kind string // "rewritten", "epoch", "key-reused", "entry", "signature", "witnesses", "stale"
	Err  error  // what was wrong
}

// Error says what was wrong.
func (a *Alarm) Error() string { return "alarm: " + a.Kind + ": " + a.Err.Error() }

// Unwrap is what was wrong.
func (a *Alarm) Unwrap() error { return a.Err }

// A Monitor follows a log. Its memory is the entries themselves, so that each look checks the whole history anew; a log of sets has few.
type Monitor struct {
	Policy *tlog.Policy // whose checkpoints count
	MaxAge time.Duration
	Clock  func() time.Time
}

// A Report is what a look found.
type Report struct {
	Log     string
	Size    uint64
	New     []*trust.Record // entries since the last look
	Last    *trust.Record   // nil for an empty log
	Newest  time.Time       // of the cosignatures
	Witness []tlog.Cosignature
	State   []byte // to remember: the checkpoint, a signed note
}

// Look reads a log of sets and compares it with the state of the last look, which is empty the first time. The error is an *Alarm for what must not happen; any
// other error means that the log could not be read, which says nothing about it, except that it should not last.
func (m *Monitor) Look(ctx context.Context, src Source, state []byte) (*Report, error) {
	var h History
	var fresh []*trust.Record
	r, err := m.Follow(ctx, src, state, &h, func(uint64) { fresh = append(fresh, h.Last()) })
	if r != nil {
		r.New, r.Last = fresh, h.Last()
	}
	return r, err
}

// Follow is Look for a log of any entries: a judge, empty, is given them all, and fresh is called after each that has come since the last look.
func (m *Monitor) Follow(ctx context.Context, src Source, state []byte, judge Judge, fresh func(index uint64)) (*Report, error) {
	n, c, err := checkpoint(ctx, src)
	if errors.Is(err, tlog.ErrNote) || errors.Is(err, tlog.ErrCheckpoint) {
		return nil, &Alarm{"signature", err}
	}
	if err != nil {
		return nil, err
	}
	if _, _, err := m.Policy.Verify(n); err != nil {
		return nil, &Alarm{"signature", err}
	}
	r := &Report{Log: c.Origin, Size: c.Size, State: n.AppendText(nil)}
	seen, err := m.compare(ctx, src, c, state)
	if err != nil {
		return nil, err
	}
	entries, err := readEntries(ctx, src, c, 0)
	if errors.Is(err, ErrFile) {
		return nil, &Alarm{"rewritten", err}
	}
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		if err := judge.Add(e); err != nil {
			return nil, &Alarm{kindOf(err), fmt.Errorf("entry %d: %w", i, err)}
		}
		if uint64(i) >= seen {
			fresh(uint64(i))
		}
	}
	return r, m.witnessed(n, c, r)
}

// compare checks that a log continues what was seen of it, and returns how much that was.
func (m *Monitor) compare(ctx context.Context, src Source, c *tlog.Checkpoint, state []byte) (uint64, error) {
	if len(state) == 0 {
		return 0, nil
	}
	n, err := tlog.ParseNote(state)
	if err != nil {
		return 0, fmt.Errorf("translog: the monitor's state: %w", err)
	}
	before, _, err := m.Policy.Verify(n)
	if err != nil {
		return 0, fmt.Errorf("translog: the monitor's state: %w", err)
	}
	if c.Size < before.Size {
		return 0, &Alarm{"stale", fmt.Errorf("the log has %d entries, and had %d: a stale mirror, or a log that was rolled back", c.Size, before.Size)}
	}
	proof, err := proveTree(ctx, src, c, before.Size)
	if errors.Is(err, ErrFile) {
		return 0, &Alarm{"rewritten", err}
	}
	if err != nil {
		return 0, err
	}
	if err := tlog.VerifyConsistency(proof, before.Size, c.Size, before.Root, c.Root); err != nil {
		return 0, &Alarm{"rewritten", fmt.Errorf("%w: it had\n%s\nand now has\n%s", err, indent(n.Text), indent(c.Text()))}
	}
	return before.Size, nil
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ")
}

// witnessed checks that a quorum has seen the checkpoint, and not too long ago.
func (m *Monitor) witnessed(n *tlog.Note, c *tlog.Checkpoint, r *Report) error {
	_, seen, err := m.Policy.Verify(n)
	if err != nil {
		return &Alarm{"signature", err}
	}
	r.Witness = seen
	var fresh []tlog.Cosignature
	for _, s := range seen {
		at := time.Unix(int64(s.Time), 0).UTC()
		if at.After(r.Newest) {
			r.Newest = at
		}
		if m.MaxAge == 0 || m.Clock().Sub(at) <= m.MaxAge {
			fresh = append(fresh, s)
		}
	}
	switch {
	case c.Size == 0: // nothing to see yet
	case !m.Policy.Satisfied(seen):
		return &Alarm{"witnesses", ErrQuorum}
	case !m.Policy.Satisfied(fresh):
		return &Alarm{"stale", fmt.Errorf("the newest cosignature is of %s: a stale mirror, or witnesses that were not asked", r.Newest.Format(time.RFC3339))}
	}
	return nil
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, ErrEpoch), errors.Is(err, ErrTime):
		return "epoch"
	case errors.Is(err, ErrKeyReused):
		return "key-reused"
	}
	return "entry"
}
