package threshold

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// solvable reports, by Gaussian elimination, whether a register of this length
// generates all sequences: whether Σ_{j=1..L} c_j·s[n−j] = −s[n], n = L..t−1,
// has a solution. It is the kernel of the stacked Hankel matrices, as the
// design has it.
func solvable(sequences [][]element, t, length int) bool {
	var rows [][]element
	for _, s := range sequences {
		for n := length; n < t; n++ {
			row := make([]element, length+1)
			for j := 1; j <= length; j++ {
				row[j-1] = s[n-j]
			}
			row[length] = s[n]
			rows = append(rows, row)
		}
	}
	rank := 0
	for column := range length {
		at := slices.IndexFunc(rows[rank:], func(r []element) bool { return r[column] != 0 })
		if at < 0 {
			continue
		}
		rows[rank], rows[rank+at] = rows[rank+at], rows[rank]
		inverse := rows[rank][column].inverse()
		for i := range rows {
			if i == rank || rows[i][column] == 0 {
				continue
			}
			factor := rows[i][column].mul(inverse)
			for k, v := range rows[rank] {
				rows[i][k] = rows[i][k].sub(factor.mul(v))
			}
		}
		rank++
	}
	return !slices.ContainsFunc(rows[rank:], func(r []element) bool { return r[length] != 0 })
}

// TestShortestRegister: it generates the sequences, and none shorter does, on
// random and on degenerate sequences (few values, low rank, leading zeros).
func TestShortestRegister(t *testing.T) {
	r := seeded(t)
	for range trials(t, 20000) {
		m, n := 1+r.IntN(5), 1+r.IntN(10)
		sequences := make([][]element, m)
		for i := range sequences {
			sequences[i] = make([]element, n)
		}
		kind := r.IntN(4)
		feedback := []element{randomElement(r), element(r.IntN(2)), element(r.IntN(3))}[:r.IntN(4)]
		for i, s := range sequences {
			for j := range s {
				switch kind {
				case 0: // anything
					s[j] = randomElement(r)
				case 1: // two values, mostly zero
					s[j] = element(r.IntN(4) / 3)
				case 2: // common feedback from random starts
					if s[j] = randomElement(r); j >= len(feedback) {
						s[j] = 0
						for l, c := range feedback {
							s[j] = s[j].add(c.mul(s[j-1-l]))
						}
					}
				case 3: // multiples of the first
					if s[j] = element(r.IntN(3)); i > 0 {
						s[j] = sequences[0][j].mul(element(i))
					}
				}
			}
		}
		connection, length := shortestRegister(sequences, n)
		if connection[0] != 1 {
			t.Fatal("c_0 is not 1")
		}
		for _, s := range sequences {
			for k := length; k < n; k++ {
				var sum element
				for j := 0; j < len(connection) && j <= length; j++ {
					sum = sum.add(connection[j].mul(s[k-j]))
				}
				if sum != 0 {
					t.Fatalf("%v: register %v of length %d does not generate it", sequences, connection, length)
				}
			}
		}
		if length > 0 && solvable(sequences, n, length-1) {
			t.Fatalf("%v: a register shorter than %d generates them", sequences, length)
		}
	}
}

// bruteForce tries every subset of T points and returns the polynomials that
// hold at least T+1 of the points, if there are any: the definition of what
// decode looks for, with nothing of how.
func bruteForce(points []Share, T int) (found [][]element, on []bool) {
	var try func(from int, chosen []Share) bool
	try = func(from int, chosen []Share) bool {
		if len(chosen) < T {
			for k := from; k < len(points); k++ {
				if try(k+1, append(slices.Clone(chosen), points[k])) {
					return true
				}
			}
			return false
		}
		agree := make([]bool, len(points))
		n := 0
		for k, p := range points {
			agree[k] = true
			for i, y := range p.y {
				agree[k] = agree[k] && lagrangeAt(chosen, i, p.x) == y
			}
			if agree[k] {
				n++
			}
		}
		if n <= T {
			return false
		}
		found, on = interpolate(chosen), agree
		return true
	}
	try(0, nil)
	return found, on
}

// lagrangeAt evaluates at x the polynomial through value i of the points.
func lagrangeAt(points []Share, i int, x element) element {
	var sum element
	for k, p := range points {
		term := p.y[i]
		for j, q := range points {
			if j != k {
				term = term.mul(x.sub(q.x)).mul(p.x.sub(q.x).inverse())
			}
		}
		sum = sum.add(term)
	}
	return sum
}

func unlimited() *work { return &work{budget: 1 << 40} }

// TestDecodeAgainstBruteForce: for random T, w and numbers of true and
// synthetic points, decode finds exactly what trying all subsets finds.
func TestDecodeAgainstBruteForce(t *testing.T) {
	r := seeded(t)
	opened := 0
	n := trials(t, 1500)
	for i := range n {
		T, w := 1+r.IntN(4), r.IntN(6)
		d := mustDealer(t, testAccount("brute"), Params{Threshold: T, Synthetic: w, Epoch: uint64(i)})
		points := trueShares(d, r.IntN(T+4))
		for range r.IntN(w + 1) {
			points = append(points, garbage(r, Polynomials(w)))
		}
		r.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		want, wantOn := bruteForce(points, T)
		got, ok := decode(points, T, unlimited())
		if ok != (want != nil) {
			t.Fatalf("T = %d, w = %d, %d points: decoded is %v", T, w, len(points), ok)
		}
		if ok {
			opened++
			if !slices.EqualFunc(want, got.polynomials, slices.Equal) || !slices.Equal(wantOn, got.on) {
				t.Fatalf("T = %d, w = %d: other polynomials than by brute force", T, w)
			}
			if !slices.EqualFunc(d.dealt().polynomials, got.polynomials, slices.Equal) {
				t.Fatalf("T = %d, w = %d: not the dealer's polynomials", T, w)
			}
		}
	}
	if opened < n/10 || opened > n*9/10 {
		t.Errorf("%d of %d trials opened: the test is lopsided", opened, n)
	}
}

