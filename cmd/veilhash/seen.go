package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/sdk/blindset"
)

// A clientMemory is a directory with what a client has accepted: the keys of layers (docs/protocol.md, section 5.2), and the manifest of the set in use. A browser keeps the same.
type clientMemory string

func (d clientMemory) keys() string     { return filepath.Join(string(d), "keys") }
func (d clientMemory) manifest() string { return filepath.Join(string(d), "manifest") }

// accept refuses a set that is older than the one in use, or another of its epoch, or has a key that was seen with another table; any other is the one in use from then on.
func (d clientMemory) accept(m *blindset.Manifest) error {
	text, err := os.ReadFile(d.manifest())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		before, err := blindset.ParseManifest(text)
		if err != nil {
			return hinted(refused(fmt.Errorf("%s: %w", d.manifest(), err)), "Remove it to start anew; an older set is not noticed then.")
		}
		const hint = "Do not use it, and tell those who watch the operator."
		switch {
		case m.Epoch < before.Epoch:
			return &exitError{exitVerify, fmt.Errorf("the set is of epoch %d, and one of epoch %d was used before", m.Epoch, before.Epoch), hint}
		case m.Epoch == before.Epoch && m.ID() != before.ID():
			return &exitError{exitVerify, fmt.Errorf("there are two sets of epoch %d: %s, and %s was used before", m.Epoch, m.ID(), before.ID()), hint}
		}
	}
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return err
	}
	if err := rememberKeys(d.keys(), m); errors.Is(err, blindset.ErrKeyReused) {
		return &exitError{exitVerify, err, "Do not use this set, and tell those who watch the operator."}
	} else if err != nil {
		return err
	}
	return writeFile(d.manifest(), m.AppendText(nil), 0o644)
}
