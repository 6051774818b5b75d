package blindset

import (
	"crypto/sha256"
	"math/bits"
)

// LeafHash is the digest of a block: SHA-256(0x00 ‖ block), RFC 9162, section 2.1.1.
func LeafHash(block []byte) [DigestSize]byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(block)
	return [DigestSize]byte(h.Sum(nil))
}

// treeHash is the Merkle tree hash over leaves that are already hashed, concatenated (RFC 9162, section 2.1.1).
// It panics on an empty list.
func treeHash(leaves []byte) [DigestSize]byte {
	n := len(leaves) / DigestSize
	if n == 1 {
		return [DigestSize]byte(leaves)
	}
	split := DigestSize << (bits.Len(uint(n-1)) - 1) // the largest power of two below n
	left, right := treeHash(leaves[:split]), treeHash(leaves[split:])
	var node [1 + 2*DigestSize]byte
	node[0] = 1
	copy(node[1:], left[:])
	copy(node[1+DigestSize:], right[:])
	return sha256.Sum256(node[:])
}

// Leaves are the block digests of one shard, checked against the shard's digest. They verify each block by itself.
type Leaves struct {
	layout  Layout
	digests []byte
}

// NewLeaves checks the block digests that a shard's file begins with. The error is ErrLength or ErrLeaves. It keeps a copy.
func (l *Layer) NewLeaves(shard int, leaves []byte) (*Leaves, error) {
	if len(leaves) != l.LeavesBytes() {
		return nil, ErrLength
	}
	if treeHash(leaves) != l.Shards[shard].Digest {
		return nil, ErrLeaves
	}
	return &Leaves{l.Layout, append([]byte(nil), leaves...)}, nil
}

// CheckBlock verifies one block of the shard. The error is ErrLength or ErrBlock.
func (l *Leaves) CheckBlock(index int, block []byte) error {
	if index < 0 || index >= l.layout.Blocks() {
		return ErrLength
	}
	if _, n := l.layout.BlockSpan(index); len(block) != n {
		return ErrLength
	}
	if LeafHash(block) != [DigestSize]byte(l.digests[index*DigestSize:]) {
		return ErrBlock
	}
	return nil
}

// Digest is the digest of a shard with these cells, and Leaves the block digests that its file begins with.
func (l *Layout) Digest(cells []byte) (digest [DigestSize]byte, leaves []byte) {
	leaves = make([]byte, 0, l.LeavesBytes())
	for start := 0; start < len(cells); start += BlockSize {
		leaf := LeafHash(cells[start:min(start+BlockSize, len(cells))])
		leaves = append(leaves, leaf[:]...)
	}
	return treeHash(leaves), leaves
}
