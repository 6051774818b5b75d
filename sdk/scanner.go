package sdk

import (
	"errors"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// Errors of a scanner's configuration and use.
var (
	// ErrConfig: a field of a configuration is missing.
	ErrConfig = errors.New("sdk: manifest, account and clock are all required")

	// ErrLeavesMissing: a block came before its shard's digests.
	ErrLeavesMissing = errors.New("sdk: the shard's block digests must come before its blocks")

	// ErrRef: there is no such layer, shard or block in the set.
	ErrRef = errors.New("sdk: no such block in the set")

	// ErrBelowThreshold: the account's matches do not reach the threshold, and its payloads are closed.
	ErrBelowThreshold = errors.New("sdk: below the threshold, payloads are closed")

	// ErrUnread: a block that was needed was never provided.
	ErrUnread = errors.New("sdk: a block of the set was needed and not provided")

	// ErrBindingLength: account or message is longer than 65,535 bytes.
	ErrBindingLength = errors.New("sdk: account or message is longer than 65535 bytes")

	// ErrKind: the set's manifest does not allow payloads of this kind.
	ErrKind = errors.New("sdk: the set does not allow payloads of this kind")
)

// ScannerConfig says what to scan against, and for whom. Every field without a stated default is required.
type ScannerConfig struct {
	// Manifest is the set's manifest as it was published.
	Manifest []byte

	// Trust is what the set has to satisfy before it is used. With nil nothing is asked, and the promise that everyone gets the same, endorsed set does not hold: for
	// tools of whoever made the set.
	Trust *TrustConfig

	// Account is the secret of the account that sends the pictures.
	Account *threshold.Account

	// Clock tells the time in seconds since 1970-01-01 UTC; it decides the period that a voucher counts in.
	Clock func() int64

	// Sent is the memory of what the account has sent from this device, as Scanner.Sent gave it; nil for none. One of a period that has ended, of another account or
	// set is ignored. Without it the device repeats points, and the server sees that.
	Sent []byte

	// ParseHasher knows hashers by their names; the zero value knows PDQ's alone, as imagehash.ParsePDQ does. A program that scans under sets of other hashes gives
	// classic.Parse. Its error is an *imagehash.ParseError.
	ParseHasher func(name string) (imagehash.Hasher, error)

	// SeenKeys, unless nil, is the memory of the keys of sets that were accepted on this device: a set of which a key was used for another table is refused. The caller adds
	// the manifest to it once the set is in use, and keeps it.
	SeenKeys *blindset.SeenKeys

	// Canary says what is done with the public test card. The zero value is right for every account of a person: the card never matches.
	Canary CanaryUse

	// Openings is how many probes of a synthetic voucher open; the zero value is DefaultOpenings. It should be measured on true matches under the set: where they
	// open more or fewer, what opens tells true matches from synthetic ones.
	Openings threshold.OpeningCounts

	// Entropy is for this module's vectors; the zero value reads crypto/rand.
	Entropy entropy.Source
}

// A Scanner makes vouchers under one set for one account. It is for one goroutine; scans may be interleaved.
type Scanner struct {
	manifest *blindset.Manifest
	hasher   imagehash.Hasher
	scheme   token.Scheme
	shape    voucher.Params
	account  *threshold.Account
	clock    func() int64
	entropy  entropy.Source

	openings threshold.OpeningCounts
	memory   []byte  // ScannerConfig.Sent
	period   *period // the last that was asked for; nil before

	verdict *trust.Verdict
	canary  []byte // the token that is never looked up; nil if there is none

	leaves map[shardRef]*blindset.Leaves
}

type shardRef struct{ layer, shard int }

// NewScanner checks the manifest and prepares for scanning. Errors are ErrConfig and those of the manifest's parts: blindset.ErrManifest, blindset.ErrKeyReused,
// token.ErrScheme, *imagehash.ParseError; those of package trust for a set that the policy does not allow; and threshold.ErrSentFormat for a memory that is none: start
// without it.
func NewScanner(cfg ScannerConfig) (*Scanner, error) {
	if len(cfg.Manifest) == 0 || cfg.Account == nil || cfg.Clock == nil {
		return nil, ErrConfig
	}
	m, err := blindset.ParseManifest(cfg.Manifest)
	if err != nil {
		return nil, err
	}
	if cfg.SeenKeys != nil {
		if err := cfg.SeenKeys.Check(m); err != nil {
			return nil, err
		}
	}
	hasher, err := parseHasher(cfg.ParseHasher, m.Hasher)
	if err != nil {
		return nil, err
	}
	scheme, err := token.ParseFor(hasher, m.Scheme)
	if err != nil {
		return nil, err
	}
	if len(cfg.Sent) > 0 {
		if _, err := parseSent(cfg.Sent); err != nil {
			return nil, err
		}
	}
	var verdict *trust.Verdict
	if cfg.Trust != nil {
		if verdict, err = cfg.Trust.check(m, scheme, cfg.Clock()); err != nil {
			return nil, err
		}
	}
	openings := cfg.Openings
	if openings.Max() == 0 {
		openings = DefaultOpenings()
	}
	s := &Scanner{
		manifest: m,
		hasher:   hasher,
		scheme:   scheme,
		shape:    voucherShape(m, scheme),
		account:  cfg.Account,
		clock:    cfg.Clock,
		entropy:  cfg.Entropy,
		openings: openings,
		verdict:  verdict,
		memory:   slices.Clone(cfg.Sent),
		leaves:   make(map[shardRef]*blindset.Leaves),
	}
	if err := s.prepareCanary(cfg.Canary); err != nil {
		return nil, err
	}
	return s, nil
}

// parseHasher is parse, or the default of ScannerConfig.ParseHasher.
func parseHasher(parse func(string) (imagehash.Hasher, error), name string) (imagehash.Hasher, error) {
	if parse == nil {
		return imagehash.ParsePDQ(name)
	}
	return parse(name)
}

// VoucherShape is the shape of a set's vouchers, for whoever takes them without holding a key. The error is token.ErrScheme.
func VoucherShape(m *blindset.Manifest) (voucher.Params, error) {
	scheme, err := token.Parse(m.Scheme)
	if err != nil {
		return voucher.Params{}, err
	}
	return voucherShape(m, scheme), nil
}

// voucherShape is VoucherShape for a scheme that has been parsed.
func voucherShape(m *blindset.Manifest, scheme token.Scheme) voucher.Params {
	p := voucher.Params{
		SetID:       m.ID(),
		Probes:      scheme.Count(),
		ShareSize:   threshold.ShareSize(m.Synthetics),
		PayloadSize: m.Payload,
	}
	for i := range m.Layers {
		p.Keys = append(p.Keys, m.Layers[i].Key)
	}
	return p
}

// Manifest is the set's manifest. It must not be changed.
func (s *Scanner) Manifest() *blindset.Manifest { return s.manifest }

// VoucherSize is the length of every voucher, in bytes.
func (s *Scanner) VoucherSize() int { return s.shape.Size() }

// PayloadCapacity is the longest payload that a voucher can carry, in bytes.
func (s *Scanner) PayloadCapacity() int { return s.shape.Capacity() }

// HasLeaves reports whether a shard's block digests have been given.
func (s *Scanner) HasLeaves(layer, shard int) bool {
	return s.leaves[shardRef{layer, shard}] != nil
}

// Leaves takes the block digests that a shard's file begins with and checks them against the manifest. Errors are ErrRef,
// blindset.ErrLength and blindset.ErrLeaves.
func (s *Scanner) Leaves(layer, shard int, leaves []byte) error {
	if layer < 0 || layer >= len(s.manifest.Layers) || shard < 0 || shard >= len(s.manifest.Layers[layer].Shards) {
		return ErrRef
	}
	l, err := s.manifest.Layers[layer].NewLeaves(shard, leaves)
	if err != nil {
		return err
	}
	s.leaves[shardRef{layer, shard}] = l
	return nil
}

// CheckBlock verifies one block of the set, as a download brings it. Errors are ErrLeavesMissing, blindset.ErrLength and blindset.ErrBlock.
func (s *Scanner) CheckBlock(ref blindset.Ref, block []byte) error {
	l := s.leaves[shardRef{ref.Layer, ref.Shard}]
	if l == nil {
		return ErrLeavesMissing
	}
	return l.CheckBlock(ref.Block, block)
}
