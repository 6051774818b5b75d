package main

import (
	"bytes"
	"fmt"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// describe lists what there is to choose from.
func describe(hasher imagehash.PDQ) description {
	d := description{Classic: evaluate.ClassicNames[:], Side: lab.Side, MinQuality: lab.MinQuality, Hasher: hasher.Name()}
	for _, o := range edit.Operations() {
		d.Operations = append(d.Operations, operation{o.Name, o.Title, string(o.Group), o.Unit, o.Min, o.Max, o.Step, o.Usual})
	}
	for _, e := range edits() {
		d.Edits = append(d.Edits, editAbout{e.Name, string(e.Group), e.Recipe})
	}
	for _, g := range edit.Groups() {
		d.Groups = append(d.Groups, string(g))
	}
	for _, name := range token.PresetNames() {
		text, _ := token.Preset(name)
		d.Presets = append(d.Presets, preset{name, text})
	}
	return d
}

// readList reads a list of hashes in any format that package hashlist knows. Broken records are named and the rest goes on.
func readList(file []byte, name string) (any, []byte, error) {
	reader, err := hashlist.NewReader(bytes.NewReader(file), name, hashlist.Config{Mode: hashlist.Lenient, Source: name})
	if err != nil {
		return nil, nil, err
	}
	list, err := hashlist.Collect(name, reader.Records())
	if err != nil {
		return nil, nil, err
	}
	summary := reader.Summary()
	out := listed{Entries: list.Len(), Summary: summary.String(), Broken: []string{}}
	for _, e := range summary.Errors {
		out.Broken = append(out.Broken, e.Error())
	}
	var hashes []byte
	for e := range list.All() {
		hashes = append(hashes, e.PDQ[:]...)
	}
	if len(hashes) == 0 {
		return nil, nil, fmt.Errorf("lab: %s has no PDQ hash that could be used (%s)", name, summary)
	}
	return out, hashes, nil
}

// interval gives rates their 95 % intervals.
func interval(rates [][2]int) (any, []byte, error) {
	out := intervals{Rates: []rate{}}
	for _, r := range rates {
		if r[0] < 0 || r[1] < r[0] {
			return nil, nil, fmt.Errorf("lab: %d of %d is no rate", r[0], r[1])
		}
		w := evaluate.Wilson(r[0], r[1])
		out.Rates = append(out.Rates, rate{w.Value, w.Low, w.High})
	}
	return out, nil, nil
}
