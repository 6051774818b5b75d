package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/veilhash/veilhash/server/store"
)

// Queue has the depth of a store's queue of calls that wait to be committed read at each scrape.
func (m *Metrics) Queue(depth func() (calls, bytes int)) {
	for name, f := range map[string]func() float64{
		"calls": func() float64 { calls, _ := depth(); return float64(calls) },
		"bytes": func() float64 { _, bytes := depth(); return float64(bytes) },
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "veilhash_store_queue_" + name, Help: "What waits to be committed, in " + name + ".",
		}, f))
	}
}

const (
	backlogEvery   = 10 * time.Second // between two looks at the store, however often there is a scrape
	backlogTimeout = 5 * time.Second
)

// Backlog has what waits for a matcher read from the store when it is scraped, at most every ten seconds. Where the store does not answer the numbers are missing.
func (m *Metrics) Backlog(work store.Work, sets ...store.SetID) {
	m.registry.MustRegister(&backlog{work: work, sets: sets})
}

// A backlog is a collector of what waits for a matcher.
type backlog struct {
	work store.Work
	sets []store.SetID

	mu     sync.Mutex
	looked time.Time     // guarded by mu, and so the rest
	last   store.Backlog // over all sets
	known  bool
}

var (
	waitingDesc = prometheus.NewDesc("veilhash_match_waiting_vouchers", "Vouchers on which work is left.", nil, nil)
	oldestDesc  = prometheus.NewDesc("veilhash_match_oldest_waiting_age_seconds", "How long ago the oldest voucher on which work is left came in; 0 if there is none.", nil, nil)
	stuckDesc   = prometheus.NewDesc("veilhash_match_stuck_vouchers", "Vouchers on which work is left after many attempts. They are tried again every hour and never given up.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (*backlog) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, oldestDesc, stuckDesc} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (b *backlog) Collect(to chan<- prometheus.Metric) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); now.Sub(b.looked) >= backlogEvery {
		b.looked = now
		b.last, b.known = b.look()
	}
	if !b.known {
		return
	}
	age := 0.0
	if !b.last.Oldest.IsZero() {
		age = max(0, time.Since(b.last.Oldest).Seconds())
	}
	for desc, v := range map[*prometheus.Desc]float64{waitingDesc: float64(b.last.Waiting), oldestDesc: age, stuckDesc: float64(b.last.Stuck)} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v)
	}
}

// look asks the store.
func (b *backlog) look() (sum store.Backlog, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	for _, set := range b.sets {
		part, err := b.work.Backlog(ctx, set)
		if err != nil {
			return sum, false
		}
		sum.Waiting += part.Waiting
		sum.Stuck += part.Stuck
		if !part.Oldest.IsZero() && (sum.Oldest.IsZero() || part.Oldest.Before(sum.Oldest)) {
			sum.Oldest = part.Oldest
		}
	}
	return sum, true
}
