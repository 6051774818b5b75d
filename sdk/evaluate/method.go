package evaluate

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// A Method decides whether a copy is recognised as an entry's picture.
type Method interface {
	// Name names the method in tables.
	Name() string

	// Private reports whether the method needs equality only, so that the blinded protocol can carry it.
	Private() bool

	// Query prepares a copy to be compared with many entries.
	Query(c *Copy) Query
}

// A Query is a copy that is compared with entries.
type Query interface {
	// Matches reports whether the copy is taken for the sample's picture.
	Matches(entry *Sample) bool
}

// pdqDistance is PDQ within a distance, over some views of the copy.
type pdqDistance struct {
	name    string
	max     int
	quality int
	views   int // the first so many of the plan's
}

func (m *pdqDistance) Name() string  { return m.name }
func (m *pdqDistance) Private() bool { return false }

func (m *pdqDistance) Query(c *Copy) Query {
	q := &pdqQuery{max: m.max}
	for _, r := range c.Readings[:m.views] {
		if int(r.Quality) >= m.quality {
			q.hashes = append(q.hashes, r.Hash)
		}
	}
	return q
}

type pdqQuery struct {
	max    int
	hashes []imagehash.Hash
}

func (q *pdqQuery) Matches(entry *Sample) bool {
	for i := range q.hashes {
		if q.hashes[i].Distance(entry.Entry) <= q.max {
			return true
		}
	}
	return false
}

// classicDistance is one of goimagehash's hashes within a distance: of 64 bits, or of 256, where four times the distance is as far.
type classicDistance struct {
	hash int
	wide bool // 256 bits
	max  int
}

func (m classicDistance) Name() string {
	if m.wide {
		return fmt.Sprintf("%s-256 ≤ %d", ClassicNames[m.hash], m.max)
	}
	return fmt.Sprintf("%s ≤ %d", ClassicNames[m.hash], m.max)
}

func (m classicDistance) Private() bool { return false }

func (m classicDistance) Query(c *Copy) Query {
	q := classicQuery{m, [4]uint64{c.Classic[m.hash]}}
	if m.wide {
		q.value = c.Classic256[m.hash]
	}
	return q
}

type classicQuery struct {
	classicDistance
	value [4]uint64
}

func (q classicQuery) Matches(entry *Sample) bool {
	value := [4]uint64{entry.Classic[q.hash]}
	if q.wide {
		value = entry.Classic256[q.hash]
	}
	n := 0
	for i := range value {
		n += bits.OnesCount64(q.value[i] ^ value[i])
	}
	return n <= q.max
}

// A SchemeConfig names a scheme to measure.
type SchemeConfig struct {
	Name     string
	Text     string
	Variants []string // names of the plan's variants that a list holds beside the entry itself; len+1 tokens an entry at most
}

// schemeMethod is equality of tokens: what the protocol does.
type schemeMethod struct {
	cfg      SchemeConfig
	scheme   token.Scheme
	bits     int   // of a token
	views    []int // the scheme's, among the plan's
	variants []int // likewise
	quality  int
}

// newSchemeMethod refuses a scheme that the plan has no features for.
func newSchemeMethod(p *Plan, cfg SchemeConfig, quality int) (*schemeMethod, error) {
	m := &schemeMethod{cfg: cfg, quality: quality}
	var err error
	if m.scheme, err = token.Parse(cfg.Text); err != nil {
		return nil, err
	}
	if m.bits, err = strconv.Atoi(strings.TrimPrefix(strings.Fields(cfg.Text)[1], "bits=")); err != nil {
		return nil, fmt.Errorf("evaluate: scheme %s: its tokens have no length in bits", cfg.Name)
	}
	for _, v := range m.scheme.Views() {
		i := p.view(v)
		if i < 0 {
			return nil, fmt.Errorf("evaluate: scheme %s needs the view %s, which the plan does not have", cfg.Name, v)
		}
		m.views = append(m.views, i)
	}
	if m.bits > keptMargins && m.scheme.Count() > 1 {
		return nil, fmt.Errorf("evaluate: scheme %s has more than one probe of more than %d bits, whose margins are not kept", cfg.Name, keptMargins)
	}
	for _, name := range cfg.Variants {
		i := slices.IndexFunc(p.Variants, func(e edit.Edit) bool { return e.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("evaluate: there is no variant %s", name)
		}
		m.variants = append(m.variants, i)
	}
	return m, nil
}

func (m *schemeMethod) Name() string  { return m.cfg.Name }
func (m *schemeMethod) Private() bool { return true }

func (m *schemeMethod) Query(c *Copy) Query {
	q := &schemeQuery{method: m, probes: make(map[string]bool)}
	for _, p := range m.probes(m.scheme, c) {
		q.probes[string(p.Token)] = true
	}
	return q
}

// probes are those of a copy under a scheme of the same views.
func (m *schemeMethod) probes(s token.Scheme, c *Copy) []token.Probe {
	views := make([]imagehash.ViewFeatures, len(m.views))
	for i, v := range s.Views() {
		views[i] = c.Readings[m.views[i]].features(v)
	}
	return s.Probes(views, m.quality)
}

type schemeQuery struct {
	method *schemeMethod
	probes map[string]bool
}

func (q *schemeQuery) Matches(entry *Sample) bool {
	for t := range q.method.tokens(q.method.scheme, entry) {
		if q.probes[t] {
			return true
		}
	}
	return false
}

// tokens are the distinct ones that a list holds of an entry.
func (m *schemeMethod) tokens(s token.Scheme, entry *Sample) map[string]bool {
	out := map[string]bool{string(s.Token(entry.Entry)): true}
	for _, v := range m.variants {
		if h := entry.Variants[v]; h != (imagehash.Hash{}) {
			out[string(s.Token(h))] = true
		}
	}
	return out
}
