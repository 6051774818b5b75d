package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/store"
)

// Metrics are a process's counters. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests        *prometheus.CounterVec
	requestSeconds  *prometheus.HistogramVec
	ingested        *prometheus.CounterVec
	bodyBytes       prometheus.Counter
	commits         *prometheus.CounterVec
	commitCalls     prometheus.Histogram
	commitSeconds   prometheus.Histogram
	batches         *prometheus.CounterVec
	batchSeconds    prometheus.Histogram
	decided         *prometheus.CounterVec
	reclaimed       prometheus.Counter
	postponed       prometheus.Counter
	evidence        *prometheus.CounterVec
	thresholds      prometheus.Counter
	deleted         *prometheus.CounterVec
	deletionSeconds prometheus.Gauge
}

var _ server.Observer = (*Metrics)(nil)

// New registers everything, the Go runtime's and the process's own numbers among it.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		return add(m, prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help}))
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return add(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return add(m, prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}))
	}
	short := prometheus.ExponentialBuckets(0.0005, 2, 16) // half a millisecond to 16 s
	m.requests = counters("veilhash_http_requests_total", "Requests, by route and status.", "route", "code")
	m.requestSeconds = add(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "veilhash_http_request_duration_seconds", Help: "How long requests took, by route.", Buckets: short,
	}, []string{"route"}))
	m.ingested = counters("veilhash_ingest_vouchers_total", `Vouchers that were sent in, by result: "stored", "repeated", or the code of the refusal.`, "result")
	m.bodyBytes = counter("veilhash_ingest_body_bytes_total", "Bytes of the bodies of vouchers that were read.")
	m.commits = counters("veilhash_store_commits_total", `Commits of groups of calls, by result: "ok" or "failed".`, "result")
	m.commitCalls = histogram("veilhash_store_commit_calls", "Calls in a commit.", prometheus.ExponentialBuckets(1, 2, 10))
	m.commitSeconds = histogram("veilhash_store_commit_duration_seconds", "How long commits took.", short)
	m.batches = counters("veilhash_match_batches_total", `Batches of vouchers, by result: "ok" or "failed".`, "result")
	m.batchSeconds = histogram("veilhash_match_batch_duration_seconds", "How long batches took.", prometheus.ExponentialBuckets(0.005, 2, 15))
	m.decided = counters("veilhash_match_vouchers_total", `Vouchers that were decided here, by outcome: "closed", "match", or "invalid" with its reason.`, "outcome", "reason")
	m.reclaimed = counter("veilhash_match_reclaimed_vouchers_total", "Vouchers that were claimed not for the first time: another matcher's lease has ended, or they were postponed.")
	m.postponed = counter("veilhash_match_postponed_vouchers_total", "Vouchers that could not be tried or counted, and were put back for later.")
	m.evidence = counters("veilhash_match_evidence_total", `Matches of open accounts that were opened, by outcome: "readable", "foreign" or "damaged".`, "outcome")
	m.thresholds = counter("veilhash_match_thresholds_total", "Accounts that have reached the threshold, in a period.")
	m.deleted = counters("veilhash_retention_deleted_total", "Records that were deleted, by kind and reason.", "kind", "reason")
	m.deletionSeconds = add(m, prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "veilhash_retention_last_sweep_timestamp_seconds", Help: "When what is over its time was last deleted to the end; 0 for not since the start.",
	}))
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

func add[C prometheus.Collector](m *Metrics, c C) C {
	m.registry.MustRegister(c)
	return c
}

// Gatherer is what a test, or a program's own exporter, reads.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Handler answers GET /metrics and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	return mux
}

// Request implements [server.Observer].
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.requestSeconds.WithLabelValues(route).Observe(took.Seconds())
}

// Body implements [ingest.Observer].
func (m *Metrics) Body(bytes int) { m.bodyBytes.Add(float64(bytes)) }

// Answered implements [ingest.Observer].
func (m *Metrics) Answered(result string) { m.ingested.WithLabelValues(result).Inc() }

// Committed is told of a commit of calls to a store, as sqlite.Config and postgres.Config report it.
func (m *Metrics) Committed(calls int, took time.Duration, err error) {
	m.commits.WithLabelValues(result(err)).Inc()
	m.commitCalls.Observe(float64(calls))
	m.commitSeconds.Observe(took.Seconds())
}

// Batch implements [match.Observer].
func (m *Metrics) Batch(reclaimed int, took time.Duration, err error) {
	m.batches.WithLabelValues(result(err)).Inc()
	m.batchSeconds.Observe(took.Seconds())
	m.reclaimed.Add(float64(reclaimed))
}

// Decided implements [match.Observer].
func (m *Metrics) Decided(state store.State, reason string, vouchers int) {
	m.decided.WithLabelValues(state.String(), reason).Add(float64(vouchers))
}

// Postponed implements [match.Observer].
func (m *Metrics) Postponed() { m.postponed.Inc() }

// ThresholdReached implements [match.Observer].
func (m *Metrics) ThresholdReached() { m.thresholds.Inc() }

// Opened implements [match.Observer].
func (m *Metrics) Opened(outcome store.Outcome) { m.evidence.WithLabelValues(outcome.String()).Inc() }

// Deleted is told of a deletion.
func (m *Metrics) Deleted(reason store.Reason, n store.Deleted) {
	for kind, count := range map[string]uint64{"voucher": n.Vouchers, "tally": n.Tallies, "evidence": n.Evidence} {
		m.deleted.WithLabelValues(kind, string(reason)).Add(float64(count))
	}
}

// Swept is told that all that was over its time has been deleted.
func (m *Metrics) Swept(at time.Time) { m.deletionSeconds.Set(float64(at.Unix())) }

func result(err error) string {
	if err != nil {
		return "failed"
	}
	return "ok"
}
