package threshold

// shortestRegister returns the shortest linear feedback shift register that
// generates all sequences: its length L and a connection polynomial
// c_0 + c_1·z + … with c_0 = 1, such that
//
//	Σ_{j=0..L} c_j·s_i[n−j] = 0   for every sequence i and n = L..t−1,
//
// where coefficients past the end of the slice are 0. This is the
// Berlekamp–Massey algorithm for several sequences at once (Feng and Tzeng
// 1991; in this form Schmidt and Sidorenko 2006, for equal lengths). Tests
// compare it with Gaussian elimination on the Hankel matrices. It costs
// O(m·t²) where elimination costs O(m·t³).
func shortestRegister(sequences [][]element, t int) (connection []element, length int) {
	// For each sequence, the register before the last change of length that
	// the sequence caused: what cancels its next discrepancy.
	type earlier struct {
		connection  []element
		length      int
		step        int
		discrepancy element // inverted
	}
	before := make([]earlier, len(sequences))
	connection = []element{1}
	for n := 1; n <= t; n++ {
		for i, s := range sequences {
			if n <= length {
				break // no equation at this step for a register so long
			}
			var d element
			for j, c := range connection {
				if j > length {
					break
				}
				d = d.add(c.mul(s[n-1-j]))
			}
			if d == 0 {
				continue
			}
			b := &before[i]
			next := subtractShifted(connection, d.mul(b.discrepancy), n-b.step, b.connection)
			if n-length > b.step-b.length {
				grown := n - (b.step - b.length)
				*b = earlier{connection, length, n, d.inverse()}
				length = grown
			}
			connection = next
		}
	}
	return connection, length
}

// subtractShifted returns a − factor·z^shift·b in a new slice.
func subtractShifted(a []element, factor element, shift int, b []element) []element {
	out := make([]element, max(len(a), shift+len(b)))
	copy(out, a)
	for j, c := range b {
		out[shift+j] = out[shift+j].sub(factor.mul(c))
	}
	return out
}
