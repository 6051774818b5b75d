package evaluate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// FalsePositives is how often a method takes one picture for another, over all ordered pairs of different pictures as they are.
type FalsePositives struct {
	Method  string  `json:"method"`
	Private bool    `json:"private"`
	Pairs   float64 `json:"pairs"`
	Events  int     `json:"events"`  // matches whose PDQ differ by more than the near distance
	Near    int     `json:"near"`    // matches within it: the same picture twice, mostly; look at them
	Bound95 float64 `json:"bound95"` // what the events prove: an upper bound a pair, if pairs were independent

	// BoundAt1e6 is what that makes of a picture against a million entries.
	BoundAt1e6 float64 `json:"bound95_at_1e6_entries"`

	Fit     *Fit    `json:"fit,omitempty"`
	Classes []Class `json:"classes,omitempty"` // the worst first
}

// A Fit extrapolates from short tokens, at which there are events to count, to the scheme's own length.
type Fit struct {
	Points     []FitPoint   `json:"points"`
	Bits       int          `json:"bits"`             // of the scheme's tokens
	Halving    float64      `json:"bits_per_halving"` // bits of token that halve the rate
	PerPair    Extrapolated `json:"per_pair"`         // of the scheme itself, a pair of a copy and a token
	Million    Extrapolated `json:"picture_at_1e6_entries"`
	TenMillion Extrapolated `json:"picture_at_1e7_entries"`
}

// A FitPoint is a token length, and the matches seen at it: between all copies of a picture and all versions of another.
type FitPoint struct {
	Bits     int     `json:"bits"`
	Events   int     `json:"events"`
	Distinct int     `json:"distinct"` // pairs of pictures among the events
	Pairs    float64 `json:"pairs"`
	Used     bool    `json:"used"`   // whether the line is fitted to it
	Fitted   float64 `json:"fitted"` // events that the line predicts

	Unedited      int     `json:"unedited_events"` // the same between pictures as they are
	UneditedPairs float64 `json:"unedited_pairs"`
}

// Extrapolated is a value on the fitted line beyond the measurements, and the middle 95 % of what it is over bootstrap samples of the pictures. It is no bound.
type Extrapolated struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// A Class is a kind of pictures and how its pictures match others, at one token length.
type Class struct {
	Name     string  `json:"name"`
	Pictures int     `json:"pictures"`
	Bits     int     `json:"bits"`
	Events   int     `json:"events"`
	Pairs    float64 `json:"pairs"`
	Rate     float64 `json:"rate"`
	Bound95  float64 `json:"bound95"`
}

// blocks is the number of parts that pictures are put in, by hash, for the bootstrap: events are kept by pair of parts.
const blocks = 32

func block(x *Sample) int { return int(x.Digest[30]) % blocks }

// A fitCounter counts the matches of one scheme at one token length.
type fitCounter struct {
	bits     int
	scheme   token.Scheme
	entries  map[string][]entryRef
	events   [blocks][blocks]int
	distinct [blocks][blocks]int // pairs of pictures among them
	unedited int
	classes  map[string]int
}

// An entryRef is a version of a picture.
type entryRef struct {
	picture int32
	version int16 // 0 the entry itself
}

// withBits is a scheme's text for another token length.
func withBits(text string, bits int) string {
	fields := strings.Split(text, " ")
	fields[1] = "bits=" + strconv.Itoa(bits)
	return strings.Join(fields, " ")
}

func newFitCounter(m *schemeMethod, bits int) (*fitCounter, error) {
	s, err := token.Parse(withBits(m.cfg.Text, bits))
	if err != nil {
		return nil, err
	}
	return &fitCounter{bits: bits, scheme: s, entries: make(map[string][]entryRef), classes: make(map[string]int)}, nil
}

// add puts a picture's versions in.
func (f *fitCounter) add(picture int, x *Sample) {
	for v, h := range versionsOf(x) {
		if h != (imagehash.Hash{}) {
			t := string(f.scheme.Token(h))
			f.entries[t] = append(f.entries[t], entryRef{int32(picture), int16(v)})
		}
	}
}

// A fitCount is what one picture's copies add to a counter.
type fitCount struct {
	to       [blocks]int // by block of the other picture
	distinct [blocks]int // other pictures, likewise
	unedited int
	others   map[int32]int // matches of each other picture
}

func (f *fitCounter) merge(from int, class string, c *fitCount) {
	for to, n := range c.to {
		f.events[from][to] += n
		f.distinct[from][to] += c.distinct[to]
		f.classes[class] += n
	}
	f.unedited += c.unedited
}

// fitCopy says whether a copy takes part in the counts for extrapolation: the picture as it is, and copies that differ enough from it to be more than the same
// trial once more.
func fitCopy(edits []edit.Edit, x *Sample, copy int) bool {
	if !x.Copies[copy].Made() {
		return false
	}
	if copy == 0 {
		return true
	}
	switch edits[copy-1].Group {
	case edit.SmallGeometry, edit.BigGeometry, edit.Overlay, edit.Beside:
		return true
	}
	return false
}

// fitCopies is how many do.
func fitCopies(edits []edit.Edit, x *Sample) float64 {
	n := 0.0
	for j := range x.Copies {
		if fitCopy(edits, x, j) {
			n++
		}
	}
	return n
}

// versions is how many versions of a picture there are.
func (x *Sample) versions() float64 {
	n := 0.0
	for _, h := range versionsOf(x) {
		if h != (imagehash.Hash{}) {
			n++
		}
	}
	return n
}

