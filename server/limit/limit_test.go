package limit_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/limit"
)

// A clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newClock() *clock { return &clock{time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)} }

func rate(t testing.TB, text string) limit.Rate {
	t.Helper()
	r, err := limit.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRates(t *testing.T) {
	for text, want := range map[string]limit.Rate{
		"600/1m": {N: 600, Per: time.Minute}, "1/1s": {N: 1, Per: time.Second}, "5/90s": {N: 5, Per: 90 * time.Second},
		"7/1000h": {N: 7, Per: 1000 * time.Hour}, "9007199254740992/1s": {N: 1 << 53, Per: time.Second},
	} {
		if got, err := limit.ParseRate(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: %v (%s), %v", text, got, got, err)
		}
	}
	if got := rate(t, "10/3600s").String(); got != "10/1h" {
		t.Errorf("an hour of seconds is %s", got)
	}
	for _, text := range []string{
		"", "600", "600/", "/1m", "600/m", "0/1m", "600/0s", "-1/1m", "+1/1m", "01/1m", "1/01s", "600/1d", "600/1.5m", "1e3/1m", "600 /1m",
		"600/1m ", "600/1001h", "9007199254740993/1s", "18446744073709551616/1s", "1/18446744073709551617s", "600/1m/1m", "٣/1m", "none",
	} {
		if r, err := limit.ParseRate(text); !errors.Is(err, limit.ErrRate) || r != (limit.Rate{}) {
			t.Errorf("%q: %v, %v", text, r, err)
		}
	}
	var r limit.Rate
	if err := r.UnmarshalText([]byte("none")); err != nil || !r.IsZero() || r.String() != "none" {
		t.Errorf("none: %v, %v", r, err)
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"600/1m", "1/1s", "9007199254740992/1000h", "0/1s", "1/1d", "/", "1/", "\xff/1s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := limit.ParseRate(text)
		if err != nil {
			if !errors.Is(err, limit.ErrRate) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := limit.ParseRate(r.String()); err != nil || again != r || r.IsZero() {
			t.Errorf("%q is %s, which is %v, %v", text, r, again, err)
		}
	})
}

// TestHonest: who waits as long as it is told is granted what it asked for, whatever the limit and the sizes, and one nanosecond earlier is not.
func TestHonest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		c := newClock()
		limits := limit.Limits{
			Requests:        limit.Rate{N: 1 + r.Uint64N(50), Per: time.Duration(1+r.IntN(100)) * time.Second},
			AccountRequests: limit.Rate{N: 1 + r.Uint64N(20), Per: time.Duration(1+r.IntN(100)) * time.Second},
			AccountBytes:    limit.Rate{N: 1 + r.Uint64N(100_000), Per: time.Duration(1+r.IntN(100)) * time.Second},
		}
		l := limit.New(limit.Config{Clock: c.Now})
		refused := 0
		for range 200 {
			take := limit.Taking{App: "chat", Account: fmt.Sprint(r.IntN(3)), Limits: limits, Bytes: r.IntN(120_000)}
			wait := l.Take(take)
			if wait == 0 {
				continue
			}
			refused++
			c.now = c.now.Add(wait - 2*time.Microsecond)
			if wait > 10*time.Microsecond {
				if again := l.Take(take); again == 0 || again > 5*time.Microsecond {
					t.Fatalf("%+v: told to wait %v, and a little earlier %v", limits, wait, again)
				}
			}
			c.now = c.now.Add(3 * time.Microsecond)
			if again := l.Take(take); again != 0 {
				t.Fatalf("%+v: told to wait %v, and then again %v", limits, wait, again)
			}
		}
		if refused == 0 {
			t.Errorf("%+v refused nothing", limits)
		}
	}
}

