package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
)

type keyForgetCommand struct {
	Set   []string `placeholder:"DIR" help:"A set whose keys are to be destroyed; again for each further one."`
	Table []string `placeholder:"HEX" help:"A single table, by its digest or its L; again for each further one."`
	Yes   bool     `help:"Do it. Without this it is only said what would be lost."`
	File  string   `arg:"" help:"The key file."`
}

func (keyForgetCommand) Help() string {
	return `A set's keys are of use as long as vouchers under it may come. After that they are a danger only: who steals them can test guesses against the
set. This destroys them, and what is recorded of the set beside the key file. It cannot be undone: vouchers under the set that were not matched stay closed for ever, those that were matched and not opened too, and
no absence can be proved under it any more. Each key's L stays in the file, so that it is never used again.

A layer that another set of this key file has too is kept, unless that set is named as well. The file is replaced in one step. Backups of it, and
what the disk holds of the old file, are yours to destroy.

Examples:
  veilhash key forget --set archive/january operator.key
  veilhash key forget --set archive/january --yes operator.key`
}

// forgetInfo is what is printed.
type forgetInfo struct {
	Destroyed bool          `json:"destroyed"`
	Layers    []forgetLayer `json:"layers"`
	Kept      []forgetLayer `json:"kept"`
	Sets      []forgetSet   `json:"closedSets"` // vouchers under these can no longer be matched
}

type forgetLayer struct {
	L     string `json:"l"`
	Table string `json:"table"`
}

type forgetSet struct {
	Set   string `json:"set"`
	Epoch uint64 `json:"epoch"`
}

func (c *keyForgetCommand) Run(a *app) error {
	if len(c.Set) == 0 && len(c.Table) == 0 {
		return &exitError{exitUsage, errors.New("nothing to forget"), "Name sets with --set or tables with --table."}
	}
	ring, err := a.readKeyring(c.File)
	if err != nil {
		return err
	}
	rec := recordOf(c.File)
	known, err := rec.manifests()
	if err != nil {
		return err
	}
	named := make(map[blindset.SetID]bool)
	for _, dir := range c.Set {
		set, err := openSet(dir)
		if err != nil {
			return err
		}
		id := set.Manifest.ID()
		named[id], known[id] = true, set.Manifest
	}
	f := forgetting{known: known, named: named}
	if err := f.choose(c.Table); err != nil {
		return err
	}
	for _, l := range f.layers {
		if err := ring.Forget([32]byte(l.Key.Bytes())); err != nil {
			return hinted(refused(fmt.Errorf("layer %x: %w", l.Key.Bytes(), err)), "It was destroyed before, or is in another key file.")
		}
	}
	info := f.info(c.Yes)
	if !c.Yes {
		if err := a.print(info, f.text("would destroy")); err != nil {
			return err
		}
		return &exitError{exitUsage, errors.New("nothing was destroyed"), "To destroy these keys for good, add --yes."}
	}
	if err := writeFile(c.File, ring.AppendText(nil), 0o600); err != nil {
		return err
	}
	if err := rec.forget(f.closed(), f.layers); err != nil {
		return err
	}
	return a.print(info, f.text("destroyed"))
}

// A forgetting is a choice of layers.
type forgetting struct {
	known  map[blindset.SetID]*blindset.Manifest
	named  map[blindset.SetID]bool
	layers []*blindset.Layer
	kept   []*blindset.Layer // of the named sets, because others have them
}

// choose finds the layers of the named sets that no other set has, and the named tables.
func (f *forgetting) choose(tables []string) error {
	seen := make(map[[32]byte]bool)
	for _, id := range f.ids() {
		if !f.named[id] {
			continue
		}
		m := f.known[id]
		for i := range m.Layers {
			l := &m.Layers[i]
			key := [32]byte(l.Key.Bytes())
			switch {
			case seen[key]:
			case f.elsewhere(l):
				f.kept = append(f.kept, l)
			default:
				f.layers = append(f.layers, l)
			}
			seen[key] = true
		}
	}
	for _, t := range tables {
		l := f.find(strings.ToLower(t))
		if l == nil {
			return hinted(refused(fmt.Errorf("%s is no table of a set that is recorded beside the key file", t)), "Name the set with --set as well.")
		}
		same := func(o *blindset.Layer) bool { return o.Key.Equal(l.Key) }
		f.kept = slices.DeleteFunc(f.kept, same)
		if !slices.ContainsFunc(f.layers, same) {
			f.layers = append(f.layers, l)
		}
	}
	if len(f.layers) == 0 {
		return hinted(refused(errors.New("every layer of the set belongs to another set too")), "Name that set as well when its vouchers have expired, or single tables with --table.")
	}
	return nil
}

// ids are the known sets, by epoch and then by identity.
func (f *forgetting) ids() []blindset.SetID {
	return slices.SortedFunc(maps.Keys(f.known), func(a, b blindset.SetID) int {
		if x, y := f.known[a].Epoch, f.known[b].Epoch; x != y {
			return int(int64(x) - int64(y))
		}
		return bytes.Compare(a[:], b[:])
	})
}

func has(m *blindset.Manifest, l *blindset.Layer) bool {
	return slices.ContainsFunc(m.Layers, func(o blindset.Layer) bool { return o.Key.Equal(l.Key) })
}

// elsewhere reports whether a set that is not named has the layer.
func (f *forgetting) elsewhere(l *blindset.Layer) bool {
	for id, m := range f.known {
		if !f.named[id] && has(m, l) {
			return true
		}
	}
	return false
}

// find is a layer by its table's digest or its L.
func (f *forgetting) find(text string) *blindset.Layer {
	for _, id := range f.ids() {
		m := f.known[id]
		for i := range m.Layers {
			l := &m.Layers[i]
			if d := l.TableDigest(); fmt.Sprintf("%x", d) == text || fmt.Sprintf("%x", l.Key.Bytes()) == text {
				return l
			}
		}
	}
	return nil
}

// closed are the sets that lose a layer.
func (f *forgetting) closed() (out []blindset.SetID) {
	for _, id := range f.ids() {
		if slices.ContainsFunc(f.layers, func(l *blindset.Layer) bool { return has(f.known[id], l) }) {
			out = append(out, id)
		}
	}
	return out
}

func (f *forgetting) info(done bool) forgetInfo {
	info := forgetInfo{Destroyed: done, Layers: []forgetLayer{}, Kept: []forgetLayer{}}
	for _, l := range f.layers {
		info.Layers = append(info.Layers, forgetLayer{fmt.Sprintf("%x", l.Key.Bytes()), fmt.Sprintf("%x", l.TableDigest())})
	}
	for _, l := range f.kept {
		info.Kept = append(info.Kept, forgetLayer{fmt.Sprintf("%x", l.Key.Bytes()), fmt.Sprintf("%x", l.TableDigest())})
	}
	for _, id := range f.closed() {
		info.Sets = append(info.Sets, forgetSet{id.String(), f.known[id].Epoch})
	}
	return info
}

// text says what is lost.
func (f *forgetting) text(verb string) string {
	var b strings.Builder
	for _, l := range f.layers {
		fmt.Fprintf(&b, "%s\tlayer %x\n", verb, l.Key.Bytes())
	}
	for _, l := range f.kept {
		fmt.Fprintf(&b, "kept\tlayer %x, which another set has too\n", l.Key.Bytes())
	}
	for _, id := range f.closed() {
		fmt.Fprintf(&b, "closed\tset %s of epoch %d: its vouchers can never be matched or opened again\n", id, f.known[id].Epoch)
	}
	return b.String()
}
