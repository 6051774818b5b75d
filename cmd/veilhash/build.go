package main

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

type setBuildCommand struct {
	List   []string `placeholder:"FILE" sep:"none" help:"A list of hashes; again for each further list. NAME=FILE,FILE names a list that comes in several files."`
	Images []string `placeholder:"DIR" help:"Pictures to hash: a file, or a folder with all below it. They make up one list."`

	Variants int      `default:"0" placeholder:"K" help:"Put so many versions of each picture in beside it, cropped and turned a little: the K that were measured to add most (${default})."`
	Variant  []string `placeholder:"EDIT" sep:"none" help:"Put this version of each picture in; again for each further one. An edit's name (crop-3%, messenger) or a recipe (crop:3,jpeg:75)."`
	Seed     uint64   `default:"1" help:"Decides what an edit leaves to chance (${default})."`

	Key string `required:"" placeholder:"FILE" help:"The key file; the set's key is added to it."`
	Out string `required:"" placeholder:"DIR" help:"Where the set is to appear; must not exist or be empty."`

	Base     string `placeholder:"DIR" help:"The set that this one replaces: what is new on the lists since becomes a layer behind its own, and clients download that alone."`
	TempDir  string `placeholder:"DIR" help:"Where tokens are spilled (beside the set)."`
	setFlags `embed:"" set:"who=lists" set:"require=1" set:"canary=none"`
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
	wanted, err := c.variantsWanted()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	c.versions = len(wanted.edits) > 0
	base, err := c.openBase()
	if err != nil {
		return nil, err
	}
	h, err := c.hashing()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	wanted.quality = c.Quality
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
	lists, err := readLists(a, c.List, h, &c.setFlags)
	if err != nil {
		return nil, err
	}
	if len(c.Images) > 0 {
		list, err := c.hashImages(a, h, wanted)
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	tokens, err := c.recognise(a, lists, h, wanted)
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
	plan, err := c.plan(a, c.Key, base, listed)
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

// recognise applies the recognition rule and turns what is left into tokens.
func (c *setBuildCommand) recognise(a *app, lists []*hashlist.List, h *hashing, v *variants) (iter.Seq2[[]byte, error], error) {
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
			entry := v.tokens(union.Hash(i), h.scheme)
			if v.of[union.Hash(i)] != nil {
				pictures++
				tokens += len(entry)
			}
			for _, t := range entry {
				if !yield(t, nil) {
					return
				}
			}
		}
		v.report(a, pictures, tokens)
	}, nil
}
