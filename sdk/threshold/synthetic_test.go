package threshold

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// oneProbe is the distribution in which exactly one probe opens.
func oneProbe(t testing.TB) OpeningCounts {
	t.Helper()
	o, err := NewOpeningCounts([]uint32{1})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSyntheticsAreOffThePolynomials(t *testing.T) {
	for i := range trials(t, 200) {
		d := mustDealer(t, testAccount("off"), Params{Threshold: 3, Synthetic: 8, Period: uint32(i)})
		points, err := d.Synthetics(oneProbe(t))
		if err != nil {
			t.Fatal(err)
		}
		if len(points) > 8 {
			t.Fatalf("%d points, want at most w = 8", len(points))
		}
		seen := make(map[element]bool)
		for _, p := range points {
			if p.Share.x == 0 || p.Share.x >= modulus || seen[p.Share.x] || p.Openings != 1 {
				t.Fatal("x is zero, out of range or not new, or openings is not 1")
			}
			seen[p.Share.x] = true
			for j, f := range d.dealt().polynomials {
				if evaluate(f, p.Share.x) == p.Share.y[j] {
					t.Fatal("a synthetic value lies on its polynomial")
				}
			}
			if _, err := ParseShare(p.Share.Bytes(), 8); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSyntheticCountsFollowTheBlur compares 4,000 accounts with the exact
// distribution (χ² with the rare ends merged; the accounts are fixed, so the
// test cannot flake).
func TestSyntheticCountsFollowTheBlur(t *testing.T) {
	const w = 10
	n := trials(t, 4000)
	counts := make([]int, w+1)
	for i := range n {
		d := mustDealer(t, testAccount("blur"), Params{Threshold: 1, Synthetic: w, Epoch: uint64(i)})
		points, err := d.Synthetics(oneProbe(t))
		if err != nil {
			t.Fatal(err)
		}
		counts[len(points)]++
	}
	chi := 0.0
	for s, c := range counts {
		want := float64(n) * Blur{w}.Probability(s)
		chi += (float64(c) - want) * (float64(c) - want) / want
	}
	// 10 degrees of freedom: beyond 35.6 one time in 10,000.
	if chi > 35.6 {
		t.Errorf("χ² = %.1f over %v", chi, counts)
	}
}

// TestOpeningsAreStable: the number of opening probes belongs to the point, as
// a picture's belongs to the picture, and follows its distribution; so does the
// time at which it is due.
func TestOpeningsAreStable(t *testing.T) {
	o, err := NewOpeningCounts([]uint32{50, 0, 30, 20})
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[int]float64)
	total, due := 0.0, 0.0
	for i := range trials(t, 2000) {
		d := mustDealer(t, testAccount("openings"), Params{Threshold: 1, Synthetic: 16, Epoch: uint64(i)})
		a, _ := d.Synthetics(o)
		b, _ := d.Synthetics(o)
		if !slices.EqualFunc(a, b, equalSynthetic) {
			t.Fatal("synthetic points change from call to call")
		}
		for i, p := range a {
			counts[p.Openings]++
			total++
			due += float64(p.Due) / (1 << 32)
			if i > 0 && p.Due < a[i-1].Due {
				t.Fatal("synthetic points are not in the order in which they are due")
			}
		}
	}
	// The mean of uniform due times is 1/2, its deviation 1/√(12·total).
	if got := due / total; math.Abs(got-0.5) > 4.5/math.Sqrt(12*total) {
		t.Errorf("points are due at %.4f of the period on average", got)
	}
	for n, want := range map[int]float64{0: 0, 1: .5, 2: 0, 3: .3, 4: .2, 5: 0} {
		sigma := math.Sqrt(want * (1 - want) / total)
		if got := counts[n] / total; math.Abs(got-want) > 4.5*sigma {
			t.Errorf("%d probes: %.4f of the time, want %.4f", n, got, want)
		}
		if o.Probability(n) != want {
			t.Errorf("Probability(%d) = %g, want %g", n, o.Probability(n), want)
		}
	}
	if _, err := mustDealer(t, testAccount("openings"), Params{Threshold: 1}).Synthetics(OpeningCounts{}); !errors.Is(err, ErrOpenings) {
		t.Errorf("zero OpeningCounts: %v, want ErrOpenings", err)
	}
}

// device replays what one device sends in a period: the shares of its pictures
// and of the synthetic points, but for those that its memory holds.
func device(t *testing.T, a *Account, p Params, sent *Sent, pictures []int) []Share {
	t.Helper()
	d := mustDealer(t, a, p)
	var transcript []Share
	send := func(s Share) {
		if sent.Contains(s) {
			return // goes out as dummies
		}
		transcript = append(transcript, s)
		if err := sent.Acknowledge(s); err != nil {
			t.Fatal(err)
		}
	}
	points, err := d.Synthetics(oneProbe(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range pictures {
		send(d.Share(picture(i)))
	}
	for _, point := range points {
		send(point.Share)
	}
	return transcript
}

// TestTranscripts compares what a server receives from one device, from the
// same device reinstalled in the middle, and from a second one beside it: the
// distinct points are the same, so is the detector's state, and with the memory
// nothing comes twice.
func TestTranscripts(t *testing.T) {
	a := testAccount("transcripts")
	p := Params{Threshold: 20, Synthetic: 16}
	scope := mustDealer(t, a, p).Scope()
	points, _ := mustDealer(t, a, p).Synthetics(oneProbe(t))
	state := func(transcripts ...[]Share) (distinct, all int, points map[element]bool) {
		det := newDetector(t, p.Threshold, p.Synthetic, PayloadKey{})
		det.config.Check = func(PayloadKey, Ref) bool { return false }
		points = make(map[element]bool)
		for _, transcript := range transcripts {
			for _, s := range transcript {
				result := mustAdd(t, det, s)
				if (result.Outcome == Repeated) != points[s.x] {
					t.Fatalf("%v for a point that was seen: %v", result.Outcome, points[s.x])
				}
				points[s.x] = true
				all++
			}
		}
		return det.Points(), all, points
	}
	memory := NewSent(scope)
	one, oneAll, onePoints := state(
		device(t, a, p, memory, []int{1, 2, 3, 2, 1}), device(t, a, p, memory, []int{3, 4}))
	if want := 4 + len(points); one != want || oneAll != want {
		t.Errorf("one device: %d distinct points of %d, want %d of %d", one, oneAll, want, want)
	}
	two, twoAll, twoPoints := state(
		device(t, a, p, NewSent(scope), []int{1, 2, 3}), device(t, a, p, NewSent(scope), []int{3, 4}))
	if two != one || !maps.Equal(onePoints, twoPoints) {
		t.Errorf("reinstalled, or two devices: %d distinct points, want the same %d", two, one)
	}
	if want := 5 + 2*len(points); twoAll != want {
		t.Errorf("two devices send %d points, want %d: a true one and the synthetic ones twice", twoAll, want)
	}
}

func TestOpeningSampleIsExact(t *testing.T) {
	o, err := NewOpeningCounts([]uint32{5, 0, 3, 1})
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 5)
	for u := range uint64(9) {
		counts[o.sample(&words{u})]++
	}
	if !slices.Equal(counts, []int{0, 5, 0, 3, 1}) || o.Max() != 4 {
		t.Errorf("counts %v, max %d", counts, o.Max())
	}
}

func TestOpeningCountsText(t *testing.T) {
	for _, text := range []string{"1", "0,1", "61,24,0,15", "4294967295", strings.Repeat("1,", 255) + "1"} {
		o, err := ParseOpeningCounts([]byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if again, err := o.MarshalText(); err != nil || string(again) != text {
			t.Errorf("%q came back as %q, %v", text, again, err)
		}
	}
	for _, text := range []string{"", ",", "0", "1,", ",1", "1,0", "01", "+1", "-1", " 1", "1 ", "1\n", "x", "1;2",
		"4294967296", "4294967295,1", strings.Repeat("1,", 256) + "1", strings.Repeat(",", 1<<20)} {
		if _, err := ParseOpeningCounts([]byte(text)); !errors.Is(err, ErrOpenings) {
			t.Errorf("%.20q: %v, want ErrOpenings", text, err)
		}
	}
	if _, err := (OpeningCounts{}).MarshalText(); !errors.Is(err, ErrOpenings) {
		t.Errorf("zero value: %v, want ErrOpenings", err)
	}
	// The caller's slice is not kept.
	given := []uint32{1, 2}
	o, _ := NewOpeningCounts(given)
	given[0] = 9
	if o.Probability(1) != 1.0/3 {
		t.Error("NewOpeningCounts keeps the caller's slice")
	}
}

func FuzzParseOpeningCounts(f *testing.F) {
	for _, s := range []string{"", "1", "61,24,0,15", "1,0", "4294967295,1", "0,0,00,1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := ParseOpeningCounts(text)
		if err != nil {
			if !errors.Is(err, ErrOpenings) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if again, _ := o.MarshalText(); string(again) != string(text) {
			t.Fatal("accepted a text that is not canonical")
		}
	})
}