// TestDecodeNeverGuesses: with any errors, however structured, what decode
// returns holds T+1 points at least. Errors here are another account's shares,
// constants, and true shares with one value changed.
func TestDecodeNeverGuesses(t *testing.T) {
	r := seeded(t)
	for i := range trials(t, 2000) {
		T, w := 1+r.IntN(4), r.IntN(6)
		p := Params{Threshold: T, Synthetic: w, Epoch: uint64(i)}
		d, other := mustDealer(t, testAccount("a"), p), mustDealer(t, testAccount("b"), p)
		var points []Share
		for k := range T + 1 + r.IntN(w+1) {
			s := d.Share(picture(k))
			switch r.IntN(5) {
			case 0:
				s = other.Share(picture(k))
			case 1:
				s = Share{x: s.x, y: slices.Repeat([]element{7}, len(s.y))}
			case 2:
				s.y[r.IntN(len(s.y))] = 0
			}
			points = append(points, s)
		}
		got, ok := decode(points, T, unlimited())
		if !ok {
			continue
		}
		n := 0
		for k, s := range points {
			lies := true
			for j, f := range got.polynomials {
				lies = lies && evaluate(f, s.x) == s.y[j]
			}
			if lies != got.on[k] {
				t.Fatal("decode is wrong about which points lie on the polynomials")
			}
			if lies {
				n++
			}
		}
		if n <= T {
			t.Fatalf("%d points on the polynomials, T = %d", n, T)
		}
	}
}

// TestDecodeWorstCaseErrors: up to half the redundancy, errors of any kind are
// corrected, as in any Reed–Solomon code: also when they differ from the true
// share in one value only, or all by the same amount.
func TestDecodeWorstCaseErrors(t *testing.T) {
	r := seeded(t)
	for i := range trials(t, 1000) {
		T, w := 1+r.IntN(6), r.IntN(12)
		d := mustDealer(t, testAccount("worst"), Params{Threshold: T, Synthetic: w, Epoch: uint64(i)})
		points := trueShares(d, T+1+w)
		errors := r.IntN((w+1)/2 + 1)
		for k := range errors {
			if i%2 == 0 {
				points[k].y[0] = points[k].y[0].add(1)
			} else {
				for j := range points[k].y {
					points[k].y[j] = points[k].y[j].add(1)
				}
			}
		}
		got, ok := decode(points, T, unlimited())
		if !ok || !slices.EqualFunc(d.dealt().polynomials, got.polynomials, slices.Equal) {
			t.Fatalf("T = %d, w = %d, %d errors: not corrected", T, w, errors)
		}
		for k := range points {
			if got.on[k] != (k >= errors) {
				t.Fatalf("T = %d, w = %d: point %d misjudged", T, w, k)
			}
		}
	}
}

// TestDecodeBudget: decode stays within DecodeBudget for the largest number of
// points, stops without the work when there is less, and refuses the 400
// garbage points that would take long.
func TestDecodeBudget(t *testing.T) {
	r := seeded(t)
	for _, c := range []struct{ T, w int }{{1, 0}, {2, 5}, {30, 32}, {64, 64}} {
		d := mustDealer(t, testAccount("budget"), Params{Threshold: c.T, Synthetic: c.w})
		points := shuffled(r, d, c.T+1, c.w)
		full := work{budget: DecodeBudget(c.T, c.w)}
		if _, ok := decode(points, c.T, &full); !ok {
			t.Fatalf("T = %d, w = %d: not decoded within the budget", c.T, c.w)
		}
		if full.spent != full.budget {
			t.Errorf("T = %d, w = %d: the budget is %d, the worst case %d", c.T, c.w, full.budget, full.spent)
		}
		less := work{budget: full.budget - 1}
		if _, ok := decode(points, c.T, &less); ok {
			t.Errorf("T = %d, w = %d: decoded beyond the budget", c.T, c.w)
		}
	}
	flood := make([]Share, 400)
	for i := range flood {
		flood[i] = garbage(r, 32)
	}
	budget := work{budget: DecodeBudget(30, 32)}
	if _, ok := decode(flood, 30, &budget); ok || budget.spent <= budget.budget {
		t.Error("400 points are within the budget of 63")
	}
}

// TestRegisterStaysShort: locatorCost assumes connection polynomials of at most
// t+1 coefficients and at most t changes of length.
func TestRegisterStaysShort(t *testing.T) {
	r := seeded(t)
	for range trials(t, 300) {
		m, n := 1+r.IntN(8), 1+r.IntN(33)
		sequences := make([][]element, m)
		for i := range sequences {
			sequences[i] = make([]element, n)
			for j := range sequences[i] {
				sequences[i][j] = element(r.Uint64N(2 + uint64(j%3)*modulus/4))
			}
		}
		last := 0
		for k := 1; k <= n; k++ {
			c, length := shortestRegister(sequences, k)
			if len(c) > k+1 || length > k || length < last {
				t.Fatalf("t = %d: %d coefficients, length %d after %d", k, len(c), length, last)
			}
			last = length
		}
	}
}

// shuffled returns shares of true pictures and garbage in random order.
func shuffled(r *rand.Rand, d *Dealer, genuine, synthetic int) []Share {
	points := trueShares(d, genuine)
	for range synthetic {
		points = append(points, garbage(r, len(d.dealt().polynomials)))
	}
	r.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	return points
}
