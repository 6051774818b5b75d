package evaluate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// An Analysis says what to work out of a survey.
type Analysis struct {
	Schemes   []SchemeConfig
	Quality   int // PDQ quality below which nothing is listed or looked up
	Near      int // PDQ distance within which two files may be one picture: 31 is the industry's
	Classic   int // distance for goimagehash's hashes of 64 bits; four times as much for those of 256
	Bootstrap int // samples

	// AllHeldOut counts every picture as held out. It is for pictures that nothing has been tuned on, and excludes a search.
	AllHeldOut bool

	SearchBits   []int // token lengths to search splits for; none: no search
	SearchProbes []int
	SearchTokens []int // entries' tokens, at most

	Blinded     BlindedConfig // Count 0: none
	Accusations AccusationConfig
	Progress    func(stage string, done, total int)
}

// DefaultAnalysis measures the presets.
func DefaultAnalysis() Analysis {
	a := Analysis{
		Quality: 50, Near: 31, Classic: 10, Bootstrap: 1000,
		SearchBits: []int{48, 56, 64}, SearchProbes: []int{1, 4, 16, 64}, SearchTokens: []int{1, 5},
		Accusations: AccusationConfig{Pictures: 1000, MeanBurst: 5, Target: 1e-12},
	}
	for _, name := range token.PresetNames() {
		text, _ := token.Preset(name)
		a.Schemes = append(a.Schemes, SchemeConfig{Name: name, Text: text})
	}
	a.Schemes = append(a.Schemes, SchemeConfig{Name: "wide, five tokens", Text: token.Wide, Variants: FourVersions()})
	return a
}

// FourVersions are the variants that, together with the entry itself, find most for at most five tokens an entry; they were searched for on tuned pictures.
func FourVersions() []string {
	return []string{"variant-crop-1%", "variant-crop-3%", "variant-crop-10%", "variant-bottom-5%"}
}

// fitLengths are the token lengths at which matches are counted for extrapolation.
var fitLengths = []int{12, 16, 20, 24, 28, 32, 36, 40}

// light is a sample without its copies.
type light struct {
	*Sample
	index  int     // in the survey
	copies float64 // that take part in the counts for extrapolation
}

// An analyser is a run of Analyse.
type analyser struct {
	survey  *Survey
	cfg     Analysis
	methods []Method
	lights  []light

	counters map[int][]*fitCounter      // by method; none where another of the same text has them
	entries  map[int]map[string][]int32 // by method: pictures by token
	rows     []outcomes                 // by method, all pictures in the order of lights
	events   []int                      // by method
	near     []int                      // by method
	pairs    pairCounts
	kept     map[int][2]int // bucket bits → copies found in the own bucket, and in all
	closest  []Collision
	alike    map[int][][]Collision // by method and counter, the scheme's own length last: pairs that collide
	found    map[int][][]burst     // by method and counter: false matches of one picture with another
	mu       sync.Mutex
}

// Analyse works out a survey. It reads every sample twice, and holds one for each processor.
func Analyse(ctx context.Context, s *Survey, cfg Analysis) (*Result, error) {
	a := &analyser{
		survey: s, cfg: cfg,
		counters: make(map[int][]*fitCounter), entries: make(map[int]map[string][]int32), kept: make(map[int][2]int), found: make(map[int][][]burst),
		alike: make(map[int][][]Collision),
	}
	if cfg.AllHeldOut && len(cfg.SearchBits) > 0 {
		return nil, errors.New("evaluate: a search needs pictures that are not held out")
	}
	if cfg.Progress == nil {
		a.cfg.Progress = func(string, int, int) {}
	}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	res, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	if len(a.lights) < 2 {
		return nil, fmt.Errorf("evaluate: %d of %d pictures can be used, and it takes two at least", len(a.lights), len(s.Digests))
	}
	if err := a.compare(ctx); err != nil {
		return nil, err
	}
	a.summarise(res)
	if err := a.search(ctx, res); err != nil {
		return nil, err
	}
	for i := range res.FalsePositives {
		f := &res.FalsePositives[i]
		if !f.Private {
			continue
		}
		acc, err := accusations(f, cfg.Accusations)
		if err != nil {
			return nil, err
		}
		res.Accusations = append(res.Accusations, acc...)
	}
	for k := range a.cfg.Schemes {
		if cfg.Blinded.Count == 0 {
			break
		}
		blinded := cfg.Blinded
		blinded.Progress = func(done, total int) {
			a.cfg.Progress("blinded path", k*total+done, len(a.cfg.Schemes)*total)
		}
		b, err := s.runBlinded(ctx, a.scheme(k), a.lights, blinded)
		if err != nil {
			return nil, err
		}
		res.Blinded = append(res.Blinded, *b)
		res.Recall[k].SealMillis = b.SealMillis
	}
	return res, nil
}

