package threshold

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// TestThirtyAmongThirtyTwo is the promise of detection at the default size:
// 31 true points among 32 synthetic ones decode in every trial and, natively,
// in under 50 ms at the median; 29 true ones among 32 yield nothing.
func TestThirtyAmongThirtyTwo(t *testing.T) {
	const T, w = 30, 32
	r := seeded(t)
	n := trials(t, 1000)
	times := make([]time.Duration, 0, n)
	for i := range n {
		d := mustDealer(t, testAccount("standard"), Params{Threshold: T, Synthetic: w, Epoch: uint64(i)})
		points := shuffled(r, d, T+1, w)
		budget := work{budget: DecodeBudget(T, w)}
		start := time.Now()
		found, ok := decode(points, T, &budget)
		times = append(times, time.Since(start))
		if !ok || !slices.EqualFunc(d.dealt().polynomials, found.polynomials, slices.Equal) {
			t.Fatalf("trial %d: 31 true among 32 synthetic missed", i)
		}
		budget.spent = 0
		if _, ok := decode(shuffled(r, d, T-1, w), T, &budget); ok {
			t.Fatalf("trial %d: 29 true among 32 synthetic opened", i)
		}
		budget.spent = 0
		if _, ok := decode(shuffled(r, d, T, w), T, &budget); ok {
			t.Fatalf("trial %d: 30 true among 32 synthetic decoded: T+1 is where it is certain", i)
		}
	}
	slices.Sort(times)
	median := times[n/2]
	t.Logf("decoding 31 true and 32 synthetic points: median %v of %d", median, n)
	if runtime.GOARCH != "wasm" && median > 50*time.Millisecond {
		t.Errorf("median %v, want under 50 ms", median)
	}
}

// TestOpensAtTheNextTrueMatch: whatever the order, an account with at most w
// synthetic points opens at exactly its (T+1)-th true one, and names the others.
func TestOpensAtTheNextTrueMatch(t *testing.T) {
	r := seeded(t)
	for i := range trials(t, 300) {
		T, w := 2+r.IntN(8), r.IntN(9)
		d := mustDealer(t, testAccount("next"), Params{Threshold: T, Synthetic: w, Epoch: uint64(i)})
		genuine := make(map[element]bool)
		for _, s := range trueShares(d, T+5) {
			genuine[s.x] = true
		}
		det := newDetector(t, T, w, d.PayloadKey())
		count := 0
		var on, off []Ref
		for _, s := range shuffled(r, d, T+5, r.IntN(w+1)) {
			result := mustAdd(t, det, s)
			if genuine[s.x] {
				count++
			}
			want := Counted
			switch {
			case count == T+1 && genuine[s.x]:
				want = Opened
			case count > T && genuine[s.x]:
				want = Matched
			case count > T:
				want = Foreign
			}
			if count <= T+1 && want != Foreign {
				if genuine[s.x] {
					on = append(on, refOf(s))
				} else {
					off = append(off, refOf(s))
				}
			}
			if result.Outcome != want {
				t.Fatalf("T = %d, w = %d, %d true points: %v, want %v", T, w, count, result.Outcome, want)
			}
			if want == Opened && (!slices.Equal(result.True, on) || !slices.Equal(result.Foreign, off)) {
				t.Fatalf("T = %d, w = %d: wrong vouchers named", T, w)
			}
			key, open := det.PayloadKey()
			if open != (count > T) || open && !key.Equal(d.PayloadKey()) {
				t.Fatalf("T = %d, w = %d: payload key after %d true points", T, w, count)
			}
		}
	}
}

// TestDetectorAgainstBruteForce feeds a detector point by point: it opens when
// trying all subsets of the points so far finds T+1 that agree.
func TestDetectorAgainstBruteForce(t *testing.T) {
	r := seeded(t)
	for i := range trials(t, 200) {
		T, w := 2+r.IntN(3), r.IntN(5)
		d := mustDealer(t, testAccount("points"), Params{Threshold: T, Synthetic: w, Epoch: uint64(i)})
		points := shuffled(r, d, T-1+r.IntN(3), r.IntN(w+1))
		det := newDetector(t, T, w, d.PayloadKey())
		for n, s := range points {
			mustAdd(t, det, s)
			_, open := det.PayloadKey()
			found, _ := bruteForce(points[:n+1], T)
			if open != (found != nil) {
				t.Fatalf("T = %d, w = %d, %d points: open is %v", T, w, n+1, open)
			}
		}
	}
}