func versionsOf(x *Sample) []imagehash.Hash {
	return append([]imagehash.Hash{x.Entry}, x.Variants...)
}

// pairCounts is how many versions and copies there are, by block.
type pairCounts struct {
	copies, versions [blocks]float64
	own              [blocks]float64 // copies times versions of one and the same picture
	pictures         float64
}

func (p *pairCounts) add(edits []edit.Edit, x *Sample) {
	copies, versions := fitCopies(edits, x), x.versions()
	b := block(x)
	p.copies[b] += copies
	p.versions[b] += versions
	p.own[b] += copies * versions
	p.pictures++
}

// weighted is the number of pairs of a copy and another picture's version, where blocks count as often as weights say.
func (p *pairCounts) weighted(w []int) float64 {
	sum := 0.0
	for a := range blocks {
		for b := range blocks {
			pairs := p.copies[a] * p.versions[b]
			if a == b {
				pairs -= p.own[a]
			}
			sum += float64(w[a]*w[b]) * pairs
		}
	}
	return sum
}

// weighted is a count where blocks count as often as weights say.
func weighted(counts *[blocks][blocks]int, w []int) float64 {
	sum := 0.0
	for a := range blocks {
		for b := range blocks {
			sum += float64(w[a] * w[b] * counts[a][b])
		}
	}
	return sum
}

var ones = slices.Repeat([]int{1}, blocks)

// minDistinct is from how many pairs of pictures on that match a token length is part of the fit (the copies of a few pairs, many as they are, tell of these pairs only),
// and maxRate to what rate: beyond it, matches crowd each other out.
const (
	minDistinct = 10
	maxRate     = 0.01
)

// fit draws a line through the logarithms of rates over token lengths, by least squares, each point weighted by 1/(1/d + 0.05), where d pairs of pictures match: the
// counts' own uncertainty, and a fifth or so for the line being a model. Entries have so
// many tokens each. It returns nil where fewer than three lengths have events.
func fit(counters []*fitCounter, pairs *pairCounts, bits int, tokens float64, seed uint64, times int) *Fit {
	line := func(w []int) (intercept, slope float64, used []bool) {
		n := pairs.weighted(w)
		used = make([]bool, len(counters))
		var sw, sx, sy, sxx, sxy float64
		points := 0
		for i, c := range counters {
			e, distinct := weighted(&c.events, w), weighted(&c.distinct, w)
			if distinct < minDistinct || e/n > maxRate {
				continue
			}
			used[i] = true
			points++
			weight := 1 / (1/distinct + 0.05)
			x, y := float64(c.bits), math.Log(e/n)
			sw, sx, sy, sxx, sxy = sw+weight, sx+weight*x, sy+weight*y, sxx+weight*x*x, sxy+weight*x*y
		}
		if points < 3 {
			return 0, 0, nil
		}
		slope = (sw*sxy - sx*sy) / (sw*sxx - sx*sx)
		return (sy - slope*sx) / sw, slope, used
	}
	a, b, used := line(ones)
	if used == nil || b >= 0 {
		return nil
	}
	out := &Fit{Bits: bits, Halving: -math.Ln2 / b}
	total := pairs.weighted(ones)
	for i, c := range counters {
		out.Points = append(out.Points, FitPoint{
			Bits: c.bits, Events: int(weighted(&c.events, ones)), Distinct: int(weighted(&c.distinct, ones)), Pairs: total, Used: used[i],
			Fitted:   total * math.Exp(a+b*float64(c.bits)),
			Unedited: c.unedited, UneditedPairs: pairs.pictures * (pairs.pictures - 1),
		})
	}
	var logs []float64
	resamples(seed, blocks, times, func(w []int) {
		if a, b, used := line(w); used != nil {
			logs = append(logs, a+b*float64(bits))
		}
	})
	low, high := math.Inf(-1), 0.0
	if len(logs) > 0 {
		low, high = percentiles(logs)
	}
	at := func(entries float64) Extrapolated {
		f := func(log float64) float64 { return -math.Expm1(entries * math.Log1p(-min(math.Exp(log), 0.999))) }
		return Extrapolated{f(a + b*float64(bits)), f(low), f(high)}
	}
	out.PerPair, out.Million, out.TenMillion = at(1), at(1e6*tokens), at(1e7*tokens)
	return out
}

// worstClasses ranks classes of the copies' pictures by their rate, at the longest token length at which at least thirty pairs of pictures match.
func worstClasses(counters []*fitCounter, pictures []light) []Class {
	var at *fitCounter
	for _, c := range counters {
		if at == nil || weighted(&c.distinct, ones) >= 30 {
			at = c
		}
	}
	if at == nil {
		return nil
	}
	versions := 0.0
	for i := range pictures {
		versions += pictures[i].versions()
	}
	count := make(map[string]*Class)
	for i := range pictures {
		x := &pictures[i]
		c := count[x.Class]
		if c == nil {
			c = &Class{Name: x.Class, Bits: at.bits, Events: at.classes[x.Class]}
			count[x.Class] = c
		}
		c.Pictures++
		c.Pairs += x.copies * (versions - x.versions())
	}
	var out []Class
	for _, c := range count {
		c.Rate = float64(c.Events) / max(c.Pairs, 1)
		c.Bound95 = upperBound(float64(c.Events), c.Pairs)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Class) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(a.Name, b.Name))
	})
	return out
}
