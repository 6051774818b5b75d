package blindset

// A Step of a peeling order: an entry that had a cell to itself when its turn came.
type Step struct {
	Entry, Cell int32
}

// Peel finds an order in which the linear system of a shard can be solved by substitution, walked backwards (docs/protocol.md,
// section 3.6). Entry i has the three cells[i]. It reports false if some entries are left over; the order then holds the others.
//
// The order depends on the entries as a set of cells only, up to their numbering. Time and memory are linear.
func (l *Layout) Peel(cells [][3]int) (order []Step, ok bool) {
	// The exclusive or of the entries in a cell: when one is left, this is it.
	type cell struct{ count, entries int32 }
	table := make([]cell, l.Cells())
	for i, c := range cells {
		for _, p := range c {
			table[p].count++
			table[p].entries ^= int32(i)
		}
	}
	stack := make([]int32, 0, len(table))
	for p := range table {
		if table[p].count == 1 {
			stack = append(stack, int32(p))
		}
	}
	order = make([]Step, 0, len(cells))
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if table[p].count != 1 {
			continue // its entry went by another cell
		}
		entry := table[p].entries
		order = append(order, Step{entry, p})
		for _, q := range cells[entry] {
			table[q].count--
			table[q].entries ^= entry
			if table[q].count == 1 {
				stack = append(stack, int32(q))
			}
		}
	}
	return order, len(order) == len(cells)
}
