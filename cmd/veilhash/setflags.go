package main

import (
	"fmt"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/token"
)

// setFlags are the parameters of a new set, for set build and set offer open. Defaults that differ between the two are variables.
type setFlags struct {
	Fold      string `default:"auto" enum:"auto,delta,base" help:"With --base. auto: merge layers, or make a new base, by the rule in docs/performance.md; delta: no new base; base: a new base (${default})."`
	MaxLayers int    `default:"6" placeholder:"N" help:"The most layers that a set may have, 2 to 16 (${default})."`

	Require  int  `default:"${require}" placeholder:"K" help:"How many ${who} must recognise an entry (${default})."`
	Distance int  `default:"0" placeholder:"BITS" help:"An entry is recognised too if its PDQ is within this distance; 0: only if tokens are equal (${default})."`
	Lenient  bool `help:"Count and report broken records, and go on, instead of refusing the list."`

	Scheme     string `default:"balanced" help:"A preset (exact, balanced or wide; ${default}), or a scheme's whole text."`
	ListHasher string `placeholder:"NAME" help:"What made the lists' hashes: pdq-canonical, pdq-cpp, pdq-full, or goimagehash's phash-64, phash-256, dhash-64, dhash-256, ahash-64, ahash-256 (pdq-canonical, or what --hasher says if that is one of goimagehash's)."`
	Hasher     string `placeholder:"NAME" help:"What clients hash with (what agrees best with --list-hasher)."`
	Quality    int    `default:"50" help:"PDQ quality below which nothing is put in or looked up (${default})."`

	Epoch      uint64 `default:"1" help:"The set's number; each set that replaces another has a higher one (${default})."`
	Payload    int    `default:"4096" placeholder:"BYTES" help:"Size of a voucher's padded payload (${default})."`
	Kinds      string `default:"derivative,media-key" help:"What vouchers may carry: none, derivative (a small grey picture), media-key, or derivative,media-key (${default})."`
	Canary     string `default:"${canary}" help:"The public test card that is an entry too: test-card-1, or none (${default})."`
	Threshold  int    `default:"1" placeholder:"T" help:"Matches of one account below which payloads stay closed (${default})."`
	Synthetics int    `default:"0" placeholder:"W" help:"The most synthetic vouchers of an account and period (${default})."`
	PeriodDays int    `default:"30" placeholder:"DAYS" help:"How long an account's matches are counted together (${default})."`

	ShardSize int `default:"4194304" placeholder:"BYTES" help:"The most that a file of the set may have (${default})."`
	Workers   int `placeholder:"N" help:"How many processors to use (all)."`

	versions bool // the set has versions of pictures in it
}

// hashing is how a set's pictures are hashed, on both sides, and how tokens come from the hashes.
type hashing struct {
	list   imagehash.Hasher // what made the lists' hashes
	client imagehash.Hasher
	kind   hashlist.HashKind
	scheme token.Scheme
}

// hashing is what the flags say of it.
func (f *setFlags) hashing() (*hashing, error) {
	list, client := f.ListHasher, f.Hasher
	if list == "" {
		list = "pdq-canonical"
		if client != "" && !strings.HasPrefix(client, "pdq-") {
			list = client
		}
	}
	h := new(hashing)
	var err error
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
	if h.kind != hashlist.HashPDQ && f.Distance > 0 {
		return nil, fmt.Errorf("--distance is for PDQ; lists of %v recognise an entry by its token", h.kind)
	}
	text := f.Scheme
	if preset, ok := token.PresetFor(h.client.Name(), text); ok {
		text = preset
	}
	if h.scheme, err = token.ParseFor(h.client, text); err != nil {
		return nil, fmt.Errorf("clients cannot hash with %s under this scheme: %w; presets are %s", h.client.Name(), err, strings.Join(token.PresetNames(), ", "))
	}
	return h, nil
}

