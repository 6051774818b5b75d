package main

import (
	"errors"
	"fmt"
	"iter"
	"strings"

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
		if c.Fold != "" && c.Fold != "auto" {
			return nil, &exitError{exitUsage, errors.New("--fold says what becomes of a set's layers, and there is no --base"), ""}
		}
		return nil, nil
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
	return set, c.takeHeader(m, &unset)
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

// takeHeader takes over the parameters of the set that is to be added to. Flags that ask for others than it has, where those in unset do not, are refused.
func (c *setBuildCommand) takeHeader(m *blindset.Manifest, unset *setBuildCommand) error {
	if err := c.sameHeader(m, unset); err != nil {
		return &exitError{exitUsage, err, "Parameters of a set are those of its base. To change one, build a new base: without --base, and with the next --epoch."}
	}
	switch {
	case c.Epoch == 1:
		c.Epoch = m.Epoch + 1
	case c.Epoch <= m.Epoch:
		return &exitError{exitUsage, fmt.Errorf("epoch %d does not rise above the set's, %d", c.Epoch, m.Epoch), "Leave --epoch out, and it is the next."}
	}
	c.Scheme, c.ListHasher, c.Hasher, c.Quality, c.Require = m.Scheme, m.ListHasher, m.Hasher, m.Quality, m.Require
	c.Payload, c.Threshold, c.Synthetics, c.PeriodDays, c.Kinds = m.Payload, m.Threshold, m.Synthetics, m.PeriodDays, m.Kinds.String()
	c.Canary = m.Canary
	c.Distance, c.versions, _ = blindset.ParseRecognition(m.Recognition)
	return nil
}

// sameHeader refuses flags that ask for another parameter than the set has. A flag at its default asks for nothing.
func (c *setBuildCommand) sameHeader(m *blindset.Manifest, unset *setBuildCommand) error {
	asked, err := c.flagHeader()
	if err != nil {
		return err
	}
	usual, err := unset.flagHeader()
	if err != nil {
		return err
	}
	if _, versions, _ := blindset.ParseRecognition(m.Recognition); versions {
		// It stays a set with versions whether or not there are new ones.
		asked.Recognition, usual.Recognition = blindset.Recognition(c.Distance, versions), blindset.Recognition(unset.Distance, versions)
	}
	has := *m
	for _, h := range []*blindset.Manifest{&has, &asked, &usual} {
		h.Epoch, h.Salt, h.Layers, h.Base = 1, [32]byte{}, nil, blindset.Base{}
	}
	a, u, b := headerLines(&asked), headerLines(&usual), headerLines(&has)
	for name, value := range a {
		if value != u[name] && value != b[name] {
			return fmt.Errorf("the set has %s %s, not %s", name, b[name], value)
		}
	}
	return nil
}

// flagHeader is the header that the flags ask for.
func (c *setBuildCommand) flagHeader() (blindset.Manifest, error) {
	h, err := c.hashing()
	if err != nil {
		return blindset.Manifest{}, err
	}
	return c.header(h)
}

// headerLines are a manifest's lines by name.
func headerLines(m *blindset.Manifest) map[string]string {
	lines := make(map[string]string)
	for line := range strings.Lines(string(m.AppendText(nil))) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		lines[name] = value
	}
	return lines
}

// plan decides what the new layer holds.
func (c *setBuildCommand) plan(a *app, base *setdir.Set, listed *entries.List) (*layerPlan, error) {
	if base == nil {
		return &layerPlan{fresh: listed, withdrawn: new(entries.List)}, nil
	}
	rec := recordOf(c.Key)
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
	policy := builder.Policy{MaxLayers: c.MaxLayers}
	if c.Fold == "delta" {
		policy.BasePercent = 1 << 30 // never
	}
	keep := policy.Plan(counts, added.Len(), gone.Len())
	if c.Fold == "base" {
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
