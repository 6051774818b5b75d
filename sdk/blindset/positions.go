package blindset

import (
	"crypto/sha512"
	"encoding/binary"
	"math/bits"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// suite hashes to the group as RFC 9497 does, so that the RFC's vectors check it; uses are separated inside the message.
var suite = group.VOPRF()

// TokenElement is H(salt, token), the group element that stands for a token in every layer of a set
// (docs/protocol.md, section 3.1).
func TokenElement(salt [32]byte, token []byte) *group.Element {
	msg := lp.Label("token", 64+len(token))
	msg = lp.Append(msg, salt[:])
	return suite.HashToElement(lp.Append(msg, token))
}

// A Place is where a token's cells lie within a layer.
type Place struct {
	Shard int
	Cells [3]int // indices into the shard's cells, in rising segments
}

// Locate computes where a token's cells lie (docs/protocol.md, section 3.3). Every token has a place, whether it was put in or not.
func (l *Layer) Locate(token []byte) Place {
	tag := l.Tag(token)
	shard := l.ShardOf(tag)
	return Place{shard, l.TagCells(shard, l.Shards[shard].Attempt, tag)}
}

// A Tag stands for a token in the computation of places, and says no more about it than they do. Whoever checks a table gets its tags instead of its tokens.
type Tag [16]byte

// Tag is a token's tag within the layer.
func (l *Layer) Tag(token []byte) Tag {
	d := sha512.Sum512(lp.Append(l.seeded("tag", len(token)), token))
	return Tag(d[:])
}

// ShardOf is the shard that a tag belongs to.
func (l *Layer) ShardOf(tag Tag) int {
	return int(scale(tag[:8], l.Layout.Shards))
}

// TagCells is where a tag lies in a shard at some attempt; Locate is for the attempt that succeeded.
func (l *Layer) TagCells(shard int, attempt uint32, tag Tag) [3]int {
	msg := l.seeded("cells", 8+len(tag))
	msg = binary.BigEndian.AppendUint32(msg, uint32(shard))
	msg = binary.BigEndian.AppendUint32(msg, attempt)
	return l.spread(sha512.Sum512(append(msg, tag[:]...)))
}

func (l *Layer) seeded(label string, n int) []byte {
	msg := lp.Label(label, 70+n)
	msg = lp.Append(msg, l.PositionSeed[:])
	return lp.Append(msg, l.TableSalt[:])
}

// spread turns a digest into one cell in each of three consecutive segments.
func (l *Layout) spread(e [64]byte) (cells [3]int) {
	base := int(scale(e[:8], l.Segments))
	for k := range cells {
		cells[k] = (base+k)*l.SegmentLength + int(scale(e[8+8*k:], l.SegmentLength))
	}
	return cells
}

// scale maps eight bytes to [0, n) by the upper half of a product; its bias is below n/2^64.
func scale(b []byte, n int) uint64 {
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(b), uint64(n))
	return hi
}
