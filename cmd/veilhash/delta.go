package main

import (
	"errors"
	"fmt"
	"iter"

	"github.com/alecthomas/kong"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/entries"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

// A layerPlan is what the new layer of a set holds, and what it stands behind.
type layerPlan struct {
	base      *setdir.Set // nil for a new base
	keep      int         // layers of it
	fresh     *entries.List
	withdrawn *entries.List // entries of the kept layers that the lists no longer have
}

// gather reads all that the lists agree on, and counts what came twice.
func gather(tokens iter.Seq2[[]byte, error]) (l *entries.List, duplicates int, err error) {
	n := 0
	l, err = entries.Collect(func(yield func([]byte, error) bool) {
		for t, err := range tokens {
			n++
			if !yield(t, err) {
				return
			}
		}
	})
	if err != nil {
		return nil, 0, err
	}
	return l, n - l.Len(), nil
}

// openBase opens the set that is to be added to, if there is one, and takes over its parameters: a set with deltas has the header of its base.
func (c *setBuildCommand) openBase() (*setdir.Set, error) {
	if c.Base == "" {
		return nil, c.withoutBase()
	}
	set, err := openSet(c.Base)
	if err != nil {
		return nil, err
	}
	m := set.Manifest
	if m.Endorsed() {
		return nil, hinted(refused(errors.New("the set has curators, who have to endorse what is added to it")), "Use veilhash set offer open --base "+c.Base+".")
	}
	var unset setBuildCommand
	if err := defaults(&unset, "--key=unset", "--out=unset"); err != nil {
		return nil, err
	}
	return set, c.takeHeader(m, &unset.setFlags)
}

// withoutBase refuses what is said of a base's layers where there is no base.
func (f *setFlags) withoutBase() error {
	if f.Fold != "" && f.Fold != "auto" {
		return &exitError{exitUsage, errors.New("--fold says what becomes of a set's layers, and there is no --base"), ""}
	}
	return nil
}

// defaults sets a command's flags to what they are where nobody names them.
func defaults(command any, required ...string) error {
	parser, err := kong.New(command)
	if err != nil {
		return err
	}
	_, err = parser.Parse(required)
	return err
}

// plan decides what the new layer holds.
func (f *setFlags) plan(a *app, key string, base *setdir.Set, listed *entries.List) (*layerPlan, error) {
	if base == nil {
		return &layerPlan{fresh: listed, withdrawn: new(entries.List)}, nil
	}
	rec := recordOf(key)
	layers, err := rec.layers(base.Manifest)
	if err != nil {
		return nil, err
	}
	all, err := entries.Union(layers...)
	if err != nil {
		return nil, refused(err)
	}
	added, gone := listed.Without(all), all.Without(listed)
	a.remark("since the set was built: %d entries added, %d withdrawn", added.Len(), gone.Len())
	// Whatever is built, the sets that are in use have these withdrawn from now on.
	if err := rec.withdraw(base.Manifest.Origin(), listed); err != nil {
		return nil, err
	}
	counts := make([]int, len(layers))
	for i, l := range layers {
		counts[i] = l.Len()
	}
	policy := builder.Policy{MaxLayers: f.MaxLayers}
	if f.Fold == "delta" {
		policy.BasePercent = 1 << 30 // never
	}
	keep := policy.Plan(counts, added.Len(), gone.Len())
	if f.Fold == "base" {
		keep = 0
	}
	switch {
	case keep == 0:
		a.remark("all entries go into a new base: matches are counted anew under it")
		return &layerPlan{fresh: listed, withdrawn: new(entries.List)}, nil
	case added.Len() == 0:
		return nil, hinted(refused(fmt.Errorf("the lists hold nothing new; %d withdrawn entries were recorded", gone.Len())), "No set was built. --fold base builds a new base all the same.")
	}
	a.remark("a delta behind %d of %d layers", keep, len(layers))
	kept, err := entries.Union(layers[:keep]...)
	if err != nil {
		return nil, refused(err)
	}
	return &layerPlan{base: base, keep: keep, fresh: listed.Without(kept), withdrawn: kept.Without(listed)}, nil
}

// writeRecord notes what the set holds.
func (p *layerPlan) writeRecord(rec record, m *blindset.Manifest) error {
	if err := rec.addManifest(m); err != nil {
		return err
	}
	last := &m.Layers[len(m.Layers)-1]
	if err := rec.write(rec.tokensFile(last), p.fresh); err != nil {
		return err
	}
	return rec.write(rec.withdrawnFile(m.ID()), p.withdrawn)
}
