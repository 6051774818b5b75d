package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

type setOfferCommand struct {
	Open  setOfferOpenCommand  `cmd:"" help:"Freeze the curators' lists, blind them under a fresh key, and offer the set."`
	Roll  setOfferRollCommand  `cmd:"" help:"Put the curators' commitments together."`
	Draft setOfferDraftCommand `cmd:"" help:"Draw the seeds from everyone's shares, and write the draft and what each curator is to confirm."`
}

const offerHelp = `The operator's side of an exchange with curators (docs/protocol.md, section 9): offer open, roll, draft; then assemble build, finish. What is to be sent lies in DIR/send; all else
in DIR is secret, the set's key among it.
`

func (setOfferCommand) Help() string { return offerHelp }

type setOfferOpenCommand struct {
	List     []string `required:"" placeholder:"NAME=FILE" sep:"none" help:"The list that the curator of this name gave you; again for each curator. NAME=FILE,FILE for one in several files."`
	Curator  []string `required:"" placeholder:"FILE" help:"A curator's public key (its .pub file); again for each."`
	Versions []string `placeholder:"NAME=FILE" help:"The signed versions that the curator of this name gave you (curator vouch)."`
	Dir      string   `required:"" placeholder:"DIR" help:"A directory of your own for the exchange; must not exist."`

	Base     string `placeholder:"DIR" help:"The set that this one replaces: what is new on the lists since becomes a layer behind its own, and curators check that alone. The lists are given whole."`
	Key      string `placeholder:"FILE" help:"With --base, the key file that was given to assemble build for that set: beside it lies the record of its entries."`
	setFlags `embed:"" set:"who=curators" set:"require=2" set:"canary=test-card-1"`
}

func (setOfferOpenCommand) Help() string {
	return offerHelp + `
Example:
  veilhash set offer open --list hotline.example=a.csv --list other.example=b.csv --curator hotline.pub --curator other.pub --distance 12 --dir exchange
  veilhash set offer open --base set --key operator.key --list hotline.example=a.csv --list other.example=b.csv --curator hotline.pub --curator other.pub --dir next

With --base the parameters are the old set's and need not be repeated, and so are its curators, each of whom must have endorsed it. Entries that the lists no longer have are noted as withdrawn beside the
key file, as set build --base does. Give assemble build the same --base and --key.`
}

func (c *setOfferOpenCommand) Run(a *app) error {
	c.versions = len(c.Versions) > 0
	base, err := c.openBase(a)
	if err != nil {
		return err
	}
	h, err := c.hashing()
	if err != nil {
		return &exitError{exitUsage, err, ""}
	}
	m, err := c.header(h)
	if err != nil {
		return &exitError{exitUsage, err, ""}
	}
	curators, err := a.readCurators(c.Curator)
	if err != nil {
		return err
	}
	m.Curators = sortedCurators(curators)
	if err := sameCurators(base, &m); err != nil {
		return err
	}
	if _, err := os.Stat(c.Dir); !errors.Is(err, fs.ErrNotExist) {
		return hinted(fmt.Errorf("%s exists", c.Dir), "Each exchange has a directory and a key of its own: name one that does not exist.")
	}
	lists, err := c.lists(a, &m, h)
	if err != nil {
		return err
	}
	bar := a.progress("comparing")
	listing, err := endorse.NewListing(&m, lists, func(p hashlist.PDQ) []byte { return h.scheme.Token(imagehash.Hash(p)) }, bar.update)
	bar.done()
	if err != nil {
		return endorseError(err)
	}
	a.remark("%s", listing.Recognition)
	canary, err := canaryToken(&m, h)
	if err != nil {
		return err
	}
	entries := listing.All()
	if base != nil {
		plan, err := c.planOffer(a, base, entries, canary)
		if err != nil {
			return err
		}
		if plan.base != nil {
			m, canary = *base.Manifest.WithLayers(m.Epoch, plan.keep), nil // the canary is in the first layer
		}
		entries = plan.only(entries)
	}
	bar = a.progress("blinding")
	o, err := endorse.Freeze(a.ctx, endorse.FreezeConfig{
		Manifest: m, Entries: entries, CanaryToken: canary, Dir: c.Dir, MaxShardBytes: c.ShardSize, Workers: c.Workers, Progress: bar.update,
	})
	bar.done()
	switch {
	case errors.Is(err, endorse.ErrEmptyList):
		return hinted(refused(errors.New("no entry is left to build a set from")), "See the counts above.")
	case errors.Is(err, blindset.ErrManifest):
		return &exitError{exitUsage, err, "Look at the flag of that name."}
	case err != nil:
		return endorseError(err)
	}
	path := o.SendPath("offer")
	a.remark("Send %s to every curator; each answers with a commitment.", path)
	layers := len(o.Offer().Manifest.Layers)
	return a.print(map[string]any{"offer": path, "epoch": m.Epoch, "layers": layers, "entries": o.Offer().Entries, "curators": len(m.Curators)},
		fmt.Sprintf("offer\t%s\nepoch\t%d\nlayers\t%d\nentries\t%d\ncurators\t%d\n", path, m.Epoch, layers, o.Offer().Entries, len(m.Curators)))
}

