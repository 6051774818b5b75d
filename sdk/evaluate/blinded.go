package evaluate

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// Blinded compares the protocol with plain tokens: a blinded set of half of the pictures is built, and copies of pictures, in the set and not, go all the way from
// pixels through scanner, voucher and matcher. They must match exactly where a probe is among the plain tokens.
type Blinded struct {
	Method        string  `json:"method"`
	Scheme        string  `json:"scheme"`
	Entries       int     `json:"entries"`
	Sent          int     `json:"sent"`
	Matches       int     `json:"matches"`
	Disagreements int     `json:"disagreements"`
	First         string  `json:"first_disagreement,omitempty"`
	VoucherBytes  int     `json:"voucher_bytes"`
	SealMillis    float64 `json:"-"` // a voucher, lookups included; not part of what a seed reproduces
	MatchMillis   float64 `json:"-"` // a voucher, on the operator's side
}

// BlindedConfig says what to send through the protocol.
type BlindedConfig struct {
	Count int
	Dir   string // where a set can be built; it is removed afterwards

	// Source stands between the set and the scanner, where a test plants a fault.
	Source   func(sdk.Source) sdk.Source
	Progress func(done, total int)
}

// runBlinded sends copies drawn by the plan's seed.
func (s *Survey) runBlinded(ctx context.Context, m *schemeMethod, pictures []light, cfg BlindedConfig) (*Blinded, error) {
	if len(pictures) < 2 {
		return nil, errors.New("evaluate: the blinded path needs two pictures at least")
	}
	inside := pictures[:(len(pictures)+1)/2]
	plain := make(map[string]bool)
	for i := range inside {
		for t := range m.tokens(m.scheme, inside[i].Sample) {
			plain[t] = true
		}
	}
	w, err := newBlindedWorld(ctx, &s.Plan, m, plain, cfg)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(w.dir)

	out := &Blinded{Method: m.cfg.Name, Scheme: m.cfg.Text, Entries: len(plain), VoucherBytes: w.scanner.VoucherSize()}
	r := rand.New(rand.NewPCG(s.Plan.Seed, 0xb11d))
	var sealing, matching time.Duration
	for n := range cfg.Count {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := pictures[r.IntN(len(pictures))].Sample
		j := r.IntN(len(s.Plan.Edits)+1) - 1
		picture, name, err := s.Plan.again(x, j)
		if err != nil {
			continue // there is no such copy of this picture
		}
		views, err := hash(picture, s.Plan.Hasher, m.scheme.Views()...)
		if err != nil {
			return nil, err
		}
		expected := false
		for _, p := range m.scheme.Probes(views, m.quality) {
			expected = expected || plain[string(p.Token)]
		}
		start := time.Now()
		sealed, err := w.seal(picture)
		if err != nil {
			return nil, err
		}
		sealing += time.Since(start)
		start = time.Now()
		matched, err := w.match(sealed)
		if err != nil {
			return nil, err
		}
		matching += time.Since(start)
		out.Sent++
		if matched {
			out.Matches++
		}
		if matched != expected {
			if out.Disagreements++; out.First == "" {
				out.First = fmt.Sprintf("%s, %s: plain tokens say %t, the protocol %t", x.File, name, expected, matched)
			}
		}
		if cfg.Progress != nil {
			cfg.Progress(n+1, cfg.Count)
		}
	}
	if out.Sent > 0 {
		out.SealMillis = sealing.Seconds() * 1e3 / float64(out.Sent)
		out.MatchMillis = matching.Seconds() * 1e3 / float64(out.Sent)
	}
	return out, nil
}

// again makes a copy once more: edit j of the plan, or the picture as it is for −1.
func (p *Plan) again(x *Sample, j int) (picture *image.NRGBA, name string, err error) {
	data, err := os.ReadFile(x.File)
	if err != nil {
		return nil, "", err
	}
	decoded, err := decode.Decode(data, decode.Limits{})
	if err != nil {
		return nil, "", err
	}
	whole := decoded.NRGBA()
	if j < 0 {
		return whole, "as it is", nil
	}
	e := p.Edits[j]
	if e.Group != edit.Large {
		whole = edit.Reduce(whole, p.Side)
	}
	picture, err = e.Apply(whole, p.Seed, hex.EncodeToString(x.Digest[:]))
	return picture, e.Name, err
}

// A blindedWorld is a set with both sides of it.
type blindedWorld struct {
	dir     string
	source  sdk.Source
	scanner *sdk.Scanner
	matcher *sdk.Matcher
	sent    int
}

func newBlindedWorld(ctx context.Context, plan *Plan, m *schemeMethod, tokens map[string]bool, cfg BlindedConfig) (*blindedWorld, error) {
	dir, err := os.MkdirTemp(cfg.Dir, "blinded-*")
	if err != nil {
		return nil, err
	}
	w := &blindedWorld{dir: dir}
	if err := w.build(ctx, plan, m, tokens, cfg); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return w, nil
}

func (w *blindedWorld) build(ctx context.Context, plan *Plan, m *schemeMethod, tokens map[string]bool, cfg BlindedConfig) error {
	target := filepath.Join(w.dir, "set")
	out, err := setdir.Create(target)
	if err != nil {
		return err
	}
	defer out.Discard()
	sorted := make([]string, 0, len(tokens))
	for t := range tokens {
		sorted = append(sorted, t)
	}
	slices.Sort(sorted)
	built, err := builder.Build(ctx, builder.Config{
		Manifest: blindset.Manifest{
			Epoch: 1, ListHasher: plan.ListHasher.Name(), Hasher: plan.Hasher.Name(), Quality: m.quality, Scheme: m.cfg.Text,
			Payload: 4096, Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
		},
		Tokens: func(yield func([]byte, error) bool) {
			for _, t := range sorted {
				if !yield([]byte(t), nil) {
					return
				}
			}
		},
		TempDir: w.dir,
	}, out)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	set, err := setdir.Open(target)
	if err != nil {
		return err
	}
	w.source = set
	if cfg.Source != nil {
		w.source = cfg.Source(set)
	}
	if w.matcher, err = sdk.NewMatcher(set.Manifest, built.Keys); err != nil {
		return err
	}
	w.scanner, err = sdk.NewScanner(sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil),
		Account:  threshold.NewAccount(),
		Clock:    func() int64 { return 1_800_000_000 },
	})
	return err
}

func (w *blindedWorld) binding() voucher.Binding {
	return voucher.Binding{Account: "researcher", Message: fmt.Sprint(w.sent)}
}

// seal is the client's side, from pixels to a voucher.
func (w *blindedWorld) seal(p *image.NRGBA) ([]byte, error) {
	scan := w.scanner.Begin(p.Rect.Dx(), p.Rect.Dy())
	for again := true; again; {
		if err := scan.WriteRows(p.Pix); err != nil {
			break // the voucher is one of dummies
		}
		var err error
		if again, err = scan.EndPass(); err != nil {
			break
		}
	}
	scan.ProvideFrom(w.source)
	sealed, _, err := scan.Seal(sdk.SealOptions{Binding: w.binding(), Kind: voucher.KindNone})
	return sealed, err
}

// match is the operator's.
func (w *blindedWorld) match(sealed []byte) (bool, error) {
	v, err := voucher.Parse(sealed)
	if err != nil {
		return false, err
	}
	_, err = w.matcher.Match(v, w.binding())
	w.sent++
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, voucher.ErrClosed):
		return false, nil
	}
	return false, err
}
