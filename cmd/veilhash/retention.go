package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/metrics"
	"github.com/veilhash/veilhash/server/store"
)

// days is a time on the command line: "30d", or as Go writes times, "36h".
type days time.Duration

// UnmarshalText reads it.
func (d *days) UnmarshalText(text []byte) error {
	if n, found := strings.CutSuffix(string(text), "d"); found {
		whole, err := strconv.ParseUint(n, 10, 16)
		*d = days(time.Duration(whole) * 24 * time.Hour)
		if err == nil && *d > 0 {
			return nil
		}
	} else if t, err := time.ParseDuration(string(text)); err == nil && t > 0 {
		*d = days(t)
		return nil
	}
	return errors.New("a time looks like 30d or 36h")
}

func (d days) String() string {
	const day = days(24 * time.Hour)
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return time.Duration(d).String()
}

// retentionFlags say how long what is kept.
type retentionFlags struct {
	RetainClosed   days `placeholder:"TIME" help:"Delete vouchers that stay closed, or are invalid, so long after they came in, for instance 30d. Without it they are kept."`
	RetainMatches  days `placeholder:"TIME" help:"Delete the matches of an account below the threshold so long after their period. Without it they are kept."`
	RetainEvidence days `placeholder:"TIME" help:"Delete what was opened so long after it was, and after its period; in the United States not before 365d (18 U.S.C. 2258A(h)). Without it it is kept."`
}

func (f *retentionFlags) given() bool {
	return f.RetainClosed > 0 || f.RetainMatches > 0 || f.RetainEvidence > 0
}

func (f *retentionFlags) text() string {
	var parts []string
	for _, p := range []struct {
		name string
		d    days
	}{{"closed", f.RetainClosed}, {"matches", f.RetainMatches}, {"evidence", f.RetainEvidence}} {
		if p.d > 0 {
			parts = append(parts, p.name+" "+p.d.String())
		}
	}
	return strings.Join(parts, ", ")
}

// expiry is what is over its time now, under a set with periods of so many days.
func (f *retentionFlags) expiry(set store.SetID, periodDays int, now time.Time) store.Expiry {
	e := store.Expiry{Set: set, Now: now, Limit: store.MaxBatch}
	period := time.Duration(periodDays) * 24 * time.Hour
	if f.RetainClosed > 0 {
		e.Closed = now.Add(-time.Duration(f.RetainClosed))
	}
	if f.RetainMatches > 0 { // a period after the newest match, its period is over, whichever it says it belongs to
		e.Tallies = now.Add(-period - time.Duration(f.RetainMatches))
	}
	if f.RetainEvidence > 0 {
		e.Evidence = now.Add(-period - time.Duration(f.RetainEvidence))
	}
	return e
}

// sweep deletes until nothing is left that is over its time.
func (f *retentionFlags) sweep(ctx context.Context, db store.Retention, set store.SetID, periodDays int, o *metrics.Metrics) (sum store.Deleted, err error) {
	e := f.expiry(set, periodDays, time.Now())
	for _, only := range []struct {
		reason store.Reason
		e      store.Expiry
	}{
		{store.ReasonClosed, store.Expiry{Set: e.Set, Now: e.Now, Limit: e.Limit, Closed: e.Closed}},
		{store.ReasonTally, store.Expiry{Set: e.Set, Now: e.Now, Limit: e.Limit, Tallies: e.Tallies}},
		{store.ReasonEvidence, store.Expiry{Set: e.Set, Now: e.Now, Limit: e.Limit, Evidence: e.Evidence}},
	} {
		for ctx.Err() == nil {
			n, err := db.Expire(ctx, only.e)
			if o != nil {
				o.Deleted(only.reason, n)
			}
			sum = sum.Add(n)
			if err != nil {
				return sum, err
			}
			if n == (store.Deleted{}) {
				break
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return sum, err
	}
	if o != nil {
		o.Swept(time.Now())
	}
	return sum, nil
}

// sweepEvery is how often serve deletes what is over its time.
const sweepEvery = time.Hour

// keepSweeping sweeps at once and then every hour, until ctx ends.
func (c *serverConfig) keepSweeping(ctx context.Context, db store.Retention) {
	for ctx.Err() == nil {
		m := c.set.Manifest
		n, err := c.retention.sweep(ctx, db, store.SetID(m.Origin().ID), m.PeriodDays, c.observer)
		for _, p := range c.previous {
			if err == nil && p.Manifest.Origin().ID != m.Origin().ID {
				var more store.Deleted
				more, err = c.retention.sweep(ctx, db, store.SetID(p.Manifest.Origin().ID), p.Manifest.PeriodDays, c.observer)
				n = n.Add(more)
			}
		}
		switch {
		case err != nil && ctx.Err() == nil:
			c.log.ErrorContext(ctx, "what is over its time could not be deleted", "role", "retention", "reason", err)
		case n != store.Deleted{}:
			c.log.InfoContext(ctx, "deleted what was over its time", "role", "retention", "vouchers", n.Vouchers, "tallies", n.Tallies, "evidence", n.Evidence)
		}
		select {
		case <-ctx.Done():
		case <-time.After(sweepEvery):
		}
	}
}