// lists reads what each curator gave, in the manifest's order.
func (c *setOfferOpenCommand) lists(a *app, m *blindset.Manifest, h *hashing) ([]endorse.CuratorList, error) {
	files, err := byName(c.List)
	if err != nil {
		return nil, err
	}
	versions, err := byName(c.Versions)
	if err != nil {
		return nil, err
	}
	out := make([]endorse.CuratorList, len(m.Curators))
	for i, curator := range m.Curators {
		file, ok := files[curator.Name]
		if !ok {
			return nil, &exitError{exitUsage, fmt.Errorf("there is no list of %s", curator.Name), "Name it: --list " + curator.Name + "=FILE"}
		}
		read, err := readLists(a, []string{curator.Name + "=" + file}, h, &c.setFlags)
		if err != nil {
			return nil, err
		}
		if out[i].Variants, err = readVersions(versions[curator.Name]); err != nil {
			return nil, err
		}
		if out[i].List, err = withVersions(curator.Name, read, out[i].Variants); err != nil {
			return nil, err
		}
		delete(files, curator.Name)
		delete(versions, curator.Name)
	}
	for name := range files {
		return nil, &exitError{exitUsage, fmt.Errorf("there is a list of %s, and no such curator", name), "Name its key: --curator FILE.pub"}
	}
	for name := range versions {
		return nil, &exitError{exitUsage, fmt.Errorf("there are versions of %s, and no such curator", name), "Name its key: --curator FILE.pub"}
	}
	return out, nil
}

// operatorFlags are what every later step of the operator needs.
type operatorFlags struct {
	Dir     string `required:"" placeholder:"DIR" help:"The exchange's directory."`
	Workers int    `placeholder:"N" help:"How many processors to use (all)."`
}

func (f *operatorFlags) open() (*endorse.Operator, error) {
	o, err := endorse.OpenOperator(f.Dir, f.Workers)
	if err != nil {
		return nil, endorseError(err)
	}
	return o, nil
}

type setOfferRollCommand struct {
	Commitments []string `arg:"" help:"The commitments of all curators."`
	operatorFlags
}

func (setOfferRollCommand) Help() string {
	return offerHelp + `
Example:
  veilhash set offer roll --dir exchange hotline.commitment other.commitment`
}

func (c *setOfferRollCommand) Run(a *app) error {
	o, err := c.open()
	if err != nil {
		return err
	}
	notes, err := readFiles(c.Commitments)
	if err != nil {
		return err
	}
	if _, err := o.Roll(notes); err != nil {
		return endorseError(err)
	}
	path := o.SendPath("roll")
	a.remark("Send %s to every curator; each answers with its seed.", path)
	return a.print(map[string]string{"roll": path}, fmt.Sprintf("roll\t%s\n", path))
}

type setOfferDraftCommand struct {
	Reveals []string `arg:"" help:"The reveals of all curators."`
	operatorFlags
}

func (setOfferDraftCommand) Help() string {
	return offerHelp + `
Example:
  veilhash set offer draft --dir exchange hotline.reveal other.reveal`
}

func (c *setOfferDraftCommand) Run(a *app) error {
	o, err := c.open()
	if err != nil {
		return err
	}
	notes, err := readFiles(c.Reveals)
	if err != nil {
		return err
	}
	bar := a.progress("proving")
	err = o.Draft(a.ctx, notes, bar.update)
	bar.done()
	if err != nil {
		return endorseError(err)
	}
	draft := o.SendPath("draft")
	text := fmt.Sprintf("draft\t%s\n", draft)
	var claims []string
	for _, curator := range o.Offer().Manifest.Curators {
		claims = append(claims, o.SendPath(curator.Name+".claims"))
		text += fmt.Sprintf("claims\t%s\n", claims[len(claims)-1])
	}
	a.remark("Send the draft to every curator and each its own claims, in confidence; each answers with a recognition.")
	return a.print(map[string]any{"draft": draft, "claims": claims}, text)
}

