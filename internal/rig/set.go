package rig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// SetConfig says what a set's vouchers are like.
type SetConfig struct {
	Scheme    string // as set build takes it
	Payload   int    // bytes of a padded payload
	Threshold int
}

// A Set is a set in a directory, as set build makes it, with its keys. Whether a picture is in it is up to whoever seals: a voucher needs alpha·H(y), which
// the keys give for any token, not the cells that it would be looked up from.
type Set struct {
	Dir, KeyFile string
	Manifest     *blindset.Manifest
	Matcher      *sdk.Matcher
	alpha        *group.Scalar
	params       voucher.Params
}

// NewSet has the command build a set of a hundred entries in dir.
func NewSet(ctx context.Context, command, dir string, cfg SetConfig) (*Set, error) {
	s := &Set{Dir: filepath.Join(dir, "set"), KeyFile: filepath.Join(dir, "operator.key")}
	var list strings.Builder
	for i := range 100 {
		sum := sha256.Sum256([]byte(fmt.Sprint("veilhash rig ", i)))
		list.WriteString(hex.EncodeToString(sum[:]) + "\n")
	}
	file := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"key", "new", s.KeyFile},
		{"set", "build", "--quiet", "--list", file, "--key", s.KeyFile, "--out", s.Dir,
			"--scheme", cfg.Scheme, "--payload", strconv.Itoa(cfg.Payload), "--threshold", strconv.Itoa(cfg.Threshold)},
	} {
		if out, err := exec.CommandContext(ctx, command, args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("rig: veilhash %s: %w\n%s", args[0], err, out)
		}
	}
	return s, s.read()
}

// read takes what is needed to seal and to match.
func (s *Set) read() error {
	dir, err := setdir.Open(s.Dir)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return err
	}
	ring, err := blindset.ParseKeyring(text)
	if err != nil {
		return err
	}
	keys, err := ring.ForManifest(dir.Manifest)
	if err != nil {
		return err
	}
	shape, err := sdk.VoucherShape(dir.Manifest)
	if err != nil {
		return err
	}
	s.Manifest, s.alpha, s.params = dir.Manifest, keys[0].Alpha, shape
	s.Matcher, err = sdk.NewMatcher(s.Manifest, keys)
	return err
}

// Size is the length of a voucher.
func (s *Set) Size() int { return s.params.Size() }

// Probes is how many a voucher has.
func (s *Set) Probes() int { return s.params.Probes }

// Account is a client's side of the threshold, the same for the same number. Its secret is no secret.
func (s *Set) Account(n uint32, period uint32) (*threshold.Dealer, error) {
	secret := sha256.Sum256([]byte(fmt.Sprint("veilhash rig account ", n)))
	return threshold.NewAccountFromSecret(secret, 1+n).Dealer(threshold.Params{
		Threshold: s.Manifest.Threshold, Synthetic: s.Manifest.Synthetics, Period: period, Epoch: s.Manifest.Origin().Epoch, SetID: s.Manifest.Origin().ID,
	})
}

// A Sealing is what goes into a voucher.
type Sealing struct {
	Binding voucher.Binding
	Dealer  *threshold.Dealer
	Period  uint32
	Picture string // two sealings of one picture have one share
	Match   Match
	Payload []byte
}

// Match is whether a picture is in the set.
type Match int

// Whether it is.
const (
	NotInSet Match = iota
	InSet
)

// Seal seals it.
func (s *Set) Seal(o Sealing) ([]byte, error) {
	var probes []voucher.Probe
	for i := range s.params.Probes {
		h := blindset.TokenElement(s.Manifest.Salt, []byte(fmt.Sprint(o.Picture, " probe ", i)))
		lookup := group.NewElement().ScalarMult(s.alpha, h)
		if o.Match == NotInSet || i > 0 { // as a lookup outside the set: some other element
			lookup = group.NewElement().Add(lookup, group.NewGenerator())
		}
		probes = append(probes, voucher.Probe{Element: h, Lookups: []*group.Element{lookup}})
	}
	// The zero source reads crypto/rand; its type has no name outside the SDK.
	return s.params.Seal(sdk.ScannerConfig{}.Entropy, probes, o.Binding.Digest(), voucher.Contents{
		Generation: o.Dealer.Generation(), Period: o.Period, Share: o.Dealer.Share([]byte(o.Picture)).Bytes(),
		PayloadKey: [32]byte(o.Dealer.PayloadKey().Bytes()), Kind: voucher.KindDerivative, Payload: o.Payload,
	})
}
