package sdk

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// An arrival is a way in which synthetic points travel. It says how many go with an upload at which so many are due, and whether the upload's own voucher goes.
type arrival func(due int) (carried int, own bool)

var (
	inPlace = func(due int) (int, bool) { return min(due, 1), due == 0 }
	beside  = func(due int) (int, bool) { return min(due, 1), true }
)

// A sight is what a server sees of a period, but for its order: how many uploads had one opening, and how many had two.
type sight struct{ ones, twos int }

// account plays a period of V uploads at uniform times, one of which is a true match if so asked, with a count of synthetic points from the blur.
func (a arrival) account(r *rand.Rand, V, w, matches int) (seen sight, lost int) {
	synthetics := make([]float64, drawBlur(r, w))
	for i := range synthetics {
		synthetics[i] = r.Float64()
	}
	slices.Sort(synthetics)
	uploads := make([]float64, V)
	for i := range uploads {
		uploads[i] = r.Float64()
	}
	slices.Sort(uploads)
	match := -1
	if matches == 1 {
		match = r.IntN(V)
	}
	for i, now := range uploads {
		due := 0
		for due < len(synthetics) && synthetics[due] <= now {
			due++
		}
		opened, own := a(due)
		synthetics = synthetics[opened:]
		switch {
		case !own:
			lost++
		case i == match:
			opened++
		}
		switch opened {
		case 1:
			seen.ones++
		case 2:
			seen.twos++
		}
	}
	return seen, lost
}

func drawBlur(r *rand.Rand, w int) int {
	blur, err := threshold.NewBlur(w)
	if err != nil {
		panic(err)
	}
	u := r.Uint64N(blur.Total())
	for s := 0; ; s++ {
		if u < blur.Weight(s) {
			return s
		}
		u -= blur.Weight(s)
	}
}

// measure plays many periods without and with a match. It returns the share of uploads whose own voucher is lost, and the smallest δ at which the two can be told
// apart, at ε = 1.
func (a arrival) measure(V, w, periods int) (lost, delta float64) {
	r := rand.New(rand.NewPCG(uint64(V), uint64(w)))
	var seen [2]map[sight]float64
	for matches := range seen {
		seen[matches] = make(map[sight]float64)
		for range periods {
			s, l := a.account(r, V, w, matches)
			seen[matches][s] += 1 / float64(periods)
			lost += float64(l) / float64(2*periods*V)
		}
	}
	for i := range seen {
		d := 0.0
		for s, p := range seen[i] {
			d += max(0, p-math.E*seen[1-i][s])
		}
		delta = max(delta, d)
	}
	return lost, delta
}

// cached is an arrival that is asked once for each number of points.
func (a arrival) cached(most int) arrival {
	type answer struct {
		carried int
		own     bool
	}
	answers := make([]answer, most+1)
	for due := range answers {
		answers[due].carried, answers[due].own = a(due)
	}
	return func(due int) (int, bool) { return answers[due].carried, answers[due].own }
}

// realArrival is what SealUpload does, through the function that it asks.
func realArrival(due int) (carried int, own bool) {
	p := &period{underWay: threshold.NewSent(threshold.Scope{}), sent: threshold.NewSent(threshold.Scope{})}
	for i := range due {
		encoded := make([]byte, threshold.ShareSize(0))
		binary.BigEndian.PutUint64(encoded, uint64(i+1))
		share, err := threshold.ParseShare(encoded, 0)
		if err != nil {
			panic(err)
		}
		p.synthetics = append(p.synthetics, threshold.Synthetic{Share: share, Openings: 1, Due: uint32(i)})
	}
	carried = len(p.due(math.MaxUint32, lanes))
	return carried, !displaced(carried)
}

// The figures behind the choice (docs/threshold.md, section 5): in place, recall falls; beside, an upload with two openings is proof of a match; with two lanes neither
// is so.
func TestArrival(t *testing.T) {
	const V, w = 100, 32
	periods := 20_000 // the sum over sights overstates δ by some 0.004 at so few; docs/threshold.md has figures of 6 million
	if runtime.GOARCH == "wasm" {
		periods = 4_000
	}
	for name, c := range map[string]struct {
		arrival
		lostMin, lostMax, deltaMin, deltaMax float64
	}{
		"in place":  {inPlace, 0.15, 0.17, 0, 0.02},
		"beside":    {beside, 0, 0, 0.14, 0.18},
		"two lanes": {realArrival, 0.016, 0.022, 0, 0.02},
	} {
		lost, delta := c.cached(w).measure(V, w, periods)
		t.Logf("%s: %.4f of the uploads lost, δ = %.5f at ε = 1", name, lost, delta)
		if lost < c.lostMin || lost > c.lostMax || delta < c.deltaMin || delta > c.deltaMax {
			t.Errorf("%s: %.4f of the uploads lost, δ = %.5f at ε = 1: not what the document says", name, lost, delta)
		}
	}
}

// Points go in the order in which they are due, none before, none twice.
func TestDue(t *testing.T) {
	p := &period{underWay: threshold.NewSent(threshold.Scope{}), sent: threshold.NewSent(threshold.Scope{})}
	for i := range 5 {
		encoded := make([]byte, threshold.ShareSize(0))
		encoded[7] = byte(i + 1)
		share, _ := threshold.ParseShare(encoded, 0)
		p.synthetics = append(p.synthetics, threshold.Synthetic{Share: share, Due: uint32(10 * i)})
	}
	for _, c := range []struct {
		elapsed uint32
		want    []uint32
	}{{0, []uint32{0}}, {9, []uint32{0}}, {10, []uint32{0, 10}}, {30, []uint32{0, 10}}} {
		var got []uint32
		for _, s := range p.due(c.elapsed, lanes) {
			got = append(got, s.Due)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("at %d: %v, want %v", c.elapsed, got, c.want)
		}
	}
	p.sent.Acknowledge(p.synthetics[0].Share)
	p.underWay.Acknowledge(p.synthetics[2].Share)
	if got := p.due(35, lanes); len(got) != 2 || got[0].Due != 10 || got[1].Due != 30 {
		t.Errorf("after two have gone: %v", got)
	}
}
