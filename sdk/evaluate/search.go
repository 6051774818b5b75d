package evaluate

import (
	"slices"
	"strconv"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// Ranks hold, for each copy of tuned pictures and each view, how many of the view's patterns must be tried until one gives the token of an entry's
// version: all that a search for a split of the probes needs.
//
// A split finds a copy if the rank of one of its views is below the number of probes that it gives to this view. Where trimming changes nothing, the probes of the trimmed
// view go on where those of the picture as it is end. Other tokens that views share are counted as if they were probed twice, so that what a split finds
// here is a lower bound on what the scheme finds.
type Ranks struct {
	views    []imagehash.View
	versions []string    // "" is the entry itself
	edits    []edit.Edit // of the suite
	bits     int
	trim     int // the trimmed view, or −1
	rows     []rankRow
	weight   []float64 // of a row of each edit
}

// MaxRank is how deep patterns are followed.
const MaxRank = 64

// A rankRow is a copy: ranks by version and view, MaxRank where the token is not among the patterns.
type rankRow struct {
	edit  int
	same  bool    // trimming changes nothing
	ranks []uint8 // version·len(views) + view
}

// NewRanks computes the ranks of tokens of so many bits in a survey's tuned pictures, or in those that are held out.
func NewRanks(s *Survey, bits, quality int, heldOut bool) (*Ranks, error) {
	r := &Ranks{views: s.Plan.Views, bits: bits, versions: []string{""}, trim: s.Plan.view(imagehash.Trim())}
	for _, v := range s.Plan.Variants {
		r.versions = append(r.versions, v.Name)
	}
	schemes := make([]token.Scheme, len(r.views))
	for i, v := range r.views {
		var err error
		text := "lowest-frequency bits=" + strconv.Itoa(bits) + " probes=" + v.String() + ":" + strconv.Itoa(MaxRank)
		if schemes[i], err = token.Parse(text); err != nil {
			return nil, err
		}
	}
	var columns []int
	for j, e := range s.Plan.Edits {
		if slices.Contains(edit.Groups(), e.Group) {
			r.edits = append(r.edits, e)
			columns = append(columns, j)
		}
	}
	trials := make([]int, len(r.edits))
	for n := range s.Digests {
		if s.Digests[n][31]&1 == 1 != heldOut {
			continue
		}
		x, err := s.Sample(n)
		if err != nil {
			return nil, err
		}
		if x.EntryQuality < quality {
			continue
		}
		hashes := append([]imagehash.Hash{x.Entry}, x.Variants...)
		for e, j := range columns {
			if c := &x.Copies[1+j]; c.Made() {
				trials[e]++
				same := r.trim >= 0 && c.Readings[r.trim].equal(&c.Readings[0])
				r.rows = append(r.rows, rankRow{e, same, r.rank(schemes, hashes, c, quality)})
			}
		}
	}
	for _, n := range trials {
		r.weight = append(r.weight, 1/float64(max(n, 1)))
	}
	return r, nil
}

// rank finds the tokens of hashes among the patterns of each view of a copy.
func (r *Ranks) rank(schemes []token.Scheme, hashes []imagehash.Hash, c *Copy, quality int) []uint8 {
	out := make([]uint8, len(hashes)*len(schemes))
	for i := range out {
		out[i] = MaxRank
	}
	for v, s := range schemes {
		reading := &c.Readings[v]
		if int(reading.Quality) < quality {
			continue
		}
		// A pattern comes after all of its subsets, so that one of k flips has a rank of 2^k − 1 at least: beyond six flips there is nothing to find.
		want := make(map[string][]int)
		for h, hash := range hashes {
			if hash != (imagehash.Hash{}) && prefixDistance(reading.Hash, hash, r.bits) <= 6 {
				t := string(s.Token(hash))
				want[t] = append(want[t], h)
			}
		}
		if len(want) == 0 {
			continue
		}
		for n, p := range s.Probes([]imagehash.ViewFeatures{reading.features(r.views[v])}, 0) {
			for _, h := range want[string(p.Token)] {
				out[h*len(schemes)+v] = uint8(n)
			}
		}
	}
	return out
}

// prefixDistance is in how many of the lowest frequencies two hashes differ.
func prefixDistance(a, b imagehash.Hash, bits int) int {
	n := 0
	for _, k := range lowestFrequencies[:bits] {
		n += a.Bit(k) ^ b.Bit(k)
	}
	return n
}

// A Split is how many probes each of the plan's views gets.
type Split []int

// Text is the scheme of a split.
func (r *Ranks) Text(s Split) string {
	text := "lowest-frequency bits=" + strconv.Itoa(r.bits)
	sep := " probes="
	for v, n := range s {
		if n > 0 {
			text += sep + r.views[v].String() + ":" + strconv.Itoa(n)
			sep = ","
		}
	}
	return text
}

// Recall is what a split finds: of the suite, and by group.
func (r *Ranks) Recall(s Split, versions []int) (suite float64, groups map[edit.Group]float64) {
	perEdit := make([]float64, len(r.edits))
	best, n := r.best(versions), len(r.views)
	for i := range r.rows {
		if row := &r.rows[i]; r.found(row, best[i*n:i*n+n], s) {
			perEdit[row.edit] += r.weight[row.edit]
		}
	}
	groups = make(map[edit.Group]float64)
	count := make(map[edit.Group]float64)
	for e, x := range perEdit {
		suite += x / float64(len(perEdit))
		groups[r.edits[e].Group] += x
		count[r.edits[e].Group]++
	}
	for g := range groups {
		groups[g] /= count[g]
	}
	return suite, groups
}

// depth is how many patterns of a view a split has probed in a copy.
func (r *Ranks) depth(row *rankRow, s Split, view int) int {
	if row.same && view == 0 {
		return s[0] + s[r.trim]
	}
	if row.same && view == r.trim {
		return 0
	}
	return s[view]
}

func (r *Ranks) found(row *rankRow, ranks []uint8, s Split) bool {
	for v, b := range ranks {
		if int(b) < r.depth(row, s, v) {
			return true
		}
	}
	return false
}

// lookahead is how many patterns of one view a step of the search may take at once: the next may bring nothing, and the one after it much.
const lookahead = 8

// Search looks for a split of so many probes that finds most of the suite on the ranks' pictures, for entries of the versions given (0 is the entry itself): greedily,
// the view with the most gain a probe first, and then by moving probes between views while that helps. Floors are rates of groups below which
// a split loses ten times what is missing.
func (r *Ranks) Search(probes int, versions []int, floors map[edit.Group]float64) Split {
	best := r.best(versions)
	return r.improve(best, r.greedy(best, probes), floors)
}

func (r *Ranks) greedy(best []uint8, probes int) Split {
	split := make(Split, len(r.views))
	hit := make([]bool, len(r.rows))
	for left := probes; left > 0; {
		view, take, gain := -1, 0, -1.0
		for v := range r.views {
			sum := 0.0
			at := r.gains(best, hit, v, split, min(lookahead, left))
			for k, g := range at {
				sum += g
				if mean := sum / float64(k+1); mean > gain+1e-12 {
					view, take, gain = v, k+1, mean
				}
			}
		}
		if view < 0 {
			break
		}
		split[view] += take
		left -= take
		for i := range r.rows {
			hit[i] = hit[i] || r.found(&r.rows[i], best[i*len(r.views):(i+1)*len(r.views)], split)
		}
	}
	return split
}

// best is the least rank over the versions, for each row and view.
func (r *Ranks) best(versions []int) []uint8 {
	n := len(r.views)
	out := make([]uint8, len(r.rows)*n)
	for i := range r.rows {
		for v := range n {
			b := uint8(MaxRank)
			for _, h := range versions {
				b = min(b, r.rows[i].ranks[h*n+v])
			}
			out[i*n+v] = b
		}
	}
	return out
}

// gains are what each of a view's next patterns would find that nothing has found yet.
func (r *Ranks) gains(best []uint8, hit []bool, view int, split Split, count int) []float64 {
	at := make([]float64, count)
	for i := range r.rows {
		if hit[i] {
			continue
		}
		row, of := &r.rows[i], view
		if row.same && view == r.trim {
			of = 0
		}
		if k := int(best[i*len(r.views)+of]) - r.depth(row, split, of); k >= 0 && k < count && best[i*len(r.views)+of] < MaxRank {
			at[k] += r.weight[row.edit]
		}
	}
	return at
}

// improve moves probes from view to view while that raises the score.
func (r *Ranks) improve(best []uint8, split Split, floors map[edit.Group]float64) Split {
	score := r.score(best, split, floors)
	for improved := true; improved; {
		improved = false
		for _, n := range []int{8, 4, 2, 1} {
			for from := range split {
				for to := range split {
					if from == to || split[from] < n || split[to]+n > MaxRank {
						continue
					}
					split[from] -= n
					split[to] += n
					if s := r.score(best, split, floors); s > score+1e-9 {
						score, improved = s, true
						continue
					}
					split[from] += n
					split[to] -= n
				}
			}
		}
	}
	return split
}

func (r *Ranks) score(best []uint8, s Split, floors map[edit.Group]float64) float64 {
	perEdit := make([]float64, len(r.edits))
	n := len(s)
	for i := range r.rows {
		if row := &r.rows[i]; r.found(row, best[i*n:i*n+n], s) {
			perEdit[row.edit] += r.weight[row.edit]
		}
	}
	score := 0.0
	groups, count := make(map[edit.Group]float64), make(map[edit.Group]float64)
	for e, x := range perEdit {
		score += x / float64(len(perEdit))
		groups[r.edits[e].Group] += x
		count[r.edits[e].Group]++
	}
	for _, g := range edit.Groups() {
		if floor, ok := floors[g]; ok && count[g] > 0 {
			score -= 10 * max(0, floor-groups[g]/count[g])
		}
	}
	return score
}

// SearchVariants chooses, one by one, the variants that add most to an entry, and a split for each choice: at most count of them.
func (r *Ranks) SearchVariants(probes, count int, floors map[edit.Group]float64) (versions []int, split Split) {
	versions = []int{0}
	score := 0.0
	for n := 0; n <= count; n++ {
		pick := 0
		for h := range r.versions {
			try := versions
			if n > 0 {
				if slices.Contains(versions, h) {
					continue
				}
				try = append(slices.Clone(versions), h)
			} else if h > 0 {
				break // the entry itself comes first
			}
			best := r.best(try)
			if sc := r.score(best, r.greedy(best, probes), floors); sc > score+1e-9 {
				pick, score = h, sc
			}
		}
		if n > 0 && pick == 0 {
			break
		}
		if n > 0 {
			versions = append(versions, pick)
		}
	}
	return versions, r.Search(probes, versions, floors)
}

// Versions names versions, without the entry itself.
func (r *Ranks) Versions(versions []int) []string {
	var names []string
	for _, h := range versions {
		if h > 0 {
			names = append(names, r.versions[h])
		}
	}
	return names
}
