package threshold

// The decoder of interleaved Reed–Solomon codes by syndromes. It runs on the
// server, on shares that are open already, so its time may depend on them.
//
// The points (x_k; y_k1 … y_km), k = 1..n, lie on m polynomials of degree < T
// but for e of them. With t = n − T and v_k = 1/∏_{j≠k}(x_k − x_j), every
// polynomial f of degree < T has Σ v_k·f(x_k)·x_k^j = 0 for j < t (a divided
// difference), so the syndromes
//
//	S_ij = Σ_k v_k·y_ki·x_k^j,   i = 1..m, j = 0..t−1,
//
// depend on the errors only. Let Λ(z) = Σ λ_l·z^l be the polynomial whose roots
// are the x of the errors. It satisfies, for every i,
//
//	Σ_l λ_l·S_i,j+l = 0,   j = 0..t−e−1,
//
// m·(t−e) equations in e unknowns. So T+1 true points (t−e = 1) are enough
// when m ≥ e and the errors are independent, as synthetic points are. And the
// converse holds for any errors: if Λ has all its roots among the x_k and
// satisfies the equations, then the other n−e points lie on polynomials of
// degree < T, because the sums are their syndromes. So a result of decode is
// never a guess: it is a set of T+1 or more points on common polynomials.
//
// Bleichenbacher, Kiayias, Yung 2003 (interleaved codes); Schmidt, Sidorenko,
// Bossert 2009 (the shift-register view); docs/threshold.md for the proofs.

// work counts field multiplications against a budget.
type work struct{ spent, budget int }

// spend adds n to the account and reports whether the budget still holds.
func (w *work) spend(n int) bool {
	w.spent += n
	return w.spent <= w.budget
}

// inversionCost is the number of multiplications of element.inverse, or more.
const inversionCost = 72

// The stages of decode and what each costs at most, in multiplications.
func weightsCost(n int) int         { return n*(n-1) + 4*n + inversionCost }
func syndromesCost(n, t, m int) int { return n * t * (m + 1) }
func locatorCost(t, m int) int      { return t*m*(2*t+3) + t*inversionCost }
func rootsCost(n, t int) int        { return n * (t + 1) }
func interpolateCost(threshold, m int) int {
	return weightsCost(threshold) + threshold*threshold*(m+2) + threshold*m
}

// DecodeBudget returns the most field multiplications, of a few nanoseconds
// each, that one match can cost the server before it checks candidate keys:
// 183,000 for T = 30 and w = 32. [Detector.AddMatch] stops there whatever the
// shares.
func DecodeBudget(threshold, synthetic int) int {
	n := threshold + 1 + synthetic
	t := n - threshold
	m := Polynomials(synthetic)
	return weightsCost(n) + syndromesCost(n, t, m) + locatorCost(t, m) +
		rootsCost(n, t) + interpolateCost(threshold, m)
}

// decoded is what decode found.
type decoded struct {
	polynomials [][]element // m of T coefficients, the constant first
	on          []bool      // whether point k lies on them
}

// decode looks for m polynomials of degree < threshold on which at least
// threshold+1 of the points lie, where the others are as few as can be. The
// points must be distinct, not at 0, and have equally many values. The work is
// charged to budget; when that is used up, nothing is found.
func decode(points []Share, threshold int, budget *work) (decoded, bool) {
	n, t := len(points), len(points)-threshold
	if t < 1 {
		return decoded{}, false
	}
	m := len(points[0].y)
	if !budget.spend(weightsCost(n) + syndromesCost(n, t, m) + locatorCost(t, m) + rootsCost(n, t)) {
		return decoded{}, false
	}
	connection, e := shortestRegister(syndromes(points, t), t)
	if e > t-1 {
		return decoded{}, false // fewer than T+1 points would be left
	}
	on := make([]bool, n)
	roots := 0
	for k, p := range points {
		on[k] = evaluateReversed(connection, e, p.x) != 0
		if !on[k] {
			roots++
		}
	}
	if roots != e || !budget.spend(interpolateCost(threshold, m)) {
		return decoded{}, false
	}
	base := make([]Share, 0, threshold)
	for k, p := range points {
		if on[k] && len(base) < threshold {
			base = append(base, p)
		}
	}
	return decoded{interpolate(base), on}, true
}

// evaluateReversed returns Λ(x) = Σ_j c_j·x^(e−j): Λ is the connection
// polynomial reversed at degree e.
func evaluateReversed(c []element, e int, x element) element {
	var y element
	for j := range e + 1 {
		y = y.mul(x)
		if j < len(c) {
			y = y.add(c[j])
		}
	}
	return y
}

// barycentric returns v_k = 1/∏_{j≠k}(x_k − x_j).
func barycentric(points []Share) []element {
	v := make([]element, len(points))
	for k := range points {
		v[k] = 1
		for j := range points {
			if j != k {
				v[k] = v[k].mul(points[k].x.sub(points[j].x))
			}
		}
	}
	invertAll(v)
	return v
}

// syndromes returns S_ij for each value i and j < t.
func syndromes(points []Share, t int) [][]element {
	n, m := len(points), len(points[0].y)
	factors := barycentric(points)  // v_k·x_k^j, for the current j
	columns := make([]element, m*n) // y_ki, by i
	s := make([][]element, m)
	for i := range s {
		s[i] = make([]element, t)
		for k, p := range points {
			columns[i*n+k] = p.y[i]
		}
	}
	for j := range t {
		for i := range s {
			s[i][j] = dot(columns[i*n:(i+1)*n], factors)
		}
		for k, p := range points {
			factors[k] = factors[k].mul(p.x)
		}
	}
	return s
}

// interpolate returns the m polynomials of degree < len(points) through the
// points (Lagrange): f_i = Σ_k y_ki·v_k·M/(z − x_k) with M = ∏(z − x_k).
func interpolate(points []Share) [][]element {
	T := len(points)
	master := make([]element, 1, T+1)
	master[0] = 1
	for _, p := range points { // multiply by (z − x)
		master = append(master, 0)
		for l := len(master) - 1; l >= 0; l-- {
			var lower element
			if l > 0 {
				lower = master[l-1]
			}
			master[l] = lower.sub(master[l].mul(p.x))
		}
	}
	polynomials := make([][]element, len(points[0].y))
	for i := range polynomials {
		polynomials[i] = make([]element, T)
	}
	quotient := make([]element, T)
	for k, v := range barycentric(points) {
		// Synthetic division of M by (z − x_k), from the top.
		carry := element(0)
		for l := T - 1; l >= 0; l-- {
			carry = master[l+1].add(carry.mul(points[k].x))
			quotient[l] = carry
		}
		for i, y := range points[k].y {
			factor := y.mul(v)
			for l, q := range quotient {
				polynomials[i][l] = polynomials[i][l].add(factor.mul(q))
			}
		}
	}
	return polynomials
}
