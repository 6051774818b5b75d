package hashlist

import (
	"encoding/binary"
	"math/bits"
)

// MaxDistance is the largest distance that [Rule] takes: 31 of 256 bits, which
// is where Meta draws the line for PDQ.
const MaxDistance = 31

// words16 is the number of 16-bit words of a hash.
const words16 = len(PDQ{}) / 2

// searchPlan spreads a distance d over the 16 words of a hash: plan[w] is how many
// differing bits word w may not reach, 0 (the word is not looked at), 1 or 2;
// together they make d + 1.
//
// Why that finds every pair (the pigeonhole principle, as in multi-index hashing,
// Norouzi, Punjani and Fleet, 2012; with uneven shares, Qin et al., 2018): two
// hashes that differ in at least plan[w] bits in every word w differ in at least
//
//	plan[0] + plan[1] + … + plan[15] = d + 1
//
// bits altogether. So two hashes at distance d or less have a word w in which
// they differ in fewer than plan[w] bits: in none where plan[w] is 1, in at most
// one where it is 2, and in none of the words with 0, since fewer than 0 bits is
// impossible. It is enough to compare, for each word, the hashes that are equal
// in it or, where plan[w] is 2, equal but for one bit. At d = 31 every word has 2.
func searchPlan(d int) (plan [words16]int) {
	for w := range plan {
		plan[w] = (d + 1) / words16
		if w < (d+1)%words16 {
			plan[w]++
		}
	}
	return plan
}

// nearPairs calls found for each pair i < j of hashes at distance 1 to d that
// are of different classes; for some pairs more than once. d is at most
// MaxDistance. step, if not nil, is told how many of the 16 words are done.
//
// For n hashes with independent bits it makes about 16·17·n²/2^17 comparisons
// at d = 31, 2·10^9 for a million; among 400 photographs it was 1.35 times as
// many. Hashes that agree in many words make it more, up to 8·n² when all are
// alike in every word. It needs 44 bytes for each
// hash beyond the hashes themselves, and 256 KiB.
func nearPairs(hashes []PDQ, class []uint32, d int, found func(i, j int), step func(done, all int)) {
	plan := searchPlan(d)
	n := len(hashes)
	order := make([]uint32, n) // hash numbers by the value of the word
	sorted := make([]near, n)  // the hashes in that order, so that memory is read in rows
	start := make([]uint32, 1<<16+1)
	for w, share := range plan {
		if share > 0 {
			bucketSort(hashes, w, order, start)
			for k, i := range order {
				sorted[k] = near{hashes[i].words(), class[i]}
			}
			// report compares one hash with a range behind or beside it.
			report := func(a, lo, hi uint32) {
				x := &sorted[a]
				for b := lo; b < hi; b++ {
					y := &sorted[b]
					if x.class != y.class && x.within(y, d) {
						i, j := int(order[a]), int(order[b])
						found(min(i, j), max(i, j))
					}
				}
			}
			for v := uint32(0); v < 1<<16; v++ {
				for a := start[v]; a < start[v+1]; a++ {
					report(a, a+1, start[v+1])
				}
				if share < 2 || start[v] == start[v+1] {
					continue
				}
				for bit := uint32(1); bit < 1<<16; bit <<= 1 {
					if v&bit != 0 {
						continue // seen from the other side
					}
					u := v | bit
					for a := start[v]; a < start[v+1]; a++ {
						report(a, start[u], start[u+1])
					}
				}
			}
		}
		if step != nil {
			step(w+1, words16)
		}
	}
}

// near is a hash with its class.
type near struct {
	words [4]uint64
	class uint32
}

// within reports whether x and y are at most d bits apart. Two unrelated hashes
// differ in half of their bits, so half of each is nearly always enough to tell.
func (x *near) within(y *near, d int) bool {
	n := bits.OnesCount64(x.words[0]^y.words[0]) + bits.OnesCount64(x.words[2]^y.words[2])
	if n > d {
		return false
	}
	return n+bits.OnesCount64(x.words[1]^y.words[1])+bits.OnesCount64(x.words[3]^y.words[3]) <= d
}

// bucketSort writes the numbers of the hashes into order, by the value of their
// word w, and into start where each value begins.
func bucketSort(hashes []PDQ, w int, order, start []uint32) {
	clear(start)
	for i := range hashes {
		start[int(binary.BigEndian.Uint16(hashes[i][2*w:]))+1]++
	}
	for v := 1; v < len(start); v++ {
		start[v] += start[v-1]
	}
	next := make([]uint32, len(start))
	copy(next, start)
	for i := range hashes {
		v := binary.BigEndian.Uint16(hashes[i][2*w:])
		order[next[v]] = uint32(i)
		next[v]++
	}
}
