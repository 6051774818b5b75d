package sdk_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A picture is RGBA in memory.
type picture struct {
	width, height int
	rgba          []byte
}

// synthetic draws smooth blobs, which hash with a high quality and differ from seed to seed.
func synthetic(seed uint64, width, height int) picture {
	r := rand.New(rand.NewPCG(seed, 7))
	type blob struct{ x, y, s, a float64 }
	var blobs [40]blob
	for i := range blobs {
		blobs[i] = blob{r.Float64(), r.Float64(), 0.02 + 0.12*r.Float64(), 255 * (r.Float64() - 0.5)}
	}
	p := picture{width, height, make([]byte, 4*width*height)}
	for y := range height {
		for x := range width {
			v := 128.0
			for _, b := range blobs {
				dx, dy := float64(x)/float64(width)-b.x, float64(y)/float64(height)-b.y
				v += b.a * math.Exp(-(dx*dx+dy*dy)/(2*b.s*b.s))
			}
			c := byte(min(max(v, 0), 255))
			copy(p.rgba[4*(y*width+x):], []byte{c, c, c / 2, 255})
		}
	}
	return p
}

// brighter is the picture under an ordinary edit.
func (p picture) brighter() picture {
	out := picture{p.width, p.height, append([]byte(nil), p.rgba...)}
	for i := range out.rgba {
		if i%4 != 3 {
			out.rgba[i] = byte(min(255, int(out.rgba[i])*103/100))
		}
	}
	return out
}

// A world is a set of known pictures with both sides of it.
type world struct {
	t       testing.TB
	set     *setdir.Set
	account *threshold.Account
	scanner *sdk.Scanner
	matcher *sdk.Matcher
	keys    []blindset.LayerKey
	dir     string
	clock   int64
}

type worldConfig struct {
	threshold, synthetics int
	pictures              []picture
	entropy               entropy.Source
	kinds                 blindset.Kinds // zero: all
	canary                string         // empty: none
}

func newWorld(t testing.TB, cfg worldConfig) *world {
	scheme, err := token.Parse(token.Balanced)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "set")
	w, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	built, err := builder.Build(context.Background(), builder.Config{
		Manifest: blindset.Manifest{
			Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: token.Balanced,
			Payload: 256, Threshold: cfg.threshold, Synthetics: cfg.synthetics, PeriodDays: 30, Require: 1, Recognition: "equal-token",
			Kinds: cfg.kinds, Canary: cfg.canary,
		},
		Tokens: func(yield func([]byte, error) bool) {
			if cfg.canary != "" {
				if !yield(token.Canary(cfg.canary, imagehash.PDQ{}, scheme, 50)) {
					return
				}
			}
			for _, p := range cfg.pictures {
				f, err := imagehash.HashRGBA(imagehash.PDQ{}, p.width, p.height, p.rgba)
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(scheme.Token(f[0].Hash), nil) {
					return
				}
			}
		},
		Entropy: cfg.entropy,
	}, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	out := &world{t: t, keys: built.Keys, dir: dir, account: threshold.NewAccountFromSecret([32]byte{1, 2, 3}, 9), clock: 1_800_000_000}
	if out.set, err = setdir.Open(dir); err != nil {
		t.Fatal(err)
	}
	out.scanner = out.newScanner(out.account, cfg.entropy)
	if out.matcher, err = sdk.NewMatcher(out.set.Manifest, built.Keys); err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) newScanner(account *threshold.Account, src entropy.Source) *sdk.Scanner {
	s, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: w.set.Manifest.AppendText(nil),
		Account:  account,
		Clock:    func() int64 { return w.clock },
		Entropy:  src,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

var binding = voucher.Binding{Account: "alice", Message: "42"}

// begin hashes a picture, in strips of some rows.
func (w *world) begin(p picture) *sdk.Scan {
	w.t.Helper()
	scan := w.scanner.Begin(p.width, p.height)
	for again := true; again; {
		for row := 0; row < p.height; row += 50 {
			n := min(50, p.height-row)
			if err := scan.WriteRows(p.rgba[4*p.width*row : 4*p.width*(row+n)]); err != nil {
				w.t.Fatal(err)
			}
		}
		var err error
		if again, err = scan.EndPass(); err != nil && scan.Features() == nil {
			w.t.Fatal(err)
		}
	}
	return scan
}

// seal makes the picture's own voucher, under any set.
func (w *world) seal(scan *sdk.Scan, payload string) ([]byte, *sdk.Report) {
	w.t.Helper()
	sealed, report, err := scan.SealOwn(sdk.SealOptions{Binding: binding, Kind: voucher.KindDerivative, Payload: []byte(payload)})
	if err != nil {
		w.t.Fatal(err)
	}
	return sealed, report
}

// voucher is the whole way of a picture on the client's side.
func (w *world) voucher(p picture) ([]byte, *sdk.Report) {
	w.t.Helper()
	scan := w.begin(p)
	scan.ProvideFrom(w.set)
	return w.seal(scan, "payload")
}

func (w *world) match(sealed []byte) (*voucher.Opened, error) {
	w.t.Helper()
	v, err := voucher.Parse(sealed)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.matcher.Match(v, binding)
}

// lookup adds up the cells of a place in the set's first layer.
func (w *world) lookup(place blindset.Place) *group.Element {
	w.t.Helper()
	var cells [3][]byte
	for i, c := range place.Cells {
		ref := blindset.CellRef{Shard: place.Shard, Cell: c}
		block, err := w.set.Block(ref.Block())
		if err != nil {
			w.t.Fatal(err)
		}
		cells[i] = ref.In(block)
	}
	e, err := blindset.Lookup(cells)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}