// prepare lists the methods: the schemes, then what they are compared with.
func (a *analyser) prepare() error {
	for i, c := range a.cfg.Schemes {
		m, err := newSchemeMethod(&a.survey.Plan, c, a.cfg.Quality)
		if err != nil {
			return err
		}
		a.methods = append(a.methods, m)
		a.entries[i] = make(map[string][]int32)
		if slices.ContainsFunc(a.cfg.Schemes[:i], func(o SchemeConfig) bool { return o.Text == c.Text }) {
			continue // versions of entries make no difference to a pair's rate
		}
		for _, bits := range fitLengths {
			if bits >= m.bits {
				break
			}
			f, err := newFitCounter(m, bits)
			if err != nil {
				return err
			}
			a.counters[i] = append(a.counters[i], f)
		}
		a.found[i] = make([][]burst, len(a.counters[i]))
		a.alike[i] = make([][]Collision, len(a.counters[i])+1)
	}
	a.methods = append(a.methods,
		&pdqDistance{fmt.Sprintf("PDQ ≤ %d", a.cfg.Near), a.cfg.Near, a.cfg.Quality, 1},
		&pdqDistance{fmt.Sprintf("PDQ ≤ %d over %d views", a.cfg.Near, len(a.survey.Plan.Views)), a.cfg.Near, a.cfg.Quality, len(a.survey.Plan.Views)})
	for k := range ClassicNames {
		a.methods = append(a.methods, classicDistance{k, false, a.cfg.Classic})
	}
	for k := range ClassicNames {
		if !a.survey.Plan.Classic256 {
			break
		}
		a.methods = append(a.methods, classicDistance{k, true, 4 * a.cfg.Classic})
	}
	a.events, a.near = make([]int, len(a.methods)), make([]int, len(a.methods))
	return nil
}

// heldOut says whether a picture's figures are headlines.
func (a *analyser) heldOut(x *Sample) bool { return a.cfg.AllHeldOut || x.HeldOut() }

// scheme is the i-th method, if it is one.
func (a *analyser) scheme(i int) *schemeMethod {
	if i < len(a.methods) {
		m, _ := a.methods[i].(*schemeMethod)
		return m
	}
	return nil
}

// load reads what lists would hold.
func (a *analyser) load(ctx context.Context) (*Result, error) {
	s := a.survey
	res := &Result{
		Seed: s.Plan.Seed, Plan: s.Plan.Digest(), Hasher: s.Plan.Hasher.Name(), ListHasher: s.Plan.ListHasher.Name(),
		Quality: a.cfg.Quality, Limits: limits,
	}
	for _, v := range s.Plan.Views {
		res.Views = append(res.Views, v.String())
	}
	for _, e := range s.Plan.Edits {
		res.Edits = append(res.Edits, Named{e.Name, string(e.Group)})
	}
	n := &res.Pictures
	n.Files, n.Repeated, n.Refused = len(s.Digests)+len(s.Problems)+s.Repeated, s.Repeated, []string{}
	for _, p := range s.Problems {
		n.Refused = append(n.Refused, p.File+": "+p.Err.Error())
	}
	for i := range s.Digests {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, err := s.Sample(i)
		if err != nil {
			return nil, err
		}
		a.cfg.Progress("reading", i+1, len(s.Digests))
		if x.EntryQuality < a.cfg.Quality {
			n.Poor++
			continue
		}
		n.Used++
		if a.heldOut(x) {
			n.HeldOut++
		}
		if max(x.Width, x.Height) > edit.LargeLongSide {
			n.Large++
		}
		for j, e := range s.Plan.Edits {
			if e.Group != edit.Large && !x.Copies[1+j].Made() {
				n.NotMade++
			}
		}
		a.pairs.add(s.Plan.Edits, x)
		res.Phase += float64(x.Entry.Distance(x.Copies[0].Readings[0].Hash))
		for k := range a.entries {
			m := a.scheme(k)
			for t := range m.tokens(m.scheme, x) {
				a.entries[k][t] = append(a.entries[k][t], int32(len(a.lights)))
			}
			for _, f := range a.counters[k] {
				f.add(len(a.lights), x)
			}
		}
		l := light{Sample: x, index: i, copies: fitCopies(s.Plan.Edits, x)}
		x.Copies = nil
		a.lights = append(a.lights, l)
	}
	res.Phase /= float64(max(n.Used, 1))
	for range a.methods {
		a.rows = append(a.rows, make(outcomes, len(a.lights)))
	}
	return res, nil
}

// compare goes through all copies of all pictures.
func (a *analyser) compare(ctx context.Context) error {
	queue := make(chan int)
	errs := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range queue {
				x, err := a.survey.Sample(a.lights[i].index)
				if err != nil {
					select {
					case errs <- err:
					default:
					}
					cancel(err)
					continue
				}
				a.one(i, x)
			}
		})
	}