// TestFlood: what an account is refused costs neither itself nor the others of its application anything.
func TestFlood(t *testing.T) {
	c := newClock()
	l := limit.New(limit.Config{Clock: c.Now})
	limits := limit.Limits{Requests: rate(t, "100/100s"), AccountRequests: rate(t, "10/100s")}
	granted := 0
	for range 10_000 {
		if l.Take(limit.Taking{App: "chat", Account: "mallory", Limits: limits}) == 0 {
			granted++
		}
	}
	if granted != 10 {
		t.Errorf("an account that may send 10 was granted %d", granted)
	}
	for i := range 9 {
		for range 10 {
			if wait := l.Take(limit.Taking{App: "chat", Account: fmt.Sprint(i), Limits: limits}); wait != 0 {
				t.Fatalf("account %d must wait %v", i, wait)
			}
		}
	}
	if l.Take(limit.Taking{App: "chat", Account: "one more", Limits: limits}) == 0 {
		t.Error("the application's limit does not hold")
	}
	if wait := l.Take(limit.Taking{App: "forum", Account: "mallory", Limits: limits}); wait != 0 {
		t.Errorf("another application's account of the same name must wait %v", wait)
	}
	c.now = c.now.Add(10 * time.Second)
	if wait := l.Take(limit.Taking{App: "chat", Account: "mallory", Limits: limits}); wait != 0 {
		t.Errorf("after 10,000 refusals an account must wait %v more", wait)
	}
}

func TestGiveBack(t *testing.T) {
	c := newClock()
	l := limit.New(limit.Config{Clock: c.Now, Default: limit.Limits{Requests: rate(t, "5/1h"), AccountBytes: rate(t, "1000/1h")}})
	take := limit.Taking{App: "chat", Account: "ann", Bytes: 400}
	for range 100 {
		if wait := l.Take(take); wait != 0 {
			t.Fatalf("what was given back is missing: %v", wait)
		}
		l.GiveBack(take)
	}
	for range 3 {
		l.GiveBack(take) // never taken: a bucket holds no more than it holds
	}
	if l.Take(take) != 0 || l.Take(take) != 0 || l.Take(take) == 0 {
		t.Error("giving back makes a bucket larger")
	}
}

// TestReloaded: limits that change hold at once, and what was used stays used.
func TestReloaded(t *testing.T) {
	c := newClock()
	l := limit.New(limit.Config{Clock: c.Now})
	take := func(text string) time.Duration {
		return l.Take(limit.Taking{App: "chat", Account: "ann", Limits: limit.Limits{AccountRequests: rate(t, text)}})
	}
	for range 5 {
		if take("10/10s") != 0 {
			t.Fatal("refused")
		}
	}
	if take("2/10s") != 0 || take("2/10s") != 0 || take("2/10s") == 0 {
		t.Error("a lowered limit does not hold at once")
	}
	if wait := l.Take(limit.Taking{App: "chat", Account: "ann"}); wait != 0 {
		t.Errorf("without a limit one waits %v", wait)
	}
}

// TestBounded: more accounts than are kept displace the quiet ones and not the busy one, and the application's limit holds over all of them.
func TestBounded(t *testing.T) {
	c := newClock()
	l := limit.New(limit.Config{Accounts: 100, Clock: c.Now})
	limits := limit.Limits{Requests: rate(t, "5000/1000h"), AccountRequests: rate(t, "3/1000h")}
	granted, busy := 0, 0
	for i := range 20_000 {
		if l.Take(limit.Taking{App: "chat", Account: fmt.Sprint("account ", i), Limits: limits}) == 0 {
			granted++
		}
		if l.Take(limit.Taking{App: "chat", Account: "busy", Limits: limits}) == 0 {
			busy++
		}
	}
	if granted+busy != 5000 || busy != 3 {
		t.Errorf("%d and %d were granted, want 4997 and 3", granted, busy)
	}
	if s := l.Stats(); s.Accounts != 100 || s.Displaced != 20_001-100 {
		t.Errorf("%+v", s)
	}
}

func BenchmarkTake(b *testing.B) {
	l := limit.New(limit.Config{Default: limit.Limits{
		Requests: rate(b, "1000000000/1s"), Bytes: rate(b, "9007199254740992/1s"), AccountRequests: rate(b, "1000000000/1s"), AccountBytes: rate(b, "9007199254740992/1s"),
	}})
	names := make([]string, 1<<17) // twice as many as are kept
	for i := range names {
		names[i] = fmt.Sprint("account ", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if wait := l.Take(limit.Taking{App: "chat", Account: names[i%len(names)], Bytes: 10_000}); wait != 0 {
			b.Fatal(wait)
		}
	}
}