// header is the part of the manifest that the flags decide.
func (f *setFlags) header(h *hashing) (_ blindset.Manifest, err error) {
	kinds := blindset.AllKinds
	if f.Kinds != "" {
		if kinds, err = blindset.ParseKinds(f.Kinds); err != nil {
			return blindset.Manifest{}, err
		}
	}
	canary := f.Canary
	if canary == "" {
		canary = blindset.CanaryNone
	}
	if canary != blindset.CanaryNone && canary != blindset.CanaryCard1 {
		return blindset.Manifest{}, fmt.Errorf("there is no canary %q; there are %s and %s", canary, blindset.CanaryCard1, blindset.CanaryNone)
	}
	return blindset.Manifest{
		Epoch: f.Epoch, ListHasher: h.list.Name(), Hasher: h.client.Name(), Quality: f.Quality, Scheme: h.scheme.String(), Payload: f.Payload,
		Threshold: f.Threshold, Synthetics: f.Synthetics, PeriodDays: f.PeriodDays, Require: f.Require, Recognition: blindset.Recognition(f.Distance, f.versions),
		Kinds: kinds, Canary: canary,
	}, nil
}

// takeHeader takes over the parameters of the set that is to be added to. Flags that ask for others than it has, where those in unset do not, are refused.
func (f *setFlags) takeHeader(m *blindset.Manifest, unset *setFlags) error {
	if err := f.sameHeader(m, unset); err != nil {
		return &exitError{exitUsage, err, "Parameters of a set are those of its base. To change one, build a new base: without --base, and with the next --epoch."}
	}
	switch {
	case f.Epoch == 1:
		f.Epoch = m.Epoch + 1
	case f.Epoch <= m.Epoch:
		return &exitError{exitUsage, fmt.Errorf("epoch %d does not rise above the set's, %d", f.Epoch, m.Epoch), "Leave --epoch out, and it is the next."}
	}
	f.Scheme, f.ListHasher, f.Hasher, f.Quality, f.Require = m.Scheme, m.ListHasher, m.Hasher, m.Quality, m.Require
	f.Payload, f.Threshold, f.Synthetics, f.PeriodDays, f.Kinds = m.Payload, m.Threshold, m.Synthetics, m.PeriodDays, m.Kinds.String()
	f.Canary = m.Canary
	f.Distance, f.versions, _ = blindset.ParseRecognition(m.Recognition)
	return nil
}

// sameHeader refuses flags that ask for another parameter than the set has. A flag at its default asks for nothing.
func (f *setFlags) sameHeader(m *blindset.Manifest, unset *setFlags) error {
	asked, err := f.flagHeader()
	if err != nil {
		return err
	}
	usual, err := unset.flagHeader()
	if err != nil {
		return err
	}
	if _, versions, _ := blindset.ParseRecognition(m.Recognition); versions {
		// It stays a set with versions whether or not there are new ones.
		asked.Recognition, usual.Recognition = blindset.Recognition(f.Distance, versions), blindset.Recognition(unset.Distance, versions)
	}
	has := *m
	for _, h := range []*blindset.Manifest{&has, &asked, &usual} {
		h.Epoch, h.Salt, h.Layers, h.Base = 1, [32]byte{}, nil, blindset.Base{}
	}
	a, u, b := headerLines(&asked), headerLines(&usual), headerLines(&has)
	for name, value := range a {
		if value != u[name] && value != b[name] {
			return fmt.Errorf("the set has %s %s, not %s", name, b[name], value)
		}
	}
	return nil
}

// flagHeader is the header that the flags ask for.
func (f *setFlags) flagHeader() (blindset.Manifest, error) {
	h, err := f.hashing()
	if err != nil {
		return blindset.Manifest{}, err
	}
	return f.header(h)
}

// headerLines are a manifest's lines by name.
func headerLines(m *blindset.Manifest) map[string]string {
	lines := make(map[string]string)
	for line := range strings.Lines(string(m.AppendText(nil))) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		lines[name] = value
	}
	return lines
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