feed:
	for i := range a.lights {
		select {
		case queue <- i:
			a.cfg.Progress("comparing", i+1, len(a.lights))
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	wg.Wait()
	return context.Cause(ctx)
}

// one compares the copies of a picture with its own entry, and with those of all others.
func (a *analyser) one(i int, x *Sample) {
	events, near := make([]int, len(a.methods)), make([]int, len(a.methods))
	alike := make(map[int][][]Collision)
	for k, m := range a.methods {
		row := make([]outcome, len(a.survey.Plan.Edits))
		for j := range a.survey.Plan.Edits {
			if c := &x.Copies[1+j]; c.Made() {
				row[j] = missed
				if m.Query(c).Matches(x) {
					row[j] = found
				}
			}
		}
		a.rows[k][i] = row
		others := a.others(i, k, &x.Copies[0])
		if len(a.alike[k]) > 0 {
			alike[k] = make([][]Collision, len(a.alike[k]))
			for _, o := range others {
				alike[k][len(alike[k])-1] = append(alike[k][len(alike[k])-1], a.collision(x, o, 1))
			}
		}
		for _, o := range others {
			if a.views(&x.Copies[0], a.lights[o].Entry) <= a.cfg.Near {
				near[k]++
			} else {
				events[k]++
			}
		}
	}
	fits, bursts := make(map[int][]fitCount), make(map[int][][]burst)
	for k := range a.counters {
		fits[k] = a.count(i, k, x)
		for n := range fits[k] {
			for o, matches := range fits[k][n].others {
				alike[k][n] = append(alike[k][n], a.collision(x, int(o), matches))
			}
		}
		for _, f := range a.counters[k] {
			bursts[k] = append(bursts[k], a.bursts(i, a.scheme(k), f, x))
		}
	}
	kept := a.buckets(x)
	closest := a.neighbours(i, x)
	a.mu.Lock()
	defer a.mu.Unlock()
	for k := range a.methods {
		a.events[k] += events[k]
		a.near[k] += near[k]
	}
	for bits, n := range kept {
		sum := a.kept[bits]
		a.kept[bits] = [2]int{sum[0] + n[0], sum[1] + n[1]}
	}
	a.closest = append(a.closest, closest...)
	for k := range a.counters {
		for n, f := range a.counters[k] {
			f.merge(block(x), x.Class, &fits[k][n])
			a.found[k][n] = append(a.found[k][n], bursts[k][n]...)
		}
		for n := range alike[k] {
			a.alike[k][n] = mostAlike(append(a.alike[k][n], alike[k][n]...))
		}
	}
}

// others are the other pictures that a method takes a copy of picture i for.
func (a *analyser) others(i, k int, c *Copy) []int {
	var out []int
	if m := a.scheme(k); m != nil {
		for _, p := range m.probes(m.scheme, c) {
			for _, o := range a.entries[k][string(p.Token)] {
				if int(o) != i && !slices.Contains(out, int(o)) {
					out = append(out, int(o))
				}
			}
		}
		return out
	}
	q := a.methods[k].Query(c)
	for o := range a.lights {
		if o != i && q.Matches(a.lights[o].Sample) {
			out = append(out, o)
		}
	}
	return out
}

// views is the least PDQ distance between an entry and the views of a copy.
func (a *analyser) views(c *Copy, h imagehash.Hash) int {
	least := imagehash.HashBits
	for v := range c.Readings {
		if int(c.Readings[v].Quality) >= a.cfg.Quality {
			least = min(least, c.Readings[v].Hash.Distance(h))
		}
	}
	return least
}

// count counts the matches at short tokens, between a picture's copies and other pictures' versions.
func (a *analyser) count(i, k int, x *Sample) []fitCount {
	m := a.scheme(k)
	out := make([]fitCount, len(a.counters[k]))
	for n, f := range a.counters[k] {
		others := make(map[int32]int)
		out[n].others = others
		for j := range x.Copies {
			if !fitCopy(a.survey.Plan.Edits, x, j) {
				continue
			}
			hit := make(map[entryRef]bool)
			for _, p := range m.probes(f.scheme, &x.Copies[j]) {
				for _, e := range f.entries[string(p.Token)] {
					if int(e.picture) == i || hit[e] {
						continue
					}
					hit[e] = true
					to := block(a.lights[e.picture].Sample)
					out[n].to[to]++
					if others[e.picture]++; others[e.picture] == 1 {
						out[n].distinct[to]++
					}
					if j == 0 && e.version == 0 {
						out[n].unedited++
					}
				}
			}
		}
	}
	return out
}

// buckets counts copies of the suite that the balanced way finds, and those of them of which a probe finds it within the picture's own bucket.
func (a *analyser) buckets(x *Sample) map[int][2]int {
	m := a.scheme(0)
	if m == nil {
		return nil
	}
	out := make(map[int][2]int)
	own := m.scheme.Token(x.Entry)
	for j, e := range a.survey.Plan.Edits {
		c := &x.Copies[1+j]
		if !slices.Contains(edit.Groups(), e.Group) || !c.Made() {
			continue
		}
		for _, p := range m.probes(m.scheme, c) {
			if string(p.Token) != string(own) {
				continue
			}
			// The bucket that a client would fetch is that of the copy as it is.
			asked := m.scheme.Token(c.Readings[0].Hash)
			for _, k := range leakPrefixes {
				n := out[k]
				n[1]++
				if prefixOf(asked, min(k, 8*len(asked))) == prefixOf(own, min(k, 8*len(own))) {
					n[0]++
				}
				out[k] = n
			}
			break
		}
	}
	return out
}
