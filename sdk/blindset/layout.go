package blindset

import (
	"crypto/sha256"
	"math"
	"math/bits"
)

// Sizes of the files, in bytes and cells (docs/protocol.md, section 4).
const (
	CellSize      = 32             // one encoded group element
	BlockCells    = 128            // cells of a full block
	BlockSize     = CellSize * 128 // bytes of a full block
	DigestSize    = sha256.Size    // of a block or a shard
	MaxShardBytes = 4 << 20        // of a shard file, the default and the most
	MinShardBytes = 64 << 10       // the least that an operator may choose
	MaxAttempts   = 64             // of finding positions that peel, per shard and seed
	minCapacity   = 1024           // of a set: smaller ones are padded
	maxCapacity   = 1 << 31        // of a layer, in entries
	overflowBits  = 40             // no shard overflows but with probability 2^-overflowBits
	tailSegments  = 2              // a table has this many segments more than starting places
	ratioUnit     = 10_000         // of fuseTable's ratio
)

// A Layout is the shape of a layer's table. It follows from the capacity and the size limit alone, so that
// published sizes say nothing else about a list (docs/protocol.md, section 3.4).
type Layout struct {
	Capacity      int // entries of the layer, dummies included in the count of free places
	Shards        int // files
	ShardCapacity int // entries a shard
	Segments      int // starting segments, S
	SegmentLength int // cells a segment, s
}

// fuseTable gives the number of starting segments and the cells per entry, in units of 1/ratioUnit, by
// shard capacity. Found by simulation: with these, a random attempt peels with a probability of at least 0.9 (the
// test of this table repeats it). More segments bring the ratio closer to the threshold 1.0894 of 3-wise
// spatial coupling (Walzer, SODA 2021), until segments become so short that two entries share all three cells.
var fuseTable = [...]struct{ capacity, segments, ratio int }{
	{1 << 10, 8, 13850},
	{1 << 11, 12, 13350},
	{1 << 12, 16, 12950},
	{1 << 13, 24, 12550},
	{1 << 14, 32, 12220},
	{1 << 15, 40, 11990},
	{1 << 16, 56, 11775},
	{1 << 17, 72, 11620},
}

// CapacityFor is the capacity that a list of n tokens is published under: n rounded up, by at most 0.8 %.
func CapacityFor(n int) int {
	n = max(n, minCapacity)
	step := 1 << (bits.Len(uint(n)) - 1 - 8)
	return (n + step - 1) / step * step
}

// NewLayout is the layout for a capacity, with shard files of at most maxBytes. Zero means MaxShardBytes.
func NewLayout(capacity, maxBytes int) (Layout, error) {
	if maxBytes == 0 {
		maxBytes = MaxShardBytes
	}
	switch {
	case capacity < minCapacity || capacity > maxCapacity || capacity != CapacityFor(capacity):
		return Layout{}, manifestError("capacity is not of the published form")
	case maxBytes < MinShardBytes || maxBytes > MaxShardBytes:
		return Layout{}, manifestError("shard size limit is not between 64 KiB and 4 MiB")
	}
	// A shard that just fits bounds the number of shards from below.
	for n := 1; ; n++ {
		c := shardCapacity(capacity, n)
		if c >= fuseTable[len(fuseTable)-1].capacity {
			continue
		}
		l := Layout{Capacity: capacity, Shards: n, ShardCapacity: c}
		l.Segments, l.SegmentLength = segments(c)
		if l.ShardBytes() <= maxBytes {
			return l, nil
		}
	}
}

// segments applies the table of docs/protocol.md, section 3.4, in integer arithmetic.
func segments(capacity int) (count, length int) {
	k := 0
	for k+2 < len(fuseTable) && fuseTable[k+1].capacity <= capacity {
		k++
	}
	a, b := fuseTable[k], fuseTable[k+1]
	// The ratio falls from row to row; Go's division would round towards zero, the protocol says downwards.
	ratio := a.ratio - ((a.ratio-b.ratio)*(capacity-a.capacity)+b.capacity-a.capacity-1)/(b.capacity-a.capacity)
	count = a.segments
	den := ratioUnit * (count + tailSegments)
	return count, (capacity*ratio + den - 1) / den
}

// shardCapacity is the smallest capacity c of one of n shards for which Chernoff's bound on the binomial
// tail, P(X ≥ c) ≤ exp(−N·KL(c/N ‖ 1/n)), summed over the shards, is at most 2^-overflowBits.
func shardCapacity(capacity, n int) int {
	if n == 1 {
		return capacity
	}
	N, p := float64(capacity), 1/float64(n)
	fits := func(c int) bool {
		a := float64(c) / N
		kl := a * math.Log(a/p)
		if c < capacity {
			kl += (1 - a) * math.Log((1-a)/(1-p))
		}
		return math.Log(float64(n))-N*kl <= -overflowBits*math.Ln2
	}
	lo, hi := capacity/n, capacity // fits(hi) or no capacity does
	for lo+1 < hi {
		if mid := (lo + hi) / 2; fits(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return max(hi, minCapacity)
}

// Cells is the number of cells of a shard.
func (l Layout) Cells() int { return (l.Segments + tailSegments) * l.SegmentLength }

// Blocks is the number of blocks of a shard.
func (l Layout) Blocks() int { return (l.Cells() + BlockCells - 1) / BlockCells }

// LeavesBytes is the length of a shard's list of block digests, which its file begins with.
func (l Layout) LeavesBytes() int { return l.Blocks() * DigestSize }

// ShardBytes is the length of a shard file.
func (l Layout) ShardBytes() int { return l.LeavesBytes() + l.Cells()*CellSize }

// BlockSpan is the place of a block in its shard's file: offset and length in bytes.
func (l Layout) BlockSpan(block int) (offset, length int) {
	start := block * BlockCells
	return l.LeavesBytes() + start*CellSize, min(BlockCells, l.Cells()-start) * CellSize
}
