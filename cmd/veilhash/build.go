package main

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/token"
)

type setBuildCommand struct {
	List   []string `placeholder:"FILE" sep:"none" help:"A list of hashes; again for each further list. NAME=FILE,FILE names a list that comes in several files."`
	Images []string `placeholder:"DIR" help:"Pictures to hash: a file, or a folder with all below it. They make up one list."`

	Variants int      `default:"0" placeholder:"K" help:"Put so many versions of each picture in beside it, cropped and turned a little: the K that were measured to add most (${default})."`
	Variant  []string `placeholder:"EDIT" sep:"none" help:"Put this version of each picture in; again for each further one. An edit's name (crop-3%, messenger) or a recipe (crop:3,jpeg:75)."`
	Seed     uint64   `default:"1" help:"Decides what an edit leaves to chance (${default})."`

	Key string `required:"" placeholder:"FILE" help:"The key file; the set's key is added to it."`
	Out string `required:"" placeholder:"DIR" help:"Where the set is to appear; must not exist or be empty."`

	Base      string `placeholder:"DIR" help:"The set that this one replaces: what is new on the lists since becomes a layer behind its own, and clients download that alone."`
	Fold      string `default:"auto" enum:"auto,delta,base" help:"With --base. auto: merge layers, or make a new base, by the rule in docs/performance.md; delta: no new base; base: a new base (${default})."`
	MaxLayers int    `default:"6" placeholder:"N" help:"The most layers that a set may have, 2 to 16 (${default})."`

	Require  int  `default:"1" placeholder:"K" help:"How many lists must recognise an entry (${default})."`
	Distance int  `default:"0" placeholder:"BITS" help:"Lists recognise an entry if their PDQ is within this distance; 0: only if tokens are equal (${default})."`
	Lenient  bool `help:"Count and report broken records, and go on, instead of refusing the list."`

	Scheme     string `default:"balanced" help:"A preset (exact, balanced or wide; ${default}), or a scheme's whole text."`
	ListHasher string `placeholder:"NAME" help:"What made the lists' hashes: pdq-canonical, pdq-cpp, pdq-full, or goimagehash's phash-64, phash-256, dhash-64, dhash-256, ahash-64, ahash-256 (pdq-canonical, or what --hasher says if that is one of goimagehash's)."`
	Hasher     string `placeholder:"NAME" help:"What clients hash with (what agrees best with --list-hasher)."`
	Quality    int    `default:"50" help:"PDQ quality below which nothing is put in or looked up (${default})."`

	Epoch      uint64 `default:"1" help:"The set's number; each set that replaces another has a higher one (${default})."`
	Payload    int    `default:"4096" placeholder:"BYTES" help:"Size of a voucher's padded payload (${default})."`
	Kinds      string `default:"derivative,media-key" help:"What vouchers may carry: none, derivative (a small grey picture), media-key, or derivative,media-key (${default})."`
	Canary     string `default:"none" help:"The public test card that is an entry too: test-card-1, or none (${default})."`
	Threshold  int    `default:"1" placeholder:"T" help:"Matches of one account below which payloads stay closed (${default})."`
	Synthetics int    `default:"0" placeholder:"W" help:"The most synthetic vouchers of an account and period (${default})."`
	PeriodDays int    `default:"30" placeholder:"DAYS" help:"How long an account's matches are counted together (${default})."`

	ShardSize int    `default:"4194304" placeholder:"BYTES" help:"The most that a file of the set may have (${default})."`
	Workers   int    `placeholder:"N" help:"How many processors to use (all)."`
	TempDir   string `placeholder:"DIR" help:"Where tokens are spilled (beside the set)."`

	versions bool // the base has versions of pictures in it
}

