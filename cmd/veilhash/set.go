package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/token"
)

type setCommand struct {
	Build  setBuildCommand  `cmd:"" help:"Blind lists of hashes into a set that can be published."`
	Verify setVerifyCommand `cmd:"" help:"Check every file of a set against its manifest, and its endorsements."`

	Offer    setOfferCommand    `cmd:"" help:"Let curators check and endorse a set: the operator's first steps."`
	Assemble setAssembleCommand `cmd:"" help:"Build a set that curators endorse: the operator's last steps."`

	ProveAbsent  setProveAbsentCommand  `cmd:"" help:"Prove that a picture's file is not in a set. For chosen pictures only: answers tell what is in the list."`
	CheckAbsence setCheckAbsenceCommand `cmd:"" help:"Check such a proof, without a key."`
}

type setVerifyCommand struct {
	Set string `arg:"" help:"The set's directory or address."`
	ID  string `placeholder:"HEX" help:"The identity that the set must have, as its operator states it."`

	Curator []string `placeholder:"FILE" help:"A curator's public key (its .pub file, or an address of it) that you trust; again for each. The set must name no other, and enough of them must have endorsed it."`
}

func (setVerifyCommand) Help() string {
	return `Reads the manifest, every block of every shard and every cell: digests must agree and cells be group elements. A set's identity is
the SHA-256 of its manifest. From an address the whole set is fetched first, as clients do. With --curator, the curators' endorsements are checked too; without, they are not, whatever the manifest says.

Examples:
  veilhash set verify public/set
  veilhash set verify --id 090d28e40eb63e0c7b2fcd7db2fdaea4da53354d6f20295433b2cb0b569d4f63 public/set
  veilhash set verify --curator hotline.pub --curator other.pub https://example.org/set`
}

// setInfo is what is printed of a set.
type setInfo struct {
	Set       string `json:"set"`
	Epoch     uint64 `json:"epoch"`
	Scheme    string `json:"scheme"`
	Capacity  int    `json:"capacity"`
	Shards    int    `json:"shards"`
	Layers    int    `json:"layers"`
	Base      string `json:"base,omitempty"` // of a set with deltas: whose they are
	Threshold int    `json:"threshold"`
	Canary    string `json:"canary"`
	Curators  int    `json:"curators"` // that the manifest names

	// EndorsedBy are the pinned curators who endorsed the set; nil if that was not checked.
	EndorsedBy []string `json:"endorsed_by,omitempty"`
}

func describe(s *setdir.Set) setInfo {
	m := s.Manifest
	info := setInfo{Set: m.ID().String(), Epoch: m.Epoch, Scheme: m.Scheme, Threshold: m.Threshold, Layers: len(m.Layers), Canary: m.Canary, Curators: len(m.Curators)}
	if len(m.Layers) > 1 {
		info.Base = m.Base.ID.String()
	}
	for i := range m.Layers {
		info.Capacity += m.Layers[i].Capacity
		info.Shards += len(m.Layers[i].Shards)
	}
	return info
}

func (c *setVerifyCommand) Run(a *app) error {
	set, err := a.openSetAt(c.Set, wholeSet)
	if err != nil {
		return err
	}
	defer set.remove()
	if id := set.Manifest.ID().String(); c.ID != "" && c.ID != id {
		return &exitError{exitVerify, fmt.Errorf("%s is another set, %s", c.Set, id), "Fetch the set again, and compare the identity with its operator's."}
	}
	bar := a.progress("verifying")
	err = set.Verify(bar.update)
	bar.done()
	if err != nil {
		return &exitError{exitVerify, err, "The set is damaged or was tampered with: fetch it again, and tell its operator if that does not help."}
	}
	hasher, err := classic.Parse(set.Manifest.Hasher)
	if err == nil {
		_, err = token.ParseFor(hasher, set.Manifest.Scheme)
	}
	_, errLister := classic.Parse(set.Manifest.ListHasher)
	if err := errors.Join(err, errLister); err != nil {
		return &exitError{exitVerify, err, "The set asks for what this version does not know."}
	}
	info := describe(set.Set)
	if info.EndorsedBy, err = c.endorsements(a, set); err != nil {
		return err
	}
	return a.print(info, fmt.Sprintf("ok\nset\t%s\nepoch\t%d\nscheme\t%s\nlayers\t%d\ncapacity\t%d\nshards\t%d\nthreshold\t%d\ncanary\t%s\nendorsed by\t%s\n",
		info.Set, info.Epoch, info.Scheme, info.Layers, info.Capacity, info.Shards, info.Threshold, info.Canary, info.endorsedBy()))
}

// endorsements are the pinned curators who endorsed the set; none if no curator was pinned.
func (c *setVerifyCommand) endorsements(a *app, set *placedSet) ([]string, error) {
	m := set.Manifest
	if len(c.Curator) == 0 {
		return nil, nil
	}
	pinned, err := a.readCurators(c.Curator)
	if err != nil {
		return nil, err
	}
	note, err := os.ReadFile(filepath.Join(set.dir, setdir.EndorsementsName))
	if errors.Is(err, os.ErrNotExist) && m.Endorsed() {
		return nil, &exitError{exitVerify, fmt.Errorf("%s names curators and has no endorsements of them", c.Set), "Its operator has to collect them: veilhash set assemble finish"}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	signed, err := endorse.Verify(m, note, pinned)
	if err != nil {
		return nil, &exitError{exitVerify, err, "Do not use this set: the curators whom you trust do not answer for it."}
	}
	return signed, nil
}

func (i *setInfo) endorsedBy() string {
	switch {
	case i.Curators == 0:
		return "nobody: a set for development, for which its operator alone answers"
	case i.EndorsedBy == nil:
		return fmt.Sprintf("not checked: the set names %d curators; pin those whom you trust with --curator", i.Curators)
	}
	return strings.Join(i.EndorsedBy, ", ")
}

// openSet opens a set's directory; a manifest that is refused fails verification.
func openSet(dir string) (*setdir.Set, error) {
	set, err := setdir.Open(dir)
	if err != nil {
		return nil, &exitError{exitVerify, err, "Build a set with: veilhash set build --images DIR --key FILE --out " + filepath.Clean(dir)}
	}
	return set, nil
}
