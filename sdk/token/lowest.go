package token

import (
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

// firstBits is the schemes of docs/protocol.md, sections 2.1 and 2.3: the first bits in an order that puts the lasting ones first, with the doubtful
// ones inverted best first.
//
// Low frequencies survive what people do to pictures, and taking bits as they are keeps the number of
// uncertain ones least; error-correcting codes, and bits chosen by stability, were measured to be no better.
type firstBits struct {
	family *family
	bits   int
	rounds []round
}

// A round is how many probes come from a view.
type round struct {
	view   imagehash.View
	probes int
}

var _ Scheme = (*firstBits)(nil)

// Bounds on the scheme's parameters.
const (
	minBits   = 8
	maxProbes = 256 // C
	maxRounds = 32
)

// frequencyOrder lists the 256 bits by rising frequency: i+j, ties by the bit's number 16i+j.
var frequencyOrder = func() (order [imagehash.HashBits]int) {
	n := 0
	for sum := range 31 {
		for i := max(0, sum-15); i <= min(sum, 15); i++ {
			order[n] = 16*i + sum - i
			n++
		}
	}
	return order
}()

func parseFirstBits(text string) (*firstBits, error) {
	fields := strings.Split(text, " ")
	s := &firstBits{family: familyOf(fields[0])}
	if len(fields) != 3 || s.family == nil {
		return nil, &SchemeError{"this version knows only NAME bits=b probes=view:n,… with a NAME of " + familyNames()}
	}
	bits, ok := strings.CutPrefix(fields[1], "bits=")
	n, number := decimal.Parse(bits, uint64(len(s.family.order)))
	if !ok || !number || n < minBits {
		return nil, &SchemeError{"bits is not a number from 8 to " + strconv.Itoa(len(s.family.order))}
	}
	s.bits = int(n)
	rounds, ok := strings.CutPrefix(fields[2], "probes=")
	if !ok {
		return nil, &SchemeError{"there is no list of probes"}
	}
	for part := range strings.SplitSeq(rounds, ",") {
		if err := s.parseRound(part); err != nil {
			return nil, err
		}
	}
	if s.Count() > maxProbes || len(s.rounds) > maxRounds {
		return nil, &SchemeError{"more than 256 probes or 32 views"}
	}
	return s, nil
}

func (s *firstBits) parseRound(part string) error {
	name, count, ok := strings.Cut(part, ":")
	n, number := decimal.Parse(count, maxProbes)
	if !ok || !number || n < 1 {
		return &SchemeError{"probes are listed as view:n, n from 1 to 256"}
	}
	view, err := imagehash.ParseView(name)
	if err != nil {
		return &SchemeError{err.Error()}
	}
	for _, r := range s.rounds {
		if r.view == view {
			return &SchemeError{"the view " + name + " is listed twice"}
		}
	}
	s.rounds = append(s.rounds, round{view, int(n)})
	return nil
}

func (s *firstBits) String() string {
	b := []byte(s.family.name + " bits=")
	b = strconv.AppendInt(b, int64(s.bits), 10)
	for i, r := range s.rounds {
		if i == 0 {
			b = append(b, " probes="...)
		} else {
			b = append(b, ',')
		}
		b = append(append(b, r.view.String()...), ':')
		b = strconv.AppendInt(b, int64(r.probes), 10)
	}
	return string(b)
}

func (s *firstBits) Count() int {
	n := 0
	for _, r := range s.rounds {
		n += r.probes
	}
	return n
}

func (s *firstBits) Accepts(hasher string) bool { return s.family.accepts(hasher) }

// Bits is b, how many bits of a token are not fixed.
func (s *firstBits) Bits() int { return s.bits }

func (s *firstBits) Size() int { return (s.bits + 7) / 8 }

func (s *firstBits) Views() []imagehash.View {
	views := make([]imagehash.View, len(s.rounds))
	for i, r := range s.rounds {
		views[i] = r.view
	}
	return views
}

func (s *firstBits) Token(h imagehash.Hash) []byte {
	t := make([]byte, s.Size())
	for place, k := range s.family.order[:s.bits] {
		t[place/8] |= byte(h.Bit(k)) << (7 - place%8)
	}
	return t
}

func (s *firstBits) Probes(views []imagehash.ViewFeatures, minQuality int) []Probe {
	c := collector{scheme: s, count: s.Count()}
	var usable []*flipper
	for i, r := range s.rounds {
		if views[i].Quality < minQuality {
			continue
		}
		f := s.flipper(&views[i])
		usable = append(usable, f)
		c.take(f, r.probes)
	}
	// A view that ran dry, or was refused, leaves its probes to the others.
	for progress := true; progress; {
		progress = false
		for _, f := range usable {
			progress = c.take(f, 1) || progress
		}
	}
	return c.probes
}

// A collector gathers distinct probes.
type collector struct {
	scheme *firstBits
	count  int
	probes []Probe
}

// take adds up to n new probes of a view. It reports whether it added one.
func (c *collector) take(f *flipper, n int) bool {
	added := false
	for n > 0 && len(c.probes) < c.count {
		places, ok := f.next()
		if !ok {
			break
		}
		p := f.probe(places)
		if slices.ContainsFunc(c.probes, func(q Probe) bool { return string(q.Token) == string(p.Token) }) {
			continue
		}
		c.probes = append(c.probes, p)
		added = true
		n--
	}
	return added
}
