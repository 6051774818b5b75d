package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/entries"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

// openBase opens the set that is to be added to, if there is one, and takes over its parameters.
func (c *setOfferOpenCommand) openBase(a *app) (*setdir.Set, error) {
	switch {
	case c.Base == "":
		return nil, c.withoutBase()
	case c.Key == "":
		return nil, &exitError{exitUsage, errors.New("--base needs --key: beside the key file lies the record of what the set holds"), "Name the key file that was given to set assemble build."}
	}
	set, err := openSet(c.Base)
	if err != nil {
		return nil, err
	}
	m := set.Manifest
	if !m.Endorsed() {
		return nil, hinted(refused(errors.New("the set has no curators: nobody endorsed what would be added to")), "Use veilhash set build --base, or offer a new base, without --base and with the next --epoch.")
	}
	var unset setOfferOpenCommand
	if err := defaults(&unset, "--list=unset=unset", "--curator=unset", "--dir=unset"); err != nil {
		return nil, err
	}
	if err := c.takeHeader(m, &unset.setFlags); err != nil {
		return nil, err
	}
	c.warnUnsigned(a, m)
	return set, nil
}

// warnUnsigned says which curators will refuse the offer, as they have not endorsed the set. It is theirs to refuse: they remember what they endorsed.
func (c *setOfferOpenCommand) warnUnsigned(a *app, m *blindset.Manifest) {
	var signed []string
	note, err := os.ReadFile(filepath.Join(c.Base, setdir.EndorsementsName))
	if err == nil {
		signed, _ = endorse.Verify(m, note, m.Curators)
	}
	for _, curator := range m.Curators {
		if !slices.Contains(signed, curator.Name) {
			a.warn("%s has no endorsement of %s, and curators refuse what is added to a set that they did not endorse", c.Base, curator.Name)
		}
	}
}

// sameCurators checks that a set that adds to another has its curators.
func sameCurators(base *setdir.Set, m *blindset.Manifest) error {
	if base == nil || slices.Equal(base.Manifest.Curators, m.Curators) {
		return nil
	}
	var names []string
	for _, c := range base.Manifest.Curators {
		names = append(names, c.Name)
	}
	return &exitError{exitUsage, fmt.Errorf("the set's curators are %s, with the keys that it names", strings.Join(names, ", ")),
		"Name these with --curator. Others take a new base: without --base, and with the next --epoch."}
}

// planOffer decides what the layer on offer holds.
func (c *setOfferOpenCommand) planOffer(a *app, base *setdir.Set, listed iter.Seq2[endorse.Listed, error], canary []byte) (*layerPlan, error) {
	tokens := func(yield func([]byte, error) bool) {
		for e, err := range listed {
			if !yield(e.Token, err) {
				return
			}
		}
		if canary != nil {
			yield(canary, nil)
		}
	}
	all, _, err := gather(tokens)
	if err != nil {
		return nil, err
	}
	return c.plan(a, c.Key, base, all)
}

// only are the entries that go into the new layer.
func (p *layerPlan) only(listed iter.Seq2[endorse.Listed, error]) iter.Seq2[endorse.Listed, error] {
	return func(yield func(endorse.Listed, error) bool) {
		for e, err := range listed {
			if (err != nil || p.fresh.Contains(e.Token)) && !yield(e, err) {
				return
			}
		}
	}
}

// writeOfferRecord notes what a set holds that was on offer.
func writeOfferRecord(rec record, o *endorse.Operator, m *blindset.Manifest) error {
	fresh, err := entries.Collect(o.Tokens())
	if err != nil {
		return err
	}
	withdrawn, err := rec.withdrawnOf(m)
	if err != nil {
		return err
	}
	return (&layerPlan{fresh: fresh, withdrawn: withdrawn}).writeRecord(rec, m)
}
