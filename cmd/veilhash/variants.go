package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/token"
)

// variants are the versions of listed pictures that go into a set beside them. What makes an entry is the picture alone: its versions are put in if, and only
// if, enough lists recognise it.
type variants struct {
	edits   []edit.Edit
	seed    uint64
	quality int

	of           map[hashlist.PDQ][]imagehash.Hash // by the picture's own hash
	made         int
	poor, failed int
}

// variantsWanted are the edits that the flags name.
func (c *setBuildCommand) variantsWanted() (*variants, error) {
	v := &variants{seed: c.Seed, of: make(map[hashlist.PDQ][]imagehash.Hash)}
	known := edit.Variants()
	// First those that were found to add most, in the order in which they do.
	best := evaluate.FourVersions()
	slices.SortStableFunc(known, func(a, b edit.Edit) int { return rank(best, a.Name) - rank(best, b.Name) })
	if c.Variants < 0 || c.Variants > len(known) {
		return nil, fmt.Errorf("--variants takes 0 to %d", len(known))
	}
	v.edits = append(v.edits, known[:c.Variants]...)
	for _, name := range c.Variant {
		e, err := variantNamed(known, name)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(v.edits, func(have edit.Edit) bool { return have.Name == e.Name }) {
			v.edits = append(v.edits, e)
		}
	}
	if len(v.edits) > 0 && len(c.Images) == 0 {
		return nil, errors.New("versions are made of pictures: name them with --images")
	}
	return v, nil
}

func rank(best []string, name string) int {
	if i := slices.Index(best, name); i >= 0 {
		return i
	}
	return len(best)
}

// variantNamed finds an edit by its name, with or without "variant-" in front, or makes one of a recipe.
func variantNamed(known []edit.Edit, name string) (edit.Edit, error) {
	for _, e := range append(slices.Clone(known), edit.Suite()...) {
		if e.Name == name || e.Name == "variant-"+name {
			return e, nil
		}
	}
	e, err := edit.Parse("", name)
	if err != nil || name == "" {
		names := make([]string, len(known))
		for i, e := range known {
			names[i] = strings.TrimPrefix(e.Name, "variant-")
		}
		return edit.Edit{}, fmt.Errorf("--variant %q is neither an edit's name (%s, or one of the suite) nor a recipe such as crop:3,jpeg:75", name, strings.Join(names, ", "))
	}
	return e, nil
}

// add makes and hashes a picture's versions. What cannot be made (of a tiny picture, a crop leaves nothing) is counted, and so is what shows too little.
func (v *variants) add(p *decode.Picture, hasher imagehash.Hasher, own imagehash.Hash) error {
	if len(v.edits) == 0 {
		return nil
	}
	whole := p.NRGBA()
	key := hashlist.PDQ(own)
	for _, e := range v.edits {
		// Chance follows the picture's hash, so that neither the file's name nor its place in the folder decides.
		m, err := e.Apply(whole, v.seed, own.String())
		if err != nil {
			v.failed++
			continue
		}
		views, err := imagehash.HashRGBA(hasher, m.Rect.Dx(), m.Rect.Dy(), m.Pix)
		if err != nil {
			return err
		}
		if views[0].Quality < v.quality {
			v.poor++
			continue
		}
		v.made++
		if !slices.Contains(v.of[key], views[0].Hash) {
			v.of[key] = append(v.of[key], views[0].Hash)
		}
	}
	return nil
}

// tokens yields an entry's tokens, each once: its own first.
func (v *variants) tokens(entry hashlist.PDQ, scheme token.Scheme) [][]byte {
	all := [][]byte{scheme.Token(imagehash.Hash(entry))}
	for _, h := range v.of[entry] {
		t := scheme.Token(h)
		if !slices.ContainsFunc(all, func(have []byte) bool { return string(have) == string(t) }) {
			all = append(all, t)
		}
	}
	return all
}

// report says what became of the versions.
func (v *variants) report(a *app, entries, tokens int) {
	if len(v.edits) == 0 || entries == 0 {
		return
	}
	names := make([]string, len(v.edits))
	for i, e := range v.edits {
		names[i] = strings.TrimPrefix(e.Name, "variant-")
	}
	a.remark("versions (%s): %d made, %d below quality %d, %d could not be made; %.2f distinct tokens an entry",
		strings.Join(names, "; "), v.made, v.poor, v.quality, v.failed, float64(tokens)/float64(entries))
}
