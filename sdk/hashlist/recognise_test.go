package hashlist

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// flip returns h with n other bits.
func flip(rng *rand.Rand, h PDQ, n int) PDQ {
	for _, k := range rng.Perm(256)[:n] {
		h[k/8] ^= 1 << (k % 8)
	}
	return h
}

// clustered draws hashes of which many are at distances around 31.
func clustered(rng *rand.Rand, n int) []PDQ {
	var out []PDQ
	for len(out) < n {
		var h PDQ
		for i := range h {
			h[i] = byte(rng.Uint32())
		}
		out = append(out, h)
		for range rng.IntN(6) {
			out = append(out, flip(rng, h, rng.IntN(40)))
		}
	}
	slices.SortFunc(out, PDQ.Compare)
	return slices.Compact(out)
}

func TestSearchPlan(t *testing.T) {
	for d := range MaxDistance + 1 {
		sum := 0
		for _, share := range searchPlan(d) {
			if share < 0 || share > 2 {
				t.Errorf("distance %d: share %d", d, share)
			}
			sum += share
		}
		if sum != d+1 {
			t.Errorf("distance %d: shares of %d, want %d", d, sum, d+1)
		}
	}
}

// The index finds every pair that comparing all pairs finds, and no other.
func TestNearPairsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	hashes := clustered(rng, 1500)
	class := make([]uint32, len(hashes))
	for i := range class {
		class[i] = uint32(rng.IntN(3))
	}
	total := 0
	for _, d := range []int{1, 2, 7, 14, 15, 16, 17, 24, 30, 31} {
		got := map[[2]int]bool{}
		steps := 0
		nearPairs(hashes, class, d, func(i, j int) {
			if i >= j {
				t.Fatalf("pair %d, %d", i, j)
			}
			got[[2]int{i, j}] = true
		}, func(done, all int) {
			if steps++; done != steps || all != 16 {
				t.Errorf("step %d of %d", done, all)
			}
		})
		want := 0
		for i := range hashes {
			for j := i + 1; j < len(hashes); j++ {
				if class[i] == class[j] || hashes[i].Distance(hashes[j]) > d {
					continue
				}
				want++
				if !got[[2]int{i, j}] {
					t.Errorf("distance %d: pair %d, %d at %d not found", d, i, j, hashes[i].Distance(hashes[j]))
				}
			}
		}
		if len(got) != want || steps != 16 {
			t.Errorf("distance %d: %d pairs, want %d; %d steps", d, len(got), want, steps)
		}
		total += want
	}
	if total < 3000 {
		t.Errorf("only %d pairs to find", total)
	}
}

// The tight cases of the proof: at distance 31 two bits differ in every word but
// one; at distance d one more bit in any word is one too many.
func TestNearPairsTight(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	cases := 0
	for d := 1; d <= MaxDistance; d++ {
		plan := searchPlan(d)
		var hashes []PDQ // base, near, base, far, …: unrelated but for these pairs
		var class []uint32
		for short := range words16 {
			if plan[short] == 0 {
				continue
			}
			for _, excess := range []int{0, 1} {
				base := clustered(rng, 1)[0]
				other := base
				for w, share := range plan {
					n := share
					if w == short {
						n += excess - 1 // without excess, the one word in which the pair can be found
					}
					for _, bit := range rng.Perm(16)[:n] {
						other[2*w+bit/8] ^= 1 << (bit % 8)
					}
				}
				if base.Distance(other) != d+excess {
					t.Fatalf("distance %d, want %d", base.Distance(other), d+excess)
				}
				hashes = append(hashes, base, other)
				class = append(class, 0, 1)
			}
		}
		found := map[int]bool{}
		nearPairs(hashes, class, d, func(i, j int) {
			if i%2 != 0 || j != i+1 {
				t.Errorf("distance %d: found %d and %d, at %d", d, i, j, hashes[i].Distance(hashes[j]))
			}
			found[i] = true
		}, nil)
		for i := 0; i < len(hashes); i += 2 {
			if near := i%4 == 0; found[i] != near {
				t.Errorf("distance %d: pair %d at %d: found %v", d, i, hashes[i].Distance(hashes[i+1]), found[i])
			}
			cases++
		}
	}
	if cases < 700 {
		t.Errorf("only %d cases", cases)
	}
}

// slowRecognise applies the rule by its definition.
func slowRecognise(s *Set, rule Rule) []int {
	out := make([]int, s.Len())
	for i := range out {
		lists := map[string]bool{}
		for j := range out {
			same := i == j || s.Hash(i).Distance(s.Hash(j)) <= rule.Distance
			if rule.Token != nil {
				a, b := rule.Token(s.Hash(i)), rule.Token(s.Hash(j))
				same = same || a == b && a != ""
			}
			if same {
				for _, e := range s.Entries(j) {
					lists[e.Source] = true
				}
			}
		}
		out[i] = len(lists)
	}
	return out
}