func (setBuildCommand) Help() string {
	return `Reads lists (plain, CSV, NCMEC XML, StopNCII or ThreatExchange JSON; told from their first bytes) and pictures, keeps what at
least --require of them recognise, draws a fresh key and writes the blinded table. The set appears when it is complete. Its key is in
the key file before that.

Examples:
  veilhash set build --images photos --key operator.key --out public/set
  veilhash set build --images photos --variants 4 --key operator.key --out public/set
  veilhash set build --list ncmec=page1.xml,page2.xml --list iwf.csv --require 2 --distance 12 \
      --list-hasher pdq-cpp --key operator.key --out public/set
  veilhash set build --list phash.csv --list-hasher phash-64 --key operator.key --out public/set
  veilhash set build --base public/set --list ncmec.xml --list iwf.csv --key operator.key --out public/next

With --base the lists are given whole, as they are today. Beside the key file lies a directory with the entries of each layer; it is as confidential as the
lists. Entries that the lists no longer have are noted there as withdrawn. They go out of the tables when their layer is merged, or with the next base; until then it is the second
check that drops them.`
}

// buildInfo is what is printed of a set that was built.
type buildInfo struct {
	setInfo
	Dir        string  `json:"dir"`
	Tokens     int     `json:"tokens"`
	Duplicates int     `json:"duplicates"`
	Withdrawn  int     `json:"withdrawn"` // entries of its layers that the lists no longer have
	Bytes      int64   `json:"bytes"`
	Fresh      int64   `json:"freshBytes"` // of files that the base does not have
	Seconds    float64 `json:"seconds"`
}

func (c *setBuildCommand) Run(a *app) error {
	info, err := c.build(a)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("built %s\nset\t%s\ntokens\t%d\ncapacity\t%d\nshards\t%d\nbytes\t%d\n",
		info.Dir, info.Set, info.Tokens, info.Capacity, info.Shards, info.Bytes)
	if info.Layers > 1 {
		text += fmt.Sprintf("epoch\t%d\nlayers\t%d\nbase\t%s\nfresh\t%d\nwithdrawn\t%d\n", info.Epoch, info.Layers, info.Base, info.Fresh, info.Withdrawn)
	}
	return a.print(info, text)
}

func (c *setBuildCommand) build(a *app) (*buildInfo, error) {
	start := time.Now()
	if len(c.List) == 0 && len(c.Images) == 0 {
		return nil, &exitError{exitUsage, errors.New("nothing to build a set from"), "Name lists with --list or pictures with --images."}
	}
	base, err := c.openBase()
	if err != nil {
		return nil, err
	}
	h, err := c.hashing()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	header, err := c.header(h)
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	if strings.HasPrefix(h.client.Name(), "ahash-") {
		a.warn("aHash mistakes one picture for another far more often than the other hashes do (docs/research.md); it is not for large sets")
	}
	ring, err := a.readKeyring(c.Key)
	if err != nil {
		return nil, err
	}
	out, err := setdir.Create(c.Out)
	if err != nil {
		return nil, err
	}
	defer out.Discard()
	lists, err := c.readLists(a, h)
	if err != nil {
		return nil, err
	}
	tokens, err := c.recognise(a, lists, h)
	if err != nil {
		return nil, err
	}
	canary, err := canaryToken(&header, h)
	if err != nil {
		return nil, err
	}
	if canary != nil {
		tokens = with(tokens, canary)
	}
	listed, duplicates, err := gather(tokens)
	if err != nil {
		return nil, err
	}
	plan, err := c.plan(a, base, listed)
	if err != nil {
		return nil, err
	}
	temp := c.TempDir
	if temp == "" {
		temp = filepath.Dir(c.Out)
	}
	bar := a.progress("building")
	result, err := builder.Build(a.ctx, builder.Config{
		Manifest:      header,
		Base:          plan.base,
		Keep:          plan.keep,
		Used:          ring.Used,
		Tokens:        plan.fresh.All(),
		MaxShardBytes: c.ShardSize,
		TempDir:       temp,
		Workers:       c.Workers,
		Progress:      func(_ builder.Stage, done, total int) { bar.update(done, total) },
	}, out)
	bar.done()
	switch {
	case errors.Is(err, builder.ErrEmptyList):
		return nil, hinted(refused(errors.New("no entry is left to build a set from")), "See the counts above; --require 1 keeps what a single list holds.")
	case errors.Is(err, blindset.ErrManifest):
		return nil, &exitError{exitUsage, err, "Look at the flag of that name."}
	case err != nil:
		return nil, err
	}

	// The key first: a published set whose key is lost would be worthless, a key without a set is not.
	for _, k := range result.Keys {
		ring.Add(k)
	}
	if err := writeFile(c.Key, ring.AppendText(nil), 0o600); err != nil {
		return nil, err
	}
	if err := plan.writeRecord(recordOf(c.Key), result.Manifest); err != nil {
		return nil, err
	}
	if err := out.Commit(); err != nil {
		return nil, err
	}
	set, err := setdir.Open(c.Out)
	if err != nil {
		return nil, err
	}
	return &buildInfo{
		setInfo: describe(set), Dir: c.Out, Tokens: result.Tokens, Duplicates: duplicates, Withdrawn: plan.withdrawn.Len(),
		Bytes: result.Bytes, Fresh: result.Fresh, Seconds: time.Since(start).Seconds(),
	}, nil
}

