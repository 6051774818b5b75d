package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/entries"
)

// A record is the directory beside a key file where an operator's sets are written down (docs/protocol.md, section 7.1).
type record string

func recordOf(keyFile string) record { return record(keyFile + ".entries") }

func (r record) tokensFile(l *blindset.Layer) string {
	return filepath.Join(string(r), fmt.Sprintf("%x.tokens", l.Key.Bytes()))
}

func (r record) withdrawnFile(id blindset.SetID) string {
	return filepath.Join(string(r), id.String()+".withdrawn")
}

// layers are the entries of each layer of a set.
func (r record) layers(m *blindset.Manifest) ([]*entries.List, error) {
	out := make([]*entries.List, len(m.Layers))
	for i := range m.Layers {
		l, err := r.read(r.tokensFile(&m.Layers[i]))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, hinted(refused(fmt.Errorf("the record of layer %d is missing: %w", i, err)), "Use the key file that was given to the 'set build' or 'set assemble build' that made the set, with the directory beside it; or build a new base, without --base.")
		}
		if err != nil {
			return nil, err
		}
		out[i] = l
	}
	return out, nil
}

// withdraw notes, for every recorded set of an origin, which of its entries the lists no longer have.
func (r record) withdraw(origin blindset.Base, listed *entries.List) error {
	sets, err := r.manifests()
	if err != nil {
		return err
	}
	for id, m := range sets {
		if m.Origin() != origin {
			continue
		}
		layers, err := r.layers(m)
		if err != nil {
			return err
		}
		all, err := entries.Union(layers...)
		if err != nil {
			return refused(err)
		}
		if err := r.write(r.withdrawnFile(id), all.Without(listed)); err != nil {
			return err
		}
	}
	return nil
}

// withdrawnOf are the entries of a new set's kept layers that the lists no longer have, as withdraw has noted it of the sets that had these layers before.
func (r record) withdrawnOf(m *blindset.Manifest) (*entries.List, error) {
	if len(m.Layers) == 1 {
		return new(entries.List), nil
	}
	layers, err := r.layers(&blindset.Manifest{Layers: m.Layers[:len(m.Layers)-1]})
	if err != nil {
		return nil, err
	}
	kept, err := entries.Union(layers...)
	if err != nil {
		return nil, refused(err)
	}
	sets, err := r.manifests()
	if err != nil {
		return nil, err
	}
	var gone []*entries.List
	for id, old := range sets {
		if old.Origin() != m.Origin() {
			continue
		}
		l, err := r.read(r.withdrawnFile(id))
		if err != nil {
			return nil, err
		}
		gone = append(gone, l)
	}
	return kept.Within(gone...), nil
}

func (r record) read(name string) (*entries.List, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	l, err := entries.Parse(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	return l, nil
}

func (r record) write(name string, l *entries.List) error {
	if err := os.MkdirAll(string(r), 0o700); err != nil {
		return err
	}
	b, err := l.MarshalBinary()
	if err != nil {
		return err
	}
	return writeFile(name, b, 0o600)
}

// manifestSuffix is that of the manifests of sets that were built and whose keys are kept.
const manifestSuffix = ".manifest"

func (r record) addManifest(m *blindset.Manifest) error {
	if err := os.MkdirAll(string(r), 0o700); err != nil {
		return err
	}
	return writeFile(filepath.Join(string(r), m.ID().String()+manifestSuffix), m.AppendText(nil), 0o600)
}

// manifests are those of the sets that were built with the key file, but for those that were forgotten.
func (r record) manifests() (map[blindset.SetID]*blindset.Manifest, error) {
	out := make(map[blindset.SetID]*blindset.Manifest)
	files, err := os.ReadDir(string(r))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), manifestSuffix) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(string(r), f.Name()))
		if err != nil {
			return nil, err
		}
		m, err := blindset.ParseManifest(b)
		if err != nil {
			return nil, refused(fmt.Errorf("%s: %w", filepath.Join(string(r), f.Name()), err))
		}
		out[m.ID()] = m
	}
	return out, nil
}

// forget removes what is recorded of sets and layers whose keys are gone.
func (r record) forget(sets []blindset.SetID, layers []*blindset.Layer) error {
	var errs []error
	remove := func(name string) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	for _, id := range sets {
		remove(r.withdrawnFile(id))
		remove(filepath.Join(string(r), id.String()+manifestSuffix))
	}
	for _, l := range layers {
		remove(r.tokensFile(l))
	}
	return errors.Join(errs...)
}