func TestDetectorThresholdOne(t *testing.T) {
	d := mustDealer(t, testAccount("first"), Params{Threshold: 1, Synthetic: 3})
	det := newDetector(t, 1, 3, d.PayloadKey())
	r := seeded(t)
	for range 10 {
		if got := mustAdd(t, det, garbage(r, 5)); got.Outcome != Counted {
			t.Fatalf("garbage: %v", got.Outcome)
		}
	}
	s := d.Share([]byte("picture"))
	got := mustAdd(t, det, s)
	if got.Outcome != Opened || !slices.Equal(got.True, []Ref{refOf(s)}) || len(got.Foreign) != 4 {
		t.Fatalf("the first true match: %v, %d true, %d foreign", got.Outcome, len(got.True), len(got.Foreign))
	}
	if got := mustAdd(t, det, d.Share([]byte("another"))); got.Outcome != Matched {
		t.Errorf("the second: %v", got.Outcome)
	}
	if got := mustAdd(t, det, garbage(r, 5)); got.Outcome != Foreign {
		t.Errorf("garbage afterwards: %v", got.Outcome)
	}
}

// TestRepeats: the same share again changes nothing, byte for byte.
func TestRepeats(t *testing.T) {
	d := mustDealer(t, testAccount("repeats"), Params{Threshold: 4, Synthetic: 2})
	det := newDetector(t, 4, 2, d.PayloadKey())
	s := d.Share(picture(1))
	mustAdd(t, det, s)
	before, _ := det.MarshalBinary()
	for range 100 {
		result, err := det.AddMatch(Ref{byte(1)}, s) // in another voucher, even
		if err != nil || result.Outcome != Repeated {
			t.Fatalf("%v, %v", result.Outcome, err)
		}
	}
	after, _ := det.MarshalBinary()
	if string(before) != string(after) || det.Points() != 1 {
		t.Error("repeats change the state")
	}
}

// TestConflicts: one x with two shares counts for neither; nothing else is lost.
func TestConflicts(t *testing.T) {
	const T, w = 4, 3
	d := mustDealer(t, testAccount("conflicts"), Params{Threshold: T, Synthetic: w})
	det := newDetector(t, T, w, d.PayloadKey())
	first := d.Share(picture(0))
	forged := Share{x: first.x, y: slices.Clone(first.y)}
	forged.y[4] = forged.y[4].add(1)
	mustAdd(t, det, first)
	for _, s := range []Share{forged, forged, first} {
		if got := mustAdd(t, det, s); got.Outcome != Conflicting {
			t.Fatalf("%v, want conflicting", got.Outcome)
		}
		if det.Points() != 0 {
			t.Fatal("a conflicting share counts")
		}
	}
	for i := 1; i <= T; i++ {
		if got := mustAdd(t, det, d.Share(picture(i))); got.Outcome != Counted {
			t.Fatalf("true point %d: %v", i, got.Outcome)
		}
	}
	got := mustAdd(t, det, d.Share(picture(T+1)))
	if got.Outcome != Opened || len(got.True) != T+1 || !slices.Equal(got.Foreign, []Ref{refOf(first)}) {
		t.Fatalf("%v with %d true and %d foreign", got.Outcome, len(got.True), len(got.Foreign))
	}
	// Open, the polynomials decide: what was in conflict is judged on its own.
	if got := mustAdd(t, det, first); got.Outcome != Matched {
		t.Errorf("the true one of the two: %v", got.Outcome)
	}
	if got := mustAdd(t, det, forged); got.Outcome != Foreign {
		t.Errorf("the forged one: %v", got.Outcome)
	}
}

