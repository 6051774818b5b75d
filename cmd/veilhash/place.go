package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server/translog"
)

// readPlace reads a file, or what lies at an address.
func (a *app) readPlace(place string) ([]byte, error) {
	i := strings.LastIndexByte(place, '/') + 1
	folder, ok := translog.OpenSource(place[:i]).(translog.URL)
	if !ok {
		return os.ReadFile(place)
	}
	b, err := folder.ReadFile(a.ctx, place[i:])
	if errors.Is(err, translog.ErrMissing) {
		err = fmt.Errorf("there is nothing at %s", place)
	}
	return b, err
}

// A placedSet is a set in its directory, or in a copy that goes with remove.
type placedSet struct {
	*setdir.Set
	dir    string
	remove func()
}

// What of a set is needed.
type setParts int

const (
	evidenceOnly setParts = iota // manifest, endorsements and proof
	wholeSet                     // and all shards
)

// openSetAt opens a set in a directory or, after fetching what is needed of it, at an address.
func (a *app) openSetAt(place string, parts setParts) (*placedSet, error) {
	src, ok := translog.OpenSource(place).(translog.URL)
	if !ok {
		set, err := openSet(place)
		return &placedSet{set, place, func() {}}, err
	}
	dir, err := os.MkdirTemp("", "veilhash-set-*")
	if err != nil {
		return nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	err = a.fetchSet(src, dir, parts)
	var set *setdir.Set
	if err == nil {
		set, err = setdir.Open(dir)
	}
	if err != nil {
		remove()
		return nil, err
	}
	return &placedSet{set, dir, remove}, nil
}

// fetchSet copies a set's files into a directory. Nothing is checked here but the manifest's form, which names the files.
func (a *app) fetchSet(src translog.URL, dir string, parts setParts) error {
	copied := func(name string) ([]byte, error) {
		b, err := src.ReadFile(a.ctx, name)
		if err != nil {
			return nil, err
		}
		return b, os.WriteFile(filepath.Join(dir, name), b, 0o600)
	}
	text, err := copied(setdir.ManifestName)
	if errors.Is(err, translog.ErrMissing) {
		return hinted(fmt.Errorf("there is no set at %s", src.Prefix), "Name the address of the folder that its manifest lies in.")
	}
	if err != nil {
		return err
	}
	m, err := blindset.ParseManifest(text)
	if err != nil {
		return &exitError{exitVerify, fmt.Errorf("%s: %w", src.Prefix, err), ""}
	}
	for _, name := range []string{setdir.EndorsementsName, setdir.ProofName} {
		if _, err := copied(name); err != nil && !errors.Is(err, translog.ErrMissing) {
			return err
		}
	}
	if parts == evidenceOnly {
		return nil
	}
	bar := a.progress("fetching")
	defer bar.done()
	var shards []blindset.Shard
	for i := range m.Layers {
		shards = append(shards, m.Layers[i].Shards...)
	}
	for i, s := range shards {
		bar.update(i, len(shards))
		_, err := copied(s.FileName())
		if errors.Is(err, translog.ErrMissing) {
			return &exitError{exitVerify, fmt.Errorf("%s names a file that is not there: %s", src.Prefix, s.FileName()), "Tell the set's operator."}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
