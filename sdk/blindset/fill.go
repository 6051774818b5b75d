package blindset

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// This file is what makes up the places of a table that no token determines (docs/protocol.md, section 3.5). All of it
// follows from the fill seed, so that no choice is left in it to whoever builds the table.

// FillCommitment is what a manifest says of a fill seed.
func FillCommitment(fillSeed [32]byte) [32]byte {
	return sha256.Sum256(lp.Append(lp.Label("fill-commitment", 34), fillSeed[:]))
}

// DummyValue is the value of a shard's i-th dummy entry. No one knows a token or a discrete logarithm for it.
func DummyValue(fillSeed [32]byte, shard, i int) *group.Element {
	return suite.HashToElement(fillInput("dummy-value", fillSeed, shard, i))
}

// FreeCell is the content of a cell that no entry determines.
func FreeCell(fillSeed [32]byte, shard, cell int) *group.Element {
	return suite.HashToElement(fillInput("free-cell", fillSeed, shard, cell))
}

func fillInput(label string, fillSeed [32]byte, shard, i int) []byte {
	msg := lp.Append(lp.Label(label, 46), fillSeed[:])
	msg = binary.BigEndian.AppendUint32(msg, uint32(shard))
	return binary.BigEndian.AppendUint64(msg, uint64(i))
}

// DummyCells is where a shard's i-th dummy entry lies.
func (l *Layout) DummyCells(fillSeed [32]byte, shard int, attempt uint32, i int) [3]int {
	msg := lp.Append(lp.Label("dummy-cells", 50), fillSeed[:])
	msg = binary.BigEndian.AppendUint32(msg, uint32(shard))
	msg = binary.BigEndian.AppendUint32(msg, attempt)
	return l.spread(sha512.Sum512(binary.BigEndian.AppendUint64(msg, uint64(i))))
}