// TestFlood: 10,000 garbage matches cost bounded time and memory, the
// 10,000th what the 100th cost; and they do not stop T+1 true points that come
// with w garbage points among them.
func TestFlood(t *testing.T) {
	const T, w = 30, 32
	d := mustDealer(t, testAccount("flood"), Params{Threshold: T, Synthetic: w})
	det := newDetector(t, T, w, d.PayloadKey())
	r := seeded(t)
	full := stateHeaderSize + (T+1+w)*(1+32+ShareSize(w))
	spent := 0
	for i := range trials(t, 10000) {
		if got := mustAdd(t, det, garbage(r, 32)); got.Outcome != Counted {
			t.Fatalf("garbage %d: %v", i, got.Outcome)
		}
		if det.budget.spent > DecodeBudget(T, w) {
			t.Fatalf("match %d took %d multiplications, want at most %d", i, det.budget.spent, DecodeBudget(T, w))
		}
		if i == 100 {
			spent = det.budget.spent
		}
		if len(det.window) > T+1+w {
			t.Fatalf("%d points are kept, want at most %d", len(det.window), T+1+w)
		}
	}
	if det.budget.spent != spent {
		t.Errorf("the last match took %d multiplications, the 100th %d", det.budget.spent, spent)
	}
	state, _ := det.MarshalBinary()
	if len(state) != full {
		t.Errorf("state of %d bytes, want %d", len(state), full)
	}
	points := shuffled(r, d, T+1, w)
	for i, s := range points {
		got := mustAdd(t, det, s)
		if open := i == len(points)-1; open != (got.Outcome == Opened) {
			// The last of the true points decides; garbage may follow it.
			if !open && got.Outcome == Opened {
				return
			}
			t.Fatalf("point %d after the flood: %v", i, got.Outcome)
		}
	}
}

// TestWindowSlides: true points that fell out of the window do not count, those
// within do; the caller learns of the former by passing them again.
func TestWindowSlides(t *testing.T) {
	const T, w = 5, 4
	d := mustDealer(t, testAccount("slides"), Params{Threshold: T, Synthetic: w})
	det := newDetector(t, T, w, d.PayloadKey())
	r := seeded(t)
	early := trueShares(d, T)
	for _, s := range early {
		mustAdd(t, det, s)
	}
	for range T + 1 + w {
		mustAdd(t, det, garbage(r, 5))
	}
	for i := range T + 1 {
		got := mustAdd(t, det, d.Share(picture(100+i)))
		if want := i == T; want != (got.Outcome == Opened) {
			t.Fatalf("late true point %d: %v", i, got.Outcome)
		}
	}
	for _, s := range early {
		if got := mustAdd(t, det, s); got.Outcome != Matched {
			t.Fatalf("an early true point, passed again: %v", got.Outcome)
		}
	}
}

// TestTwoAccountsInOneDetector: two devices that never met, under one
// generation: the first to have T+1 points among the last opens.
func TestTwoAccountsInOneDetector(t *testing.T) {
	const T, w = 6, 4
	p := Params{Threshold: T, Synthetic: w}
	a, b := mustDealer(t, testAccount("one device"), p), mustDealer(t, testAccount("another"), p)
	det := newDetector(t, T, w, a.PayloadKey())
	for i := range T {
		mustAdd(t, det, b.Share(picture(i)))
	}
	opened := false
	for i := range T + 1 {
		opened = mustAdd(t, det, a.Share(picture(i))).Outcome == Opened
	}
	if !opened {
		t.Error("an account does not open after another's points")
	}
}

