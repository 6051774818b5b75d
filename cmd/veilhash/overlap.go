package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

// planOverlap settles when the vouchers of each previous set are taken no longer: the overlap after the set of the next higher epoch was activated. dirs are the sets' directories.
func (c *serveCommand) planOverlap(p *servePlan, dirs map[string]string) {
	if c.Overlap <= 0 {
		p.add(&exitError{code: exitUsage, err: errors.New("--overlap must be more than nothing: clients fetch a new set when they next look")})
		return
	}
	if p.config.set == nil || len(p.config.previous) == 0 {
		return
	}
	all := append(slices.Clone(p.config.previous), p.config.set)
	slices.SortStableFunc(all, func(x, y *setdir.Set) int { return cmp.Compare(x.Manifest.Epoch, y.Manifest.Epoch) })
	p.config.until = make(map[blindset.SetID]time.Time)
	for i, set := range all[:len(all)-1] {
		next := all[i+1].Manifest.ID().String()
		at, err := activated(dirs[next])
		if err != nil {
			p.add(err)
			continue
		}
		until := at.Add(c.Overlap)
		p.config.until[set.Manifest.ID()] = until
		if set != p.config.set && !time.Now().Before(until) {
			p.warn("the set of epoch %d was replaced on %s: its vouchers are refused, and those that were taken are matched", set.Manifest.Epoch, at.UTC().Format(time.DateOnly))
		}
	}
	delete(p.config.until, p.config.set.Manifest.ID()) // the one that is served has no end, wherever it stands
}

// activated is when a set came into force: what its log's entry says, and without one when its manifest was put where it is.
func activated(dir string) (time.Time, error) {
	b, err := os.ReadFile(filepath.Join(dir, setdir.ProofName))
	if err == nil {
		if proof, err := tlog.ParseProof(b); err == nil {
			if rest, err := trust.ParseRest(proof.Extra); err == nil {
				return time.Unix(int64(rest.Time), 0), nil
			}
		}
	}
	info, err := os.Stat(filepath.Join(dir, setdir.ManifestName))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