type setAssembleCommand struct {
	Build  setAssembleBuildCommand  `cmd:"" help:"Check that enough curators recognise every entry, and build the set."`
	Finish setAssembleFinishCommand `cmd:"" help:"Put the curators' endorsements into the set."`
}

type setAssembleBuildCommand struct {
	Recognitions []string `arg:"" help:"The curators' recognitions."`
	operatorFlags
	Key  string `required:"" placeholder:"FILE" help:"The key file; the set's key is added to it, and beside it the record of its entries."`
	Base string `placeholder:"DIR" help:"The set that was given to offer open as --base, if one was."`
	Out  string `required:"" placeholder:"DIR" help:"Where the set is to appear; must not exist or be empty."`
}

func (setAssembleBuildCommand) Help() string {
	return offerHelp + `
Example:
  veilhash set assemble build --dir exchange --key operator.key --out set hotline.recognition other.recognition
  veilhash set assemble build --dir next --base set --key operator.key --out newset hotline.recognition other.recognition`
}

func (c *setAssembleBuildCommand) Run(a *app) error {
	o, err := c.open()
	if err != nil {
		return err
	}
	ring, err := a.readKeyring(c.Key)
	if err != nil {
		return err
	}
	recognitions, err := readFiles(c.Recognitions)
	if err != nil {
		return err
	}
	var base *setdir.Set
	if c.Base != "" && len(o.Offer().Manifest.Layers) > 1 { // with --base, offer open may have decided for a new base
		if base, err = openSet(c.Base); err != nil {
			return err
		}
	}
	out, err := setdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	bar := a.progress("building")
	m, key, err := o.Build(a.ctx, recognitions, base, out, bar.update)
	bar.done()
	if err != nil {
		return endorseError(err)
	}
	// The key is there already if the set was built before.
	if _, err := ring.ForManifest(&blindset.Manifest{Layers: m.Layers[len(m.Layers)-1:]}); err != nil {
		if ring.Used([32]byte(key.L().Bytes())) {
			return hinted(refused(errors.New("the set's key was destroyed")), "Begin a new exchange: set offer open.")
		}
		ring.Add(key)
	}
	if err := writeFile(c.Key, ring.AppendText(nil), 0o600); err != nil {
		return err
	}
	if err := writeOfferRecord(recordOf(c.Key), o, m); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	a.remark("Send %s and all recognitions to every curator; each answers with an endorsement.", filepath.Join(c.Out, setdir.ManifestName))
	return a.print(map[string]any{"dir": c.Out, "set": m.ID().String()}, fmt.Sprintf("built %s\nset\t%s\n", c.Out, m.ID()))
}

type setAssembleFinishCommand struct {
	Dir          string   `arg:"" help:"The set's directory."`
	Endorsements []string `arg:"" help:"The curators' endorsements."`
}

func (setAssembleFinishCommand) Help() string {
	return `Writes DIR/endorsements: one signed note with the signature of every curator who endorses the set. From then on the set can be published.

Example:
  veilhash set assemble finish set hotline.endorsement other.endorsement`
}

func (c *setAssembleFinishCommand) Run(a *app) error {
	set, err := openSet(c.Dir)
	if err != nil {
		return err
	}
	notes, err := readFiles(c.Endorsements)
	if err != nil {
		return err
	}
	all, err := endorse.Assemble(set.Manifest, notes)
	if err != nil {
		return endorseError(err)
	}
	path := filepath.Join(c.Dir, setdir.EndorsementsName)
	if err := writeFile(path, all, 0o644); err != nil {
		return err
	}
	var signed []string
	for _, line := range strings.Split(string(all), "\n") {
		if name, ok := strings.CutPrefix(line, "— "); ok {
			name, _, _ = strings.Cut(name, " ")
			signed = append(signed, name)
		}
	}
	return a.print(map[string]any{"file": path, "endorsed_by": signed}, fmt.Sprintf("endorsements\t%s\nendorsed by\t%s\n", path, strings.Join(signed, ", ")))
}