// TestCheckDecides: shares that agree but whose vouchers do not verify open
// nothing, and cost at most four checks a match.
func TestCheckDecides(t *testing.T) {
	for _, T := range []int{1, 4} {
		d := mustDealer(t, testAccount("check"), Params{Threshold: T, Synthetic: 6})
		calls, allow := 0, Ref{}
		det, err := NewDetector(Config{Threshold: T, Synthetic: 6, Check: func(k PayloadKey, v Ref) bool {
			calls++
			return v == allow && k.Equal(d.PayloadKey())
		}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			calls = 0
			if got := mustAdd(t, det, d.Share(picture(i))); got.Outcome != Counted {
				t.Fatalf("T = %d: opened without a voucher that verifies", T)
			}
			if calls > maxChecks || i > T && calls == 0 {
				t.Fatalf("T = %d: %d checks", T, calls)
			}
		}
		// One voucher that verifies is enough, and it is asked first.
		last := d.Share(picture(40))
		allow, calls = refOf(last), 0
		if got := mustAdd(t, det, last); got.Outcome != Opened || calls != 1 {
			t.Fatalf("T = %d: %v after %d checks", T, got.Outcome, calls)
		}
	}
}

func TestNewDetectorErrors(t *testing.T) {
	check := func(PayloadKey, Ref) bool { return true }
	for _, c := range []struct {
		config Config
		want   error
	}{
		{Config{0, 0, check}, ErrParams},
		{Config{MaxThreshold + 1, 0, check}, ErrParams},
		{Config{1, MaxSynthetic + 1, check}, ErrParams},
		{Config{1, -1, check}, ErrParams},
		{Config{1, 0, nil}, ErrCheck},
	} {
		if _, err := NewDetector(c.config); !errors.Is(err, c.want) {
			t.Errorf("T = %d, w = %d: %v, want %v", c.config.Threshold, c.config.Synthetic, err, c.want)
		}
	}
	det, err := NewDetector(Config{3, 8, check})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Share{{}, garbage(seeded(t), 5), garbage(seeded(t), 9)} {
		if _, err := det.AddMatch(Ref{}, s); !errors.Is(err, ErrShareSize) || det.Points() != 0 {
			t.Errorf("a share of %d values: %v, want ErrShareSize", len(s.y), err)
		}
	}
}

// TestOutcomeNames: each outcome has its own word.
func TestOutcomeNames(t *testing.T) {
	seen := make(map[string]bool)
	for o := range Foreign + 1 {
		if seen[o.String()] {
			t.Errorf("%q twice", o)
		}
		seen[o.String()] = true
	}
	if Outcome(-1).String() != "unknown" || Outcome(99).String() != "unknown" {
		t.Error("an outcome that is none has a name")
	}
}

// TestNextPeriodStartsClosed: after a period in which the account opened, the
// next one's points are worth nothing against the polynomials of the last.
func TestNextPeriodStartsClosed(t *testing.T) {
	const T, w = 5, 4
	a := testAccount("dismissed")
	last := mustDealer(t, a, Params{Threshold: T, Synthetic: w, Period: 1})
	det := newDetector(t, T, w, last.PayloadKey())
	for _, s := range trueShares(last, T+1) {
		mustAdd(t, det, s)
	}
	if _, open := det.PayloadKey(); !open {
		t.Fatal("did not open")
	}
	next := mustDealer(t, a, Params{Threshold: T, Synthetic: w, Period: 2})
	for i := range 20 {
		if got := mustAdd(t, det, next.Share(picture(i))); got.Outcome != Foreign {
			t.Fatal("a point of the next period lies on the last one's polynomials")
		}
	}
	fresh := newDetector(t, T, w, next.PayloadKey())
	for i, s := range trueShares(next, T) {
		if got := mustAdd(t, fresh, s); got.Outcome != Counted {
			t.Fatalf("point %d of the next period: %v", i, got.Outcome)
		}
	}
}

// randomHistory drives a detector through true, synthetic, repeated and
// conflicting points, and calls step after each.
func randomHistory(t testing.TB, r *rand.Rand, T, w, n int, step func(*Detector, Share)) {
	d := mustDealer(t, testAccount("history"), Params{Threshold: T, Synthetic: w, Epoch: r.Uint64()})
	det := newDetector(t, T, w, d.PayloadKey())
	var past []Share
	for i := range n {
		s := d.Share(picture(i))
		switch kind := r.IntN(6); {
		case kind < 2:
			s = garbage(r, len(d.dealt().polynomials))
		case kind == 2 && i > 0:
			s = past[r.IntN(i)]
		case kind == 3 && i > 0:
			s = Share{x: past[r.IntN(i)].x, y: s.y}
		}
		past = append(past, s)
		step(det, s)
	}
}
