package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/absence"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

type setProveAbsentCommand struct {
	Set   string `required:"" placeholder:"DIR" help:"The set's directory."`
	Key   string `required:"" placeholder:"FILE" help:"The operator's key file."`
	Out   string `required:"" placeholder:"FILE" help:"Where the proof goes; must not exist."`
	Cover string `default:"own" enum:"own,wide" help:"own: the probes that clients look up. wide: more flips, views, scalings and phases as well (${default})."`
	Image string `arg:"" help:"The picture's file. The proof is about this file, in every byte."`
}

func (setProveAbsentCommand) Help() string {
	return `Proves that no probe of this file, under this set and scheme, is in the set. Anyone can check that with 'set check-absence',
without a key. It says nothing of other files that show the same, of other edits, or of other sets.

Every answer of this command is a membership oracle, a refusal included: who may choose the pictures finds out what is in the list. Run it for pictures
that a curator or the operator has chosen, never on request, never behind a service; and do not publish that it refused. If a probe is in the set there is no proof, nothing is
written, and the exit code is 3.

Examples:
  veilhash set prove-absent --set public/set --key operator.key --out meme.absence meme.jpg
  veilhash set prove-absent --set public/set --key operator.key --cover wide --out meme.absence meme.jpg`
}

type setCheckAbsenceCommand struct {
	Set   string `required:"" placeholder:"DIR" help:"The set's directory."`
	Proof string `arg:"" help:"The proof."`
	Image string `arg:"" help:"The picture's file, as it was proved about."`
}

func (setCheckAbsenceCommand) Help() string {
	return `Checks a proof of absence with nothing but the set, the proof and the file: no key is needed. The probes are derived from the file again. The
exit code is 4 if the proof does not hold, or is about another file or set.

Example:
  veilhash set check-absence --set public/set meme.absence meme.jpg`
}

// absenceInfo is what is printed of a proof.
type absenceInfo struct {
	Absent   bool       `json:"absent"`
	Set      string     `json:"set"`
	File     string     `json:"file"`
	SHA256   string     `json:"sha256"`
	Probes   int        `json:"probes"`
	Layers   int        `json:"layers"`
	Coverage []partInfo `json:"coverage"`
	Proof    string     `json:"proof"`
	Bytes    int        `json:"bytes"`
}

type partInfo struct {
	Hasher string `json:"hasher"`
	Scheme string `json:"scheme"`
}

func describeAbsence(s *absence.Statement, file, proof string, size int) absenceInfo {
	info := absenceInfo{
		Absent: true, Set: s.Set.String(), File: file, SHA256: fmt.Sprintf("%x", s.File), Probes: s.Probes, Layers: s.Layers, Proof: proof, Bytes: size,
	}
	for _, p := range s.Coverage {
		info.Coverage = append(info.Coverage, partInfo{p.Hasher, p.Scheme})
	}
	return info
}

// text is the statement for people.
func (i absenceInfo) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "absent: this file, this set, this scheme\nfile\t%s\nsha256\t%s\nset\t%s\nprobes\t%d\nlayers\t%d\n", i.File, i.SHA256, i.Set, i.Probes, i.Layers)
	for _, p := range i.Coverage {
		fmt.Fprintf(&b, "covers\t%s\t%s\n", p.Hasher, p.Scheme)
	}
	return b.String()
}

func (c *setProveAbsentCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	keys, err := a.layerKeys(c.Key, set.Manifest)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return hinted(fmt.Errorf("%s exists", c.Out), "A proof is never overwritten: choose another name, or remove the file.")
	}
	file, err := readPicture(c.Image)
	if err != nil {
		return err
	}
	cfg := absence.ProveConfig{Manifest: set.Manifest, Keys: keys, Cells: set, File: file}
	if c.Cover == "wide" {
		cfg.Coverage = absence.Wide(set.Manifest)
	}
	proof, s, err := absence.Prove(cfg)
	switch {
	case errors.Is(err, absence.ErrPresent):
		return hinted(refused(err), "Nothing was written. To anyone else, this picture is one that you were not willing to prove anything about.")
	case errors.Is(err, absence.ErrPicture), errors.Is(err, absence.ErrQuality):
		return refused(fmt.Errorf("%s: %w", c.Image, err))
	case errors.Is(err, absence.ErrCoverage):
		return refused(fmt.Errorf("%w (scheme %s)", err, set.Manifest.Scheme))
	case err != nil:
		return &exitError{exitVerify, err, "The set is damaged: fetch or build it again."}
	}
	if err := writeFile(c.Out, proof, 0o644); err != nil {
		return err
	}
	info := describeAbsence(s, c.Image, c.Out, len(proof))
	return a.print(info, info.text())
}

func (c *setCheckAbsenceCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	proof, err := readAtMost(c.Proof, absence.MaxSize)
	if err != nil {
		return err
	}
	file, err := readPicture(c.Image)
	if err != nil {
		return err
	}
	s, err := absence.Verify(set.Manifest, proof, file, set)
	switch {
	case errors.Is(err, absence.ErrPicture), errors.Is(err, absence.ErrQuality):
		return refused(fmt.Errorf("%s: %w", c.Image, err))
	case err != nil:
		return &exitError{exitVerify, fmt.Errorf("%s: %w", c.Proof, err), absenceHint(err)}
	}
	info := describeAbsence(s, c.Image, c.Proof, len(proof))
	return a.print(info, info.text())
}

// absenceHint is what to do about a proof that does not hold.
func absenceHint(err error) string {
	switch {
	case errors.Is(err, absence.ErrFile):
		return "Take the file itself, not a copy that an application has saved again."
	case errors.Is(err, absence.ErrSet):
		return "A proof is about one set: fetch that set, or ask for a proof about this one."
	case errors.Is(err, absence.ErrMember):
		return "Whoever made this proof has shown that the picture is in the set."
	case errors.Is(err, blindset.ErrLeaves), errors.Is(err, blindset.ErrBlock), errors.Is(err, blindset.ErrLength):
		return "The set is damaged or was tampered with: fetch it again."
	}
	return ""
}

// layerKeys are the keys of a set's layers.
func (a *app) layerKeys(file string, m *blindset.Manifest) ([]blindset.LayerKey, error) {
	ring, err := a.readKeyring(file)
	if err != nil {
		return nil, err
	}
	keys, err := ring.ForManifest(m)
	if err != nil {
		return nil, hinted(refused(err), "Use the key file that was given to the 'set build' that made this set.")
	}
	return keys, nil
}

// readPicture reads a picture's file, no more of it than is ever decoded.
func readPicture(name string) ([]byte, error) {
	return readAtMost(name, decode.DefaultMaxBytes)
}

// readAtMost reads a file that must not be longer than max bytes.
func readAtMost(name string, max int) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(max)+1))
	if err == nil && len(b) > max {
		err = refused(fmt.Errorf("%s: longer than %d bytes", name, max))
	}
	return b, err
}
