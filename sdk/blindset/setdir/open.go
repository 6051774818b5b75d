package setdir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/veilhash/veilhash/sdk/blindset"
)

// A ShardError says which file of a set is not as the manifest says. It wraps blindset.ErrLength, ErrLeaves,
// ErrBlock, or the file system's error.
type ShardError struct {
	File string
	Err  error
}

func (e *ShardError) Error() string { return "setdir: " + e.File + ": " + e.Err.Error() }

// Unwrap is what was wrong.
func (e *ShardError) Unwrap() error { return e.Err }

// A Set is a set's directory, open for reading. It is safe for concurrent use.
type Set struct {
	Manifest *blindset.Manifest

	dir    string
	mu     sync.Mutex
	leaves map[[2]int]*blindset.Leaves // by layer and shard, loaded and checked on first use
}

// Open reads the manifest of the set at dir. Shards are read when they are needed.
func Open(dir string) (*Set, error) {
	f, err := os.Open(filepath.Join(dir, ManifestName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("setdir: no set at %s: %w", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("setdir: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, blindset.MaxManifestBytes+1))
	if err != nil {
		return nil, fmt.Errorf("setdir: %w", err)
	}
	m, err := blindset.ParseManifest(text)
	if err != nil {
		return nil, err
	}
	return &Set{Manifest: m, dir: dir, leaves: make(map[[2]int]*blindset.Leaves)}, nil
}

// Block reads a block and checks it.
func (s *Set) Block(ref blindset.Ref) ([]byte, error) {
	layer := &s.Manifest.Layers[ref.Layer]
	f, err := s.open(layer, ref.Shard)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	leaves, err := s.shardLeaves(f, ref)
	if err != nil {
		return nil, err
	}
	offset, n := layer.BlockSpan(ref.Block)
	block := make([]byte, n)
	if _, err := f.ReadAt(block, int64(offset)); err != nil {
		return nil, &ShardError{layer.Shards[ref.Shard].FileName(), err}
	}
	if err := leaves.CheckBlock(ref.Block, block); err != nil {
		return nil, &ShardError{layer.Shards[ref.Shard].FileName(), err}
	}
	return block, nil
}

// open opens a shard's file if it has the right length.
func (s *Set) open(layer *blindset.Layer, shard int) (*os.File, error) {
	name := layer.Shards[shard].FileName()
	f, err := os.Open(filepath.Join(s.dir, name))
	if err != nil {
		return nil, &ShardError{name, err}
	}
	info, err := f.Stat()
	if err == nil && info.Size() != int64(layer.ShardBytes()) {
		err = blindset.ErrLength
	}
	if err != nil {
		f.Close()
		return nil, &ShardError{name, err}
	}
	return f, nil
}

// Leaves reads the block digests that a shard's file begins with. They are not checked.
func (s *Set) Leaves(layer, shard int) ([]byte, error) {
	l := &s.Manifest.Layers[layer]
	f, err := s.open(l, shard)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLeaves(f, l, shard)
}

func readLeaves(f *os.File, l *blindset.Layer, shard int) ([]byte, error) {
	b := make([]byte, l.LeavesBytes())
	if _, err := f.ReadAt(b, 0); err != nil {
		return nil, &ShardError{l.Shards[shard].FileName(), err}
	}
	return b, nil
}

// shardLeaves is a shard's digests, checked.
func (s *Set) shardLeaves(f *os.File, ref blindset.Ref) (*blindset.Leaves, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := [2]int{ref.Layer, ref.Shard}
	if l, ok := s.leaves[key]; ok {
		return l, nil
	}
	layer := &s.Manifest.Layers[ref.Layer]
	b, err := readLeaves(f, layer, ref.Shard)
	if err != nil {
		return nil, err
	}
	l, err := layer.NewLeaves(ref.Shard, b)
	if err != nil {
		return nil, &ShardError{layer.Shards[ref.Shard].FileName(), err}
	}
	s.leaves[key] = l
	return l, nil
}

// Verify reads every block of the set and checks it, and that each cell is a canonical encoding of an element other than
// the identity. It returns the first error. progress, unless nil, is called after each block with the count and the total.
func (s *Set) Verify(progress func(done, total int)) error {
	total, done := 0, 0
	for i := range s.Manifest.Layers {
		l := &s.Manifest.Layers[i]
		total += len(l.Shards) * l.Blocks()
	}
	for i := range s.Manifest.Layers {
		l := &s.Manifest.Layers[i]
		for shard := range l.Shards {
			for block := range l.Blocks() {
				b, err := s.Block(blindset.Ref{Layer: i, Shard: shard, Block: block})
				if err == nil {
					err = blindset.CheckCells(b)
				}
				if err != nil {
					return s.wrap(l, shard, err)
				}
				if done++; progress != nil {
					progress(done, total)
				}
			}
		}
	}
	return nil
}

// verifyFile checks the digests of one shard's file, in one reading of it.
func (s *Set) verifyFile(layer, shard int) error {
	l := &s.Manifest.Layers[layer]
	f, err := s.open(l, shard)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, l.ShardBytes())
	if _, err := io.ReadFull(f, b); err != nil {
		return s.wrap(l, shard, err)
	}
	leaves, err := l.NewLeaves(shard, b[:l.LeavesBytes()])
	if err != nil {
		return s.wrap(l, shard, err)
	}
	for i := range l.Blocks() {
		offset, n := l.BlockSpan(i)
		if err := leaves.CheckBlock(i, b[offset:offset+n]); err != nil {
			return s.wrap(l, shard, err)
		}
	}
	return nil
}

func (s *Set) wrap(l *blindset.Layer, shard int, err error) error {
	var e *ShardError
	if errors.As(err, &e) {
		return err
	}
	return &ShardError{l.Shards[shard].FileName(), err}
}
