// Package servertest seals vouchers for the tests of the server's roles: real ones, under a set whose table was never built. A voucher's probe needs
// alpha·H(y), not the cells that it would be looked up from, so a test can say of each picture whether it is in the set.
package servertest

import (
	"bytes"
	crand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// scheme is a small one, so that tests are fast: two probes.
const scheme = "lowest-frequency bits=64 probes=as-is:2"

// A Set is a set with its keys, without a table.
type Set struct {
	t        testing.TB
	Manifest *blindset.Manifest
	Matcher  *sdk.Matcher
	Keyring  blindset.Keyring
	alphas   []*group.Scalar // of its layers
	params   voucher.Params
}

// New makes a set.
func New(t testing.TB, T, synthetics int) *Set {
	t.Helper()
	alpha, err := group.RandomNonZeroScalar(crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := blindset.LayerKey{Alpha: alpha}
	layout, err := blindset.NewLayout(1024, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := &blindset.Manifest{
		Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: scheme, Payload: 2048,
		Threshold: T, Synthetics: synthetics, PeriodDays: 30, Require: 1, Recognition: "equal-token",
		Layers: []blindset.Layer{{Key: key.L(), Layout: layout, Shards: make([]blindset.Shard, layout.Shards)}},
	}
	matcher, err := sdk.NewMatcher(m, []blindset.LayerKey{key})
	if err != nil {
		t.Fatal(err)
	}
	s := &Set{t: t, Manifest: m, Matcher: matcher, alphas: []*group.Scalar{alpha}, params: voucher.Params{
		SetID: m.ID(), Keys: []*group.Element{key.L()}, Probes: 2,
		ShareSize: threshold.ShareSize(synthetics), PayloadSize: m.Payload,
	}}
	s.Keyring.Add(key)
	return s
}

// Delta makes the set of a day later, which has one layer more. What is in it is in that layer.
func (s *Set) Delta() *Set {
	s.t.Helper()
	alpha, err := group.RandomNonZeroScalar(crand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	layer := s.Manifest.Layers[0]
	layer.Key = group.NewElement().ScalarBaseMult(alpha)
	d := &Set{t: s.t, params: s.params, Manifest: s.Manifest.WithLayers(s.Manifest.Epoch+1, len(s.Manifest.Layers), layer)}
	d.alphas = append(slices.Clone(s.alphas), alpha)
	d.params.SetID, d.params.Keys = d.Manifest.ID(), append(slices.Clone(s.params.Keys), layer.Key)
	var keys []blindset.LayerKey
	for _, a := range d.alphas {
		keys = append(keys, blindset.LayerKey{Alpha: a})
		d.Keyring.Add(keys[len(keys)-1])
	}
	if d.Matcher, err = sdk.NewMatcher(d.Manifest, keys); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// Account is a client's side of the threshold, the same for the same number.
func (s *Set) Account(n byte, period uint32) *threshold.Dealer {
	s.t.Helper()
	return s.dealer(threshold.NewAccountFromSecret([32]byte{n}, 1+uint32(n)), period)
}

// SameGeneration is an account with another secret and the generation of Account(n, …), as a forger has one.
func (s *Set) SameGeneration(n byte, period uint32) *threshold.Dealer {
	s.t.Helper()
	return s.dealer(threshold.NewAccountFromSecret([32]byte{n, 1}, 1+uint32(n)), period)
}

func (s *Set) dealer(a *threshold.Account, period uint32) *threshold.Dealer {
	s.t.Helper()
	d, err := a.Dealer(threshold.Params{
		Threshold: s.Manifest.Threshold, Synthetic: s.Manifest.Synthetics, Period: period, Epoch: s.Manifest.Origin().Epoch, SetID: s.Manifest.Origin().ID,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// A Sealing is what goes into a voucher.
type Sealing struct {
	Account, Message string
	Period           uint32
	Dealer           *threshold.Dealer // nil: Set.Account(1, Period)
	Picture          string            // two sealings of one picture have one share
	InSet            bool
	Share            []byte // nil: that of the picture; else these bytes
	Kind             voucher.Kind
	Payload          []byte
}

// Seal seals it.
func (s *Set) Seal(o Sealing) []byte {
	s.t.Helper()
	if o.Dealer == nil {
		o.Dealer = s.Account(1, o.Period)
	}
	if o.Share == nil {
		o.Share = o.Dealer.Share([]byte(o.Picture)).Bytes()
	}
	var probes []voucher.Probe
	for i := range s.params.Probes {
		h := blindset.TokenElement(s.Manifest.Salt, []byte(fmt.Sprint(o.Picture, " probe ", i)))
		p := voucher.Probe{Element: h}
		for k, alpha := range s.alphas {
			lookup := group.NewElement().ScalarMult(alpha, h)
			if !o.InSet || i > 0 || k < len(s.alphas)-1 { // as a lookup outside the set: some other element
				lookup = group.NewElement().Add(lookup, group.NewGenerator())
			}
			p.Lookups = append(p.Lookups, lookup)
		}
		probes = append(probes, p)
	}
	// The zero source reads crypto/rand; its type has no name outside the SDK.
	raw, err := s.params.Seal(sdk.ScannerConfig{}.Entropy, probes, voucher.Binding{Account: o.Account, Message: o.Message}.Digest(), voucher.Contents{
		Generation: o.Dealer.Generation(), Period: o.Period, Share: o.Share,
		PayloadKey: [32]byte(o.Dealer.PayloadKey().Bytes()), Kind: o.Kind, Payload: o.Payload,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// Garbage seals a voucher whose outer layer opens, at a random point, as a hostile client does that wants to cost the server work.
func (s *Set) Garbage(account, message string, generation, period uint32) []byte {
	s.t.Helper()
	share := make([]byte, s.params.ShareSize)
	for i := range share {
		if i%8 != 0 { // elements below 2^56
			share[i] = byte(rand.Uint32())
		}
	}
	raw, err := s.params.SealSynthetic(sdk.ScannerConfig{}.Entropy, voucher.Binding{Account: account, Message: message}.Digest(), voucher.Synthetic{
		Generation: generation, Period: period, Share: share, Openings: 1,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// Resum puts the right checksum on a voucher that was altered (docs/protocol.md, section 6.2).
func Resum(raw []byte) []byte {
	const label = "veilhash/v0/checksum"
	body := raw[:len(raw)-8]
	h := sha256.New()
	h.Write([]byte{0, byte(len(label))})
	h.Write([]byte(label))
	h.Write(body)
	return append(bytes.Clone(body), h.Sum(nil)[:8]...)
}
