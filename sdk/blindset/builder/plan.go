package builder

import "github.com/veilhash/veilhash/sdk/blindset"

// A Policy decides what a set that adds to another consists of. docs/performance.md says what the defaults cost, and what other values would.
type Policy struct {
	// Growth merges a delta into the new one unless it has more than this many times the new one's capacity. More growth makes fewer layers and longer downloads. 0 means
	// DefaultGrowth.
	Growth int

	// MaxLayers is the most layers that a set may have, from 2 to blindset.MaxLayers. 0 means DefaultMaxLayers.
	MaxLayers int

	// BasePercent asks for a new base when the deltas' entries, or those withdrawn and still in a table, would be more than this part of the base's capacity. 0 means
	// DefaultBasePercent.
	BasePercent int
}

// The rule for folding layers unless told otherwise.
const (
	DefaultGrowth      = 4
	DefaultMaxLayers   = 6
	DefaultBasePercent = 10
)

// Plan says how many layers of a set to keep, given the number of entries of each, how many are new, and how many of the old ones are withdrawn. What
// is not kept is merged with the new entries into one fresh delta. 0 asks for a new base.
func (p Policy) Plan(layers []int, added, withdrawn int) (keep int) {
	if p.Growth == 0 {
		p.Growth = DefaultGrowth
	}
	if p.MaxLayers == 0 {
		p.MaxLayers = DefaultMaxLayers
	}
	if p.BasePercent == 0 {
		p.BasePercent = DefaultBasePercent
	}
	if len(layers) == 0 {
		return 0
	}
	deltas := added
	for _, n := range layers[1:] {
		deltas += n
	}
	if limit := blindset.CapacityFor(layers[0]) * p.BasePercent; deltas*100 > limit || withdrawn*100 > limit {
		return 0
	}
	keep = len(layers)
	for merged := added; keep > 1; keep-- {
		if keep < p.MaxLayers && blindset.CapacityFor(layers[keep-1]) > p.Growth*blindset.CapacityFor(merged) {
			break
		}
		merged += layers[keep-1]
	}
	return keep
}
