package limit

import (
	"cmp"
	"hash/maphash"
	"sync"
	"time"
)

// Limits are those of an application. A zero Rate limits nothing.
type Limits struct {
	Requests, Bytes               Rate // of the application as a whole
	AccountRequests, AccountBytes Rate // of each of its accounts
}

// Or are the limits, with d's where they say none.
func (l Limits) Or(d Limits) Limits {
	return Limits{cmp.Or(l.Requests, d.Requests), cmp.Or(l.Bytes, d.Bytes), cmp.Or(l.AccountRequests, d.AccountRequests), cmp.Or(l.AccountBytes, d.AccountBytes)}
}

// Config says what is kept.
type Config struct {
	// Default are the limits where an application's own say nothing.
	Default Limits

	// Accounts is how many accounts' buckets are kept. 0 means 65,536.
	Accounts int

	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

const (
	defaultAccounts = 1 << 16
	maxApplications = 1 << 12 // they are few, and named by whoever runs the server
)

// A Limiter has the buckets. It is safe for concurrent use.
type Limiter struct {
	cfg  Config
	seed maphash.Seed

	mu       sync.Mutex
	apps     recent
	accounts recent
}

// New returns a limiter whose buckets are full.
func New(cfg Config) *Limiter {
	cfg.Accounts = cmp.Or(cfg.Accounts, defaultAccounts)
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Limiter{cfg: cfg, seed: maphash.MakeSeed(), apps: newRecent(maxApplications), accounts: newRecent(cfg.Accounts)}
}

// A Taking is who takes how much.
type Taking struct {
	App     string
	Account string // empty: none is known, and only the application's limits are asked
	Limits  Limits // the application's own
	Bytes   int    // of the request's body, or the most that it may have
}

// Take takes a request, and its bytes, out of the buckets of its application and its account. It returns 0, or takes nothing and returns how long it will be until
// all of them could grant it, if nothing else comes.
func (l *Limiter) Take(t Taking) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked, n := l.asked(t)
	for i := range n {
		wait = max(wait, asked[i].lacks(asked[i].rate, asked[i].n))
	}
	if wait > 0 {
		return wait
	}
	for i := range n {
		asked[i].left -= min(asked[i].n, float64(asked[i].rate.N))
	}
	return 0
}

// GiveBack undoes a Take that was granted, of a request that the server could not serve for reasons of its own.
func (l *Limiter) GiveBack(t Taking) {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked, n := l.asked(t)
	for i := range n {
		a := &asked[i]
		a.left = min(a.left+min(a.n, float64(a.rate.N)), float64(a.rate.N))
	}
}

// A demand is how many of a bucket's are wanted.
type demand struct {
	*bucket
	rate Rate
	n    float64
}

// asked are the buckets that a request needs, the first n, filled up to now.
func (l *Limiter) asked(t Taking) (out [4]demand, n int) {
	now := l.cfg.Clock()
	limits := t.Limits.Or(l.cfg.Default)
	add := func(b *bucket, r Rate, amount float64) {
		if !r.IsZero() {
			b.fill(r, now)
			out[n] = demand{b, r, amount}
			n++
		}
	}
	if !limits.Requests.IsZero() || !limits.Bytes.IsZero() {
		b := l.apps.get(maphash.String(l.seed, t.App))
		add(&b.requests, limits.Requests, 1)
		add(&b.bytes, limits.Bytes, float64(t.Bytes))
	}
	if t.Account != "" && (!limits.AccountRequests.IsZero() || !limits.AccountBytes.IsZero()) {
		b := l.accounts.get(maphash.Comparable(l.seed, [2]string{t.App, t.Account}))
		add(&b.requests, limits.AccountRequests, 1)
		add(&b.bytes, limits.AccountBytes, float64(t.Bytes))
	}
	return out, n
}

// Stats are what an operator may want to see.
type Stats struct {
	Accounts  int    // whose buckets are kept
	Displaced uint64 // whose buckets were forgotten to make room, since the start
}

// Stats returns them.
func (l *Limiter) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Stats{l.accounts.len(), l.accounts.displaced}
}
