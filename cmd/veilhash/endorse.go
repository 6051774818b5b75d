package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

type endorseCommand struct {
	Commit    endorseCommitCommand    `cmd:"" help:"Answer an operator's offer with a commitment to a seed."`
	Reveal    endorseRevealCommand    `cmd:"" help:"Answer the roll of all commitments with the seed."`
	Recognise endorseRecogniseCommand `cmd:"" help:"First round: check a draft against your own list, and sign what you recognise."`
	Sign      endorseSignCommand      `cmd:"" help:"Second round: check that enough curators recognise every entry, compute the set anew, and sign it."`
}

const endorseHelp = `The curators' side of an exchange (docs/protocol.md, section 9): commit, reveal, recognise, sign. Your side of it is remembered in KEY.state: keep that file, and never
restore it from an old copy. All files but the last, the endorsement, are between you and the operator.
`

func (endorseCommand) Help() string { return endorseHelp }

// curatorFlags are what every step of a curator needs.
type curatorFlags struct {
	Key     string   `required:"" placeholder:"FILE" help:"Your key file; what you took part in is remembered beside it, in FILE.state."`
	Peer    []string `placeholder:"FILE" help:"The public key of another curator whom you accept (its .pub file); again for each. A set that names any other is refused."`
	Out     string   `required:"" placeholder:"FILE" help:"Where the answer to the operator goes."`
	Workers int      `placeholder:"N" help:"How many processors to use (all)."`
}

func (f *curatorFlags) curator(a *app) (*endorse.Curator, *progress, error) {
	key, err := a.readCuratorKey(f.Key)
	if err != nil {
		return nil, nil, err
	}
	peers, err := a.readCurators(f.Peer)
	if err != nil {
		return nil, nil, err
	}
	bar := a.progress("checking")
	return &endorse.Curator{Key: key, Peers: peers, StatePath: f.Key + ".state", Workers: f.Workers, Progress: bar.update}, bar, nil
}

// answer writes a step's file.
func (f *curatorFlags) answer(a *app, what string, b []byte, err error, advice string) error {
	if err != nil {
		return endorseError(err)
	}
	if err := writeFile(f.Out, b, 0o600); err != nil {
		return err
	}
	a.remark("%s", advice)
	return a.print(map[string]string{"file": f.Out, "is": what}, fmt.Sprintf("%s\t%s\n", what, f.Out))
}

// endorseError gives a refusal its exit code.
func endorseError(err error) error {
	var r *endorse.Refusal
	if !errors.As(err, &r) {
		return err
	}
	hints := map[error]string{
		endorse.ErrCurators: "Name with --peer the .pub files of the curators whom you know, and of them only.",
		endorse.ErrCoverage: "Do not publish or endorse this set: it holds what too few curators recognise.",
		endorse.ErrReused:   "The operator must begin anew with a fresh key.",
		endorse.ErrRestarts: "Ask the operator why; if the reasons are good, --restarts N allows more.",
		endorse.ErrBase:     "Name with --base the set that was given to set offer open.",
		endorse.ErrOperator: "The steps are: set offer open, roll, draft; set assemble build, finish.",
	}
	code := exitVerify
	if errors.Is(err, endorse.ErrOperator) {
		code = exitFailed
	}
	return &exitError{code, err, hints[r.Err]}
}

type endorseCommitCommand struct {
	Offer string `arg:"" help:"The operator's offer."`
	curatorFlags
	Restarts int `default:"3" help:"How many exchanges for one epoch may end without a set (${default})."`
}

func (endorseCommitCommand) Help() string {
	return endorseHelp + `
Example:
  veilhash endorse commit offer --key hotline.key --peer other.pub --out hotline.commitment`
}

func (c *endorseCommitCommand) Run(a *app) error {
	k, _, err := c.curator(a)
	if err != nil {
		return err
	}
	k.Restarts = c.Restarts
	offer, err := os.ReadFile(c.Offer)
	if err != nil {
		return err
	}
	if o, err := endorse.ParseOffer(offer); err == nil {
		m := o.Manifest
		if kept := len(m.Layers) - 1; kept > 0 {
			a.remark("the set adds to set %s of epoch %d; layers that it keeps: %d; entries are counted of the new one alone", m.Base.ID, m.Base.Epoch, kept)
		}
		a.remark("offered: epoch %d, %d entries, each recognised by %d of %d curators by %s; vouchers carry %s; %s", m.Epoch, o.Entries, m.Require, len(m.Curators), m.Recognition, m.Kinds, m.Scheme)
	}
	note, err := k.Commit(offer)
	return c.answer(a, "commitment", note, err, "Send it to the operator.")
}

type endorseRevealCommand struct {
	Offer string `arg:"" help:"The operator's offer."`
	Roll  string `arg:"" help:"The roll of all commitments."`
	curatorFlags
}

func (endorseRevealCommand) Help() string {
	return endorseHelp + `
Example:
  veilhash endorse reveal offer roll --key hotline.key --peer other.pub --out hotline.reveal`
}

func (c *endorseRevealCommand) Run(a *app) error {
	k, _, err := c.curator(a)
	if err != nil {
		return err
	}
	files, err := readFiles([]string{c.Offer, c.Roll})
	if err != nil {
		return err
	}
	note, err := k.Reveal(files[0], files[1])
	return c.answer(a, "reveal", note, err, "Send it to the operator and to no one else.")
}

