package main

import (
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/sdk/audit/absence"
	"github.com/veilhash/veilhash/sdk/blindset"
)

// An absenceCheck is a proof of absence that waits for blocks of its set.
type absenceCheck struct {
	check    *absence.Check
	manifest *blindset.Manifest
	plan     absencePlan
}

// absencePlan is what has to be read from the set's files, in the order in which absence-finish takes it: the digests of all shards, then the blocks.
type absencePlan struct {
	Set    string      `json:"set"`
	Shards []shardRead `json:"shards"`
	Blocks []blockRead `json:"blocks"`
}

type shardRead struct {
	File   string `json:"file"`
	Bytes  int    `json:"bytes"`  // of the whole file
	Leaves int    `json:"leaves"` // bytes of the digests that it begins with
	layer  int
	shard  int
}

type blockRead struct {
	Shard  int `json:"shard"` // index into Shards
	Offset int `json:"offset"`
	Length int `json:"length"`
	ref    blindset.Ref
}

// absent is a proof that holds.
type absent struct {
	Set      string        `json:"set"`
	File     string        `json:"file"` // SHA-256
	Size     int64         `json:"size"`
	Probes   int           `json:"probes"`
	Layers   int           `json:"layers"`
	Coverage []absencePart `json:"coverage"`
}

type absencePart struct {
	Hasher string `json:"hasher"`
	Scheme string `json:"scheme"`
}

var errNoCheck = errors.New("lab: there is no proof that waits for blocks")

// beginAbsence takes a set's manifest, a proof and a file, and says which blocks of the set are needed.
func (b *boundary) beginAbsence(lengths []int, bytes []byte) (any, []byte, error) {
	b.absence = nil
	var parts [3][]byte
	if len(lengths) != len(parts) {
		return nil, nil, errFrame
	}
	for i, n := range lengths {
		if n < 0 || n > len(bytes) {
			return nil, nil, errFrame
		}
		parts[i], bytes = bytes[:n], bytes[n:]
	}
	if len(bytes) > 0 {
		return nil, nil, errFrame
	}
	m, err := blindset.ParseManifest(parts[0])
	if err != nil {
		return nil, nil, err
	}
	check, err := absence.NewCheck(m, parts[1], parts[2])
	if err != nil {
		return nil, nil, err
	}
	c := &absenceCheck{check: check, manifest: m}
	c.plan.Set = m.ID().String()
	index := make(map[[2]int]int)
	for _, ref := range check.Lookups() {
		layer := &m.Layers[ref.Layer]
		key := [2]int{ref.Layer, ref.Shard}
		if _, known := index[key]; !known {
			index[key] = len(c.plan.Shards)
			c.plan.Shards = append(c.plan.Shards, shardRead{layer.Shards[ref.Shard].FileName(), layer.ShardBytes(), layer.LeavesBytes(), ref.Layer, ref.Shard})
		}
		offset, n := layer.BlockSpan(ref.Block)
		c.plan.Blocks = append(c.plan.Blocks, blockRead{index[key], offset, n, ref})
	}
	b.absence = c
	return c.plan, nil, nil
}

// finishAbsence takes what was asked for, one after the other, and says what is proved.
func (b *boundary) finishAbsence(bytes []byte) (any, []byte, error) {
	c := b.absence
	b.absence = nil
	if c == nil {
		return nil, nil, errNoCheck
	}
	take := func(n int) []byte {
		if n > len(bytes) {
			return nil
		}
		out := bytes[:n]
		bytes = bytes[n:]
		return out
	}
	for _, s := range c.plan.Shards {
		if err := c.check.Leaves(s.layer, s.shard, take(s.Leaves)); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.File, err)
		}
	}
	for _, r := range c.plan.Blocks {
		if err := c.check.Provide(r.ref, take(r.Length)); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.plan.Shards[r.Shard].File, err)
		}
	}
	s, err := c.check.Finish()
	if err != nil {
		return nil, nil, err
	}
	out := absent{Set: s.Set.String(), File: fmt.Sprintf("%x", s.File), Size: s.Size, Probes: s.Probes, Layers: s.Layers}
	for _, p := range s.Coverage {
		out.Coverage = append(out.Coverage, absencePart{p.Hasher, p.Scheme})
	}
	return out, nil, nil
}