// randomSet spreads clustered hashes over lists.
func randomSet(t testing.TB, rng *rand.Rand, n, lists int) *Set {
	var collectors []*Collector
	for k := range lists {
		collectors = append(collectors, NewCollector(fmt.Sprint("list", k)))
	}
	for _, h := range clustered(rng, n) {
		for range 1 + rng.IntN(2) {
			r := Record{Op: OpAdd, Entry: Entry{PDQ: h, ID: fmt.Sprint(rng.IntN(3))}}
			if err := collectors[rng.IntN(lists)].Add(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	var all []*List
	for _, c := range collectors {
		all = append(all, c.List())
	}
	s, err := Merge(all...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecogniseBruteForce(t *testing.T) {
	// Tokens of 12 bits, so that unrelated hashes share some, and none for a few.
	token := func(h PDQ) string {
		if h[31] < 16 {
			return ""
		}
		return string([]byte{h[0], h[1] & 0xf0})
	}
	for _, lists := range []int{1, 2, 3, 64, 65, 130} { // one, two and three words of a bit set
		rng := rand.New(rand.NewPCG(uint64(lists), 3))
		s := randomSet(t, rng, 400, lists)
		for _, rule := range []Rule{
			{}, {Require: 2}, {Require: 2, Distance: 31}, {Require: 3, Distance: 20},
			{Require: 2, Token: token}, {Require: 2, Distance: 31, Token: token},
		} {
			got, err := s.Recognise(rule)
			if err != nil {
				t.Fatal(err)
			}
			want := slowRecognise(s, rule)
			require := max(rule.Require, 1)
			survivors, entries := 0, 0
			var numbers []int
			byCount := make([]int, lists+1)
			for i, n := range want {
				if got.Count(i) != n || got.Survives(i) != (n >= require) {
					t.Fatalf("%d lists, %+v: hash %d by %d lists, want %d", lists, rule, i, got.Count(i), n)
				}
				byCount[n]++
				if n >= require {
					survivors++
					entries += len(s.Entries(i))
					numbers = append(numbers, i)
				}
			}
			if got.Survivors != survivors || got.SurvivingEntries != entries || got.ByDistance != survivors ||
				!slices.Equal(got.ByCount, byCount) || !slices.Equal(slices.Collect(got.All()), numbers) {
				t.Errorf("%d lists, %+v: %+v", lists, rule, got)
			}
			same, _ := s.Recognise(Rule{Require: rule.Require})
			byToken, _ := s.Recognise(Rule{Require: rule.Require, Token: rule.Token})
			if got.BySame != same.Survivors || got.ByToken != byToken.Survivors {
				t.Errorf("%d lists, %+v: by same %d, by token %d", lists, rule, got.BySame, got.ByToken)
			}
			hashes, surviving := 0, 0
			for _, l := range got.Lists {
				hashes += l.Hashes
				surviving += l.Survivors
			}
			if hashes < s.Len() || require == 1 && surviving != hashes {
				t.Errorf("%d lists, %+v: shares %+v", lists, rule, got.Lists)
			}
		}
	}
}

// Being near is no chain: a list recognises what it is near to, no more.
func TestRecogniseNoChain(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	perm := rng.Perm(256)
	at := func(n int) PDQ { // hashes on a line, 20 bits apart
		var h PDQ
		for _, k := range perm[:n*20] {
			h[k/8] ^= 1 << (k % 8)
		}
		return h
	}
	var lists []*List
	for n := range 3 {
		c := NewCollector(fmt.Sprint("list", n))
		c.Add(Record{Op: OpAdd, Entry: Entry{PDQ: at(n)}})
		lists = append(lists, c.List())
	}
	s, err := Merge(lists...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Recognise(Rule{Require: 3, Distance: 31})
	if err != nil {
		t.Fatal(err)
	}
	if r.Survivors != 1 || !slices.Equal(r.ByCount, []int{0, 0, 2, 1}) {
		t.Errorf("%+v: only the middle one is known to all three", r)
	}
	if text := r.String(); !strings.HasPrefix(text, "1 of 3 hashes (1 of 3 entries) recognised by at least 3 lists\n") {
		t.Errorf("%s", text)
	}
}

func TestRecogniseRule(t *testing.T) {
	s, err := Merge()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []Rule{{Require: -1}, {Distance: -1}, {Distance: 32}} {
		if _, err := s.Recognise(rule); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", rule, err)
		}
	}
	if r, err := s.Recognise(Rule{Require: 5, Distance: 31}); err != nil || r.Survivors != 0 {
		t.Errorf("empty set: %+v, %v", r, err)
	}
}

// Two halves of a set at distance 31: for the time, see the documentation.
func BenchmarkRecognise(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		rng := rand.New(rand.NewPCG(1, 1))
		s := randomSet(b, rng, n, 2)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Recognise(Rule{Require: 2, Distance: MaxDistance}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