type endorseRecogniseCommand struct {
	Draft  string `arg:"" help:"The operator's draft. It is confidential."`
	Claims string `arg:"" help:"What the operator says of you: your .claims file. It is confidential."`
	curatorFlags
	List     []string `required:"" sep:"none" placeholder:"FILE" help:"Your list as you gave it to the operator; FILE,FILE for one that comes in several files."`
	Versions string   `placeholder:"FILE" help:"Your signed versions, if you gave the operator any."`
	Lenient  bool     `help:"Count and report broken records, and go on, instead of refusing the list."`
}

func (endorseRecogniseCommand) Help() string {
	return endorseHelp + `
Example:
  veilhash endorse recognise draft hotline.example.claims --list hotline.csv --key hotline.key --peer other.pub --out hotline.recognition`
}

func (c *endorseRecogniseCommand) Run(a *app) error {
	k, bar, err := c.curator(a)
	if err != nil {
		return err
	}
	d, err := endorse.OpenDraft(a.ctx, c.Draft)
	if err != nil {
		return endorseError(err)
	}
	m := d.Offer.Manifest
	d.Close()
	asked := setFlags{Quality: m.Quality, Lenient: c.Lenient, ListHasher: m.ListHasher, Hasher: m.Hasher, Scheme: m.Scheme}
	h, err := asked.hashing()
	if err != nil {
		return &exitError{exitVerify, err, "The draft asks for what this version does not know."}
	}
	read, err := readLists(a, c.List, h, &asked)
	if err != nil {
		return err
	}
	versions, err := readVersions(c.Versions)
	if err != nil {
		return err
	}
	list, err := withVersions("own", read, versions)
	if err != nil {
		return err
	}
	canary, err := canaryToken(m, h)
	if err != nil {
		return err
	}
	claims, err := os.Open(c.Claims)
	if err != nil {
		return err
	}
	defer claims.Close()
	own := endorse.NewOwnList(list, func(p hashlist.PDQ) []byte { return h.scheme.Token(imagehash.Hash(p)) })
	note, err := k.Recognise(a.ctx, c.Draft, claims, own, canary)
	bar.done()
	if err == nil {
		if r, _, e := endorse.ParseRecognition(note, m.Curators); e == nil {
			a.remark("recognised %d of %d entries", r.Count(), r.Entries)
		}
	}
	return c.answer(a, "recognition", note, err, "Send it to the operator.")
}

type endorseSignCommand struct {
	Draft        string   `arg:"" help:"The draft that you checked in the first round."`
	Manifest     string   `arg:"" help:"The manifest of the set that is to be published."`
	Recognitions []string `arg:"" help:"All curators' recognitions."`
	curatorFlags
}

func (endorseSignCommand) Help() string {
	return endorseHelp + `
Example:
  veilhash endorse sign draft set/manifest *.recognition --key hotline.key --peer other.pub --out hotline.endorsement`
}

func (c *endorseSignCommand) Run(a *app) error {
	k, bar, err := c.curator(a)
	if err != nil {
		return err
	}
	manifest, err := os.ReadFile(c.Manifest)
	if err != nil {
		return err
	}
	recognitions, err := readFiles(c.Recognitions)
	if err != nil {
		return err
	}
	note, err := k.Endorse(a.ctx, c.Draft, recognitions, manifest)
	bar.done()
	return c.answer(a, "endorsement", note, err, "Send it to the operator. It may be published.")
}

// readVersions reads a file of signed versions; there are none where no file is named.
func readVersions(name string) ([]endorse.SignedVariant, error) {
	if name == "" {
		return nil, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	v, err := endorse.ParseVersions(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	return v, nil
}

// withVersions is one list of several, with the hashes of versions.
func withVersions(name string, lists []*hashlist.List, versions []endorse.SignedVariant) (*hashlist.List, error) {
	if len(lists) == 1 && len(versions) == 0 {
		return lists[0], nil
	}
	c := hashlist.NewCollector(name)
	for _, l := range lists {
		for e := range l.All() {
			if err := c.Add(hashlist.Record{Op: hashlist.OpAdd, Entry: e}); err != nil {
				return nil, err
			}
		}
	}
	for _, v := range versions {
		if err := c.Add(hashlist.Record{Op: hashlist.OpAdd, Entry: hashlist.Entry{PDQ: v.Version, Source: name, Quality: hashlist.QualityUnknown}}); err != nil {
			return nil, err
		}
	}
	return c.List(), nil
}

// canaryToken is the token of the manifest's test card; nil if it names none, or the layer on offer is a later one.
func canaryToken(m *blindset.Manifest, h *hashing) ([]byte, error) {
	if m.Canary == blindset.CanaryNone || m.Canary == "" || len(m.Layers) > 1 {
		return nil, nil
	}
	t, err := token.Canary(m.Canary, h.client, h.scheme, m.Quality)
	if err != nil {
		return nil, &exitError{exitVerify, err, ""}
	}
	return t, nil
}

// byName are values of the form NAME=REST, by name.
func byName(args []string) (map[string]string, error) {
	out := make(map[string]string)
	for _, arg := range args {
		name, rest, ok := strings.Cut(arg, "=")
		if _, twice := out[name]; !ok || twice {
			return nil, &exitError{exitUsage, fmt.Errorf("%s: each value is NAME=FILE, and each name comes once", arg), ""}
		}
		out[name] = rest
	}
	return out, nil
}

// sortedCurators are curators in the order of a manifest.
func sortedCurators(list []blindset.Curator) []blindset.Curator {
	return slices.SortedFunc(slices.Values(list), func(a, b blindset.Curator) int { return strings.Compare(a.Name, b.Name) })
}
