package evaluate

import (
	"math"
	"slices"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
)

// Bursts is how false matches come together: once one version of an innocent picture matches another picture's entry, how many of its other versions do. It is
// measured where there are false matches to count, at short tokens; versions are the picture as it is and its copies in the suite.
type Bursts struct {
	Method   string `json:"method"`
	Bits     int    `json:"bits"`     // of the tokens
	Pictures int    `json:"pictures"` // pairs of a picture and another's entry with a false match
	Versions int    `json:"versions"` // of a picture, at most

	// Again is how likely another version matches too, if one does: over all versions, and over those that only messengers and recoding have changed.
	Again          float64 `json:"again"`
	AgainForwarded float64 `json:"again_forwarded"`

	// Means are the mean numbers of false matches in a burst.
	Means []BurstMean `json:"means"`
}

// BurstMean is the mean number of false matches where an account sends so many versions of a picture and one at least matches.
type BurstMean struct {
	Versions int     `json:"versions"`
	Matches  float64 `json:"matches"`
	Points   float64 `json:"points"` // of them that have another token than the earlier ones: only these count towards a threshold
}

// burstVersions are the numbers of versions that means are given for.
var burstVersions = []int{2, 5, 10, 20}

// minBursts is from how many pairs of pictures on a length is reported.
const minBursts = 10

// A burst is one picture's false matches with one other picture's entry.
type burst struct {
	matches, versions     int   // of all versions
	forwarded, forwarders int   // matches and versions among those of messengers and recoding
	points                []int // matches by distinct token of the version
}

// A burstPicture is what the bursts of one picture are counted from.
type burstPicture struct {
	versions, forwarders int
	hits                 map[int32]*burst
	tokens               map[int32]map[string]int
}

// forwarded says whether an edit is what forwarding does to a picture.
func forwarded(g edit.Group) bool { return g == edit.Messenger || g == edit.Recode }

// bursts finds a picture's false matches with the entries of others, at a counter's length. Versions of entries are left out: an entry that is listed once.
func (a *analyser) bursts(i int, m *schemeMethod, f *fitCounter, x *Sample) []burst {
	p := burstPicture{hits: make(map[int32]*burst), tokens: make(map[int32]map[string]int)}
	for j := range x.Copies {
		original := j == 0
		if !x.Copies[j].Made() || !original && !slices.Contains(edit.Groups(), a.survey.Plan.Edits[j-1].Group) {
			continue
		}
		light := original || forwarded(a.survey.Plan.Edits[j-1].Group)
		p.versions++
		if light {
			p.forwarders++
		}
		own := string(m.scheme.Token(x.Copies[j].Readings[0].Hash))
		seen := make(map[int32]bool)
		for _, probe := range m.probes(f.scheme, &x.Copies[j]) {
			for _, e := range f.entries[string(probe.Token)] {
				if e.version != 0 || int(e.picture) == i || seen[e.picture] {
					continue
				}
				seen[e.picture] = true
				b := p.hits[e.picture]
				if b == nil {
					b = new(burst)
					p.hits[e.picture], p.tokens[e.picture] = b, make(map[string]int)
				}
				b.matches++
				if light {
					b.forwarded++
				}
				p.tokens[e.picture][own]++
			}
		}
	}
	var out []burst
	for e, b := range p.hits {
		b.versions, b.forwarders = p.versions, p.forwarders
		for _, n := range p.tokens[e] {
			b.points = append(b.points, n)
		}
		slices.Sort(b.points)
		out = append(out, *b)
	}
	slices.SortFunc(out, func(x, y burst) int { return compareBursts(&x, &y) })
	return out
}

func compareBursts(x, y *burst) int {
	if x.matches != y.matches {
		return x.matches - y.matches
	}
	if x.forwarded != y.forwarded {
		return x.forwarded - y.forwarded
	}
	return slices.Compare(x.points, y.points)
}

// sumBursts turns the bursts of one length into figures.
func sumBursts(method string, bits int, all []burst) Bursts {
	// The order in which pictures were worked on must not show in the last digit of a sum.
	slices.SortFunc(all, func(x, y burst) int { return compareBursts(&x, &y) })
	out := Bursts{Method: method, Bits: bits, Pictures: len(all)}
	var again, pairs, againLight, pairsLight float64
	for _, b := range all {
		out.Versions = max(out.Versions, b.versions)
		again += float64(b.matches * (b.matches - 1))
		pairs += float64(b.matches * (b.versions - 1))
		againLight += float64(b.forwarded * (b.forwarded - 1))
		pairsLight += float64(b.forwarded * (b.forwarders - 1))
	}
	out.Again, out.AgainForwarded = again/max(pairs, 1), againLight/max(pairsLight, 1)
	for _, v := range burstVersions {
		var any, matches, points float64
		for _, b := range all {
			if b.versions < v {
				continue
			}
			any += drawn(b.versions, b.matches, v)
			matches += float64(v*b.matches) / float64(b.versions)
			for _, n := range b.points {
				points += drawn(b.versions, n, v)
			}
		}
		if any > 0 {
			out.Means = append(out.Means, BurstMean{v, matches / any, points / any})
		}
	}
	return out
}

// drawn is the probability that v of n versions, drawn without replacement, contain one of k at least.
func drawn(n, k, v int) float64 {
	if k > n-v {
		return 1
	}
	log := 0.0
	for i := range v {
		log += math.Log(float64(n-k-i)) - math.Log(float64(n-i))
	}
	return -math.Expm1(log)
}
