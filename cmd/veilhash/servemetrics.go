package main

import (
	"context"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/store"
)

// serveMetrics answers for the observer on its own listener until it is stopped, which it is after everything else. Where applications have keys, it wants one that may read metrics.
func (a *app) serveMetrics(ctx context.Context, c *serverConfig) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	a.remark("metrics at http://%s/metrics", c.metrics.Addr())
	h := c.observer.Handler()
	if c.apps != nil {
		h = access.Guard(c.apps, access.ReadMetrics, c.log.With("role", "metrics"), h)
	}
	go func() { done <- server.Serve(ctx, c.metrics, h, c.log) }()
	return func() error {
		cancel()
		return <-done
	}
}

// watch has the observer read what waits in the store.
func (c *serverConfig) watch(db store.Store) {
	if c.observer == nil {
		return
	}
	if q, ok := db.(interface{ Queue() (calls, bytes int) }); ok {
		c.observer.Queue(q.Queue)
	}
	seen := make(map[store.SetID]bool)
	var sets []store.SetID
	for _, m := range c.matchers { // others may not read it
		if id := store.SetID(m.Manifest().Origin().ID); !seen[id] {
			seen[id] = true
			sets = append(sets, id)
		}
	}
	if len(sets) > 0 {
		c.observer.Backlog(db, sets...)
	}
}
