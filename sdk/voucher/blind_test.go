package voucher

import (
	"fmt"
	"testing"
)

// toy is groupOps over the integers modulo a small prime with base 1, where a point is its own logarithm and every outcome can be
// enumerated. Scalars come from a tape.
type toy struct {
	order, alpha int
	tape         []int
}

var _ groupOps[int, int] = (*toy)(nil)

func (g *toy) random() int {
	s := g.tape[0]
	g.tape = g.tape[1:]
	return s
}
func (g *toy) mul(s, p int) int       { return s * p % g.order }
func (g *toy) base(s int) int         { return s }
func (g *toy) key(s, layer int) int   { return s * (g.alpha + 3*layer) % g.order }
func (g *toy) add(a, b int) int       { return (a + b) % g.order }
func (g *toy) layerKey(layer int) int { return (g.alpha + 3*layer) % g.order }

// tapes calls f with every list of n scalars.
func (g *toy) tapes(n int, f func(tape []int)) {
	tape := make([]int, n)
	for {
		f(tape)
		i := 0
		for ; i < n; i++ {
			if tape[i]++; tape[i] < g.order {
				break
			}
			tape[i] = 0
		}
		if i == n {
			return
		}
	}
}

// A tamper changes the tape before the algebra reads it: the mutants below are faults in how scalars are drawn.
type tamper func(tape []int)

func honest([]int) {}

// uniformGivenQ checks promise P2's lemma exhaustively: for one voucher of the given probes, over all gamma and beta_j, and for each value of all Q_j
// together, S_{k,j} takes every value of the group equally often if the probe's lookup in that layer is no match, and the one value
// alpha_k·Q_j if it is.
func uniformGivenQ(g *toy, layers int, probes []blindProbe[int], f tamper) error {
	type given struct{ q, j, k int }
	counts := make(map[given][]int)
	n := 1 + len(probes)
	g.tapes(n, func(tape []int) {
		g.tape = append([]int(nil), tape...)
		f(g.tape)
		q := 0
		out := blind(g, layers, probes)
		for _, b := range out {
			q = q*g.order + b.q
		}
		for j, b := range out {
			for k, s := range b.s {
				c := given{q, j, k}
				if counts[c] == nil {
					counts[c] = make([]int, g.order)
				}
				counts[c][s]++
			}
		}
	})
	for c, values := range counts {
		p := probes[c.j]
		q := c.q
		for range len(probes) - 1 - c.j {
			q /= g.order
		}
		q %= g.order
		match := p.lookups[c.k] == g.mul(g.layerKey(c.k), p.element)
		for s, n := range values {
			switch want := g.mul(g.layerKey(c.k), q); {
			case match && s == want && n == 0, match && s != want && n != 0:
				return fmt.Errorf("matching probe %d, layer %d: S = %d comes up %d times where alpha·Q is %d", c.j, c.k, s, n, want)
			case !match && n != 1:
				return fmt.Errorf("probe %d, layer %d: S = %d comes up %d times given one Q", c.j, c.k, s, n)
			}
		}
	}
	return nil
}

// jointlyUniform checks that two vouchers of one probe each are independent: given both Q, every pair of S comes up equally often.
func jointlyUniform(g *toy, p blindProbe[int], f tamper) error {
	counts := make(map[[2]int]map[[2]int]int)
	g.tapes(4, func(tape []int) {
		g.tape = append([]int(nil), tape...)
		f(g.tape)
		a := blind(g, 1, []blindProbe[int]{p})[0]
		b := blind(g, 1, []blindProbe[int]{p})[0]
		q := [2]int{a.q, b.q}
		if counts[q] == nil {
			counts[q] = make(map[[2]int]int)
		}
		counts[q][[2]int{a.s[0], b.s[0]}]++
	})
	for q, pairs := range counts {
		if len(pairs) != g.order*g.order {
			return fmt.Errorf("given Q = %v, only %d of %d pairs of S are possible", q, len(pairs), g.order*g.order)
		}
	}
	return nil
}

// probes of a toy voucher: a stranger to the set, and one that matches in the first layer only.
func toyProbes(g *toy, layers int) (stranger, member blindProbe[int]) {
	stranger, member = blindProbe[int]{element: 7}, blindProbe[int]{element: 5}
	for k := range layers {
		stranger.lookups = append(stranger.lookups, 11+k)
		member.lookups = append(member.lookups, g.mul(g.layerKey(0), 5)+2*k)
	}
	return stranger, member
}

// The proof of this is docs/proofs.md, section 1; here it is enumerated.
func TestUniformGivenQ(t *testing.T) {
	for _, c := range []struct {
		name          string
		order, layers int
		pick          func(stranger, member blindProbe[int]) []blindProbe[int]
	}{
		{"one stranger", 101, 1, func(s, m blindProbe[int]) []blindProbe[int] { return []blindProbe[int]{s} }},
		{"two strangers", 101, 1, func(s, m blindProbe[int]) []blindProbe[int] {
			return []blindProbe[int]{s, {element: 9, lookups: []int{4}}}
		}},
		{"a stranger and a member", 101, 1, func(s, m blindProbe[int]) []blindProbe[int] { return []blindProbe[int]{s, m} }},
		{"two layers", 31, 2, func(s, m blindProbe[int]) []blindProbe[int] { return []blindProbe[int]{m, s} }},
	} {
		g := &toy{order: c.order, alpha: 23}
		if err := uniformGivenQ(g, c.layers, c.pick(toyProbes(g, c.layers)), honest); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestVouchersAreIndependent(t *testing.T) {
	g := &toy{order: 11, alpha: 3}
	if err := jointlyUniform(g, blindProbe[int]{element: 7, lookups: []int{2}}, honest); err != nil {
		t.Error(err)
	}
}

// Each mutant draws scalars wrongly; the tests above must notice.
func TestMutantsAreCaught(t *testing.T) {
	g := &toy{order: 101, alpha: 23}
	stranger, _ := toyProbes(g, 1)
	for name, f := range map[string]tamper{
		"constant beta":     func(tape []int) { tape[1] = 1 },
		"gamma = 0":         func(tape []int) { tape[0] = 0 },
		"gamma = beta":      func(tape []int) { tape[0] = tape[1] },
		"half of all betas": func(tape []int) { tape[1] /= 2 },
	} {
		if uniformGivenQ(g, 1, []blindProbe[int]{stranger}, f) == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
	g = &toy{order: 11, alpha: 3}
	reused := func(tape []int) { tape[2] = tape[0] }
	if jointlyUniform(g, blindProbe[int]{element: 7, lookups: []int{2}}, reused) == nil {
		t.Error("gamma reused in a second voucher was not noticed")
	}
}