// with is a list with a token more; one that is there already comes twice, and the builder drops it.
func with(tokens iter.Seq2[[]byte, error], more []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for t, err := range tokens {
			if !yield(t, err) {
				return
			}
		}
		yield(more, nil)
	}
}

// hashing is how a set's pictures are hashed, on both sides, and how tokens come from the hashes.
type hashing struct {
	list   imagehash.Hasher // what made the lists' hashes
	client imagehash.Hasher
	kind   hashlist.HashKind
	scheme token.Scheme

	variants *variants
}

// hashing is what the flags say of it.
func (c *setBuildCommand) hashing() (*hashing, error) {
	list, client := c.ListHasher, c.Hasher
	if list == "" {
		list = "pdq-canonical"
		if client != "" && !strings.HasPrefix(client, "pdq-") {
			list = client
		}
	}
	h := new(hashing)
	var err error
	if h.variants, err = c.variantsWanted(); err != nil {
		return nil, err
	}
	if h.list, err = classic.Parse(list); err != nil {
		return nil, err
	}
	h.client = clientHasher(h.list)
	if client != "" {
		if h.client, err = classic.Parse(client); err != nil {
			return nil, err
		}
	}
	if h.kind, err = hashlist.ParseHashKind(h.list.Name()); err != nil {
		return nil, err
	}
	if kind, err := hashlist.ParseHashKind(h.client.Name()); err != nil || kind != h.kind {
		return nil, fmt.Errorf("a list of %s cannot be looked up with %s: their bits have nothing to do with each other", h.list.Name(), h.client.Name())
	}
	if h.kind != hashlist.HashPDQ && c.Distance > 0 {
		return nil, fmt.Errorf("--distance is for PDQ; lists of %v recognise an entry by its token", h.kind)
	}
	text := c.Scheme
	if preset, ok := token.PresetFor(h.client.Name(), text); ok {
		text = preset
	}
	if h.scheme, err = token.ParseFor(h.client, text); err != nil {
		return nil, fmt.Errorf("clients cannot hash with %s under this scheme: %w; presets are %s", h.client.Name(), err, strings.Join(token.PresetNames(), ", "))
	}
	return h, nil
}

// header is the part of the manifest that the flags decide.
func (c *setBuildCommand) header(h *hashing) (_ blindset.Manifest, err error) {
	kinds := blindset.AllKinds
	if c.Kinds != "" {
		if kinds, err = blindset.ParseKinds(c.Kinds); err != nil {
			return blindset.Manifest{}, err
		}
	}
	canary := c.Canary
	if canary == "" {
		canary = blindset.CanaryNone
	}
	if canary != blindset.CanaryNone && canary != blindset.CanaryCard1 {
		return blindset.Manifest{}, fmt.Errorf("there is no canary %q; there are %s and %s", canary, blindset.CanaryCard1, blindset.CanaryNone)
	}
	return blindset.Manifest{
		Epoch: c.Epoch, ListHasher: h.list.Name(), Hasher: h.client.Name(), Quality: c.Quality, Scheme: h.scheme.String(), Payload: c.Payload,
		Threshold: c.Threshold, Synthetics: c.Synthetics, PeriodDays: c.PeriodDays, Require: c.Require, Recognition: blindset.Recognition(c.Distance, c.versions || len(h.variants.edits) > 0),
		Kinds: kinds, Canary: canary,
	}, nil
}

