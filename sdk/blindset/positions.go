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
	shard := l.ShardOf(token)
	return Place{shard, l.TokenCells(shard, l.Shards[shard].Attempt, token)}
}

// ShardOf is the shard that a token belongs to.
func (l *Layer) ShardOf(token []byte) int {
	d := sha512.Sum512(lp.Append(l.seeded("shard", len(token)), token))
	return int(scale(d[:8], len(l.Shards)))
}

// TokenCells is where a token lies in a shard at some attempt; Locate is for the attempt that succeeded.
func (l *Layer) TokenCells(shard int, attempt uint32, token []byte) [3]int {
	msg := l.seeded("cells", 8+len(token))
	msg = binary.BigEndian.AppendUint32(msg, uint32(shard))
	msg = binary.BigEndian.AppendUint32(msg, attempt)
	return l.spread(sha512.Sum512(lp.Append(msg, token)))
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
