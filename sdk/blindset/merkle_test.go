package blindset

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// Roots of the first n of the leaves used throughout the Certificate Transparency implementations (RFC 6962 reference tests).
func TestTreeHashVectors(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := map[int]string{
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var hashed []byte
	for i, text := range leaves {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		h := LeafHash(b)
		hashed = append(hashed, h[:]...)
		root := treeHash(hashed)
		if want, ok := roots[i+1]; ok && hex.EncodeToString(root[:]) != want {
			t.Errorf("root of %d leaves is %x, want %s", i+1, root, want)
		}
	}
}

// Against an independent implementation of the same tree.
func TestTreeHashDifferential(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	var hashed []byte
	for i := range 70 {
		leaf := bytes.Repeat([]byte{byte(i)}, i)
		hashes, err := tlog.StoredHashes(int64(i), leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		h := LeafHash(leaf)
		hashed = append(hashed, h[:]...)
		want, err := tlog.TreeHash(int64(i+1), reader)
		if err != nil {
			t.Fatal(err)
		}
		if got := treeHash(hashed); got != [32]byte(want) {
			t.Fatalf("%d leaves: %x, want %x", i+1, got, want)
		}
	}
}

func TestLeaves(t *testing.T) {
	l := Layer{Layout: smallLayout(), Shards: make([]Shard, 1)}
	cells := make([]byte, l.Cells()*CellSize)
	for i := range cells {
		cells[i] = byte(i * 7)
	}
	digest, raw := l.Digest(cells)
	l.Shards[0].Digest = digest
	leaves, err := l.NewLeaves(0, raw)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Blocks() {
		offset, n := l.BlockSpan(i)
		block := cells[offset-l.LeavesBytes():][:n]
		if err := leaves.CheckBlock(i, block); err != nil {
			t.Errorf("block %d: %v", i, err)
		}
		if err := leaves.CheckBlock(i, block[:n-1]); !errors.Is(err, ErrLength) {
			t.Errorf("block %d cut short: %v", i, err)
		}
		bad := bytes.Clone(block)
		bad[n/2] ^= 1
		if err := leaves.CheckBlock(i, bad); !errors.Is(err, ErrBlock) {
			t.Errorf("block %d with a flipped bit: %v", i, err)
		}
	}
	if err := leaves.CheckBlock(l.Blocks(), nil); !errors.Is(err, ErrLength) {
		t.Errorf("block past the end: %v", err)
	}
	raw[3] ^= 1
	if _, err := l.NewLeaves(0, raw); !errors.Is(err, ErrLeaves) {
		t.Errorf("flipped leaf: %v", err)
	}
	if _, err := l.NewLeaves(0, raw[1:]); !errors.Is(err, ErrLength) {
		t.Errorf("short leaves: %v", err)
	}
}