// clientHasher is the hasher that agrees best, after recompression, with a list of another's hashes (docs/research.md): canonical
// scaling, sampled at the phase of the other.
func clientHasher(list imagehash.Hasher) imagehash.Hasher {
	if pdq, ok := list.(imagehash.PDQ); ok {
		switch pdq.Scaling {
		case imagehash.ScalingCPP:
			return imagehash.PDQ{Phase: -50}
		case imagehash.ScalingFull:
			return imagehash.PDQ{Phase: -145}
		}
	}
	return list
}

// readLists reads all lists and hashes all pictures.
func (c *setBuildCommand) readLists(a *app, h *hashing) ([]*hashlist.List, error) {
	var lists []*hashlist.List
	for _, arg := range c.List {
		name, files, named := strings.Cut(arg, "=")
		if !named {
			name, files = "", arg
		}
		cfg := hashlist.Config{Source: name, Hash: h.kind, MinQuality: c.Quality}
		if c.Quality == 0 {
			cfg.MinQuality = hashlist.AnyQuality
		}
		if c.Lenient {
			cfg.Mode = hashlist.Lenient
			cfg.OnBroken = func(e *hashlist.SyntaxError) { a.warn("%v", e) }
		}
		list, summary, err := hashlist.ReadFiles(cfg, strings.Split(files, ",")...)
		if err != nil {
			return nil, c.listError(err)
		}
		a.remark("%s", summary)
		lists = append(lists, list)
	}
	if len(c.Images) > 0 {
		list, err := c.hashImages(a, h)
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// listError is what is said of a list that could not be read, with what would help, and only that.
func (c *setBuildCommand) listError(err error) error {
	var bad *hashlist.SyntaxError
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err
	case errors.Is(err, hashlist.ErrUnknownFormat):
		return hinted(refused(err), "Lists are plain text, CSV, NCMEC XML, or pages of StopNCII or ThreatExchange as the services send them.")
	case !errors.As(err, &bad):
		return refused(err)
	case bad.Fault == hashlist.FaultLength || bad.Fault == hashlist.FaultMissing && bad.Element == "":
		return hinted(refused(err), "If it is a list of another hash, name that with --list-hasher. To skip what is broken and go on, add --lenient.")
	case !bad.Separable():
		return hinted(refused(err), "This cannot be skipped, with --lenient either: fetch the file again, or convert it.")
	}
	return hinted(refused(err), "To skip what is broken and go on, add --lenient.")
}

// recognise applies the recognition rule and turns what is left into tokens.
func (c *setBuildCommand) recognise(a *app, lists []*hashlist.List, h *hashing) (iter.Seq2[[]byte, error], error) {
	union, err := hashlist.Merge(lists...)
	if err != nil {
		return nil, refused(err)
	}
	bar := a.progress("comparing")
	kept, err := union.Recognise(hashlist.Rule{
		Require:  c.Require,
		Distance: c.Distance,
		Token:    func(p hashlist.PDQ) string { return string(h.scheme.Token(imagehash.Hash(p))) },
		Progress: bar.update,
	})
	bar.done()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	a.remark("%s", kept)
	return func(yield func([]byte, error) bool) {
		pictures, tokens := 0, 0
		for i := range kept.All() {
			entry := h.variants.tokens(union.Hash(i), h.scheme)
			if h.variants.of[union.Hash(i)] != nil {
				pictures++
				tokens += len(entry)
			}
			for _, t := range entry {
				if !yield(t, nil) {
					return
				}
			}
		}
		h.variants.report(a, pictures, tokens)
	}, nil
}
