package blindset

import "github.com/veilhash/veilhash/sdk/group"

// Solve computes a shard's cells so that the three cells of every entry sum to its value. free holds, for each cell, its
// content unless an entry determines it, and is overwritten with the solution; order comes from Peel on the same cells. It reports false
// if a solved cell is the identity, which has no place in a table; the attempt has failed then.
func Solve(free []group.Element, order []Step, cells [][3]int, values []group.Element) bool {
	for i := len(order) - 1; i >= 0; i-- {
		pivot, entry := int(order[i].Cell), order[i].Entry
		sum := values[entry]
		for _, p := range cells[entry] {
			if p != pivot {
				sum.Subtract(&sum, &free[p])
			}
		}
		if sum.IsIdentity() {
			return false
		}
		free[pivot] = sum
	}
	return true
}
