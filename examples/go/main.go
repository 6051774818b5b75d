// Command go is Veilhash in one file: an operator builds a set of a picture, a client seals vouchers for two pictures, and the operator opens the
// one whose picture is in the set.
//
//	go run ./examples/go
package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

func main() {
	dir, err := os.MkdirTemp("", "veilhash-example-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// The operator's side: a list of one entry becomes a blinded set. The keys never leave the operator.
	set, keys, err := buildSet(filepath.Join(dir, "set"), wave(3))
	if err != nil {
		log.Fatal(err)
	}

	// The client's side: it has the published set and a secret of its own.
	scanner, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil),
		Account:  threshold.NewAccount(),
		Clock:    func() int64 { return time.Now().Unix() },
	})
	if err != nil {
		log.Fatal(err)
	}

	// The operator again, with vouchers as they arrive.
	matcher, err := sdk.NewMatcher(set.Manifest, keys)
	if err != nil {
		log.Fatal(err)
	}
	for name, picture := range map[string]*image.RGBA{"in the set": wave(3), "not in the set": wave(8)} {
		binding := voucher.Binding{Account: "alice", Message: name}
		sealed, err := seal(scanner, set, picture, binding)
		if err != nil {
			log.Fatal(err)
		}
		state, err := open(matcher, sealed, binding)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("a picture that is %s: %d bytes, %s\n", name, len(sealed), state)
	}
}

// buildSet blinds the token of one picture.
func buildSet(dir string, entry *image.RGBA) (*setdir.Set, []blindset.LayerKey, error) {
	scheme, err := token.Parse(token.Balanced)
	if err != nil {
		return nil, nil, err
	}
	features, err := imagehash.HashRGBA(imagehash.PDQ{}, entry.Rect.Dx(), entry.Rect.Dy(), entry.Pix)
	if err != nil {
		return nil, nil, err
	}
	out, err := setdir.Create(dir)
	if err != nil {
		return nil, nil, err
	}
	defer out.Discard()
	result, err := builder.Build(context.Background(), builder.Config{
		Manifest: blindset.Manifest{
			Epoch: 1, ListHasher: imagehash.PDQ{}.Name(), Hasher: imagehash.PDQ{}.Name(), Quality: 50, Scheme: scheme.String(),
			Payload: 256, Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
		},
		Tokens: func(yield func([]byte, error) bool) { yield(scheme.Token(features[0].Hash), nil) },
	}, out)
	if err != nil {
		return nil, nil, err
	}
	// A real operator stores result.Keys here (blindset.Keyring), before the set is published.
	if err := out.Commit(); err != nil {
		return nil, nil, err
	}
	set, err := setdir.Open(dir)
	return set, result.Keys, err
}

// seal is the client's whole job for a picture.
func seal(scanner *sdk.Scanner, set sdk.Source, picture *image.RGBA, binding voucher.Binding) ([]byte, error) {
	scan := scanner.Begin(picture.Rect.Dx(), picture.Rect.Dy())
	for again := true; again; {
		if err := scan.WriteRows(picture.Pix); err != nil {
			break // the voucher will be one of dummies
		}
		again, _ = scan.EndPass()
	}
	scan.ProvideFrom(set)
	sealed, _, err := scan.Seal(sdk.SealOptions{Binding: binding, Kind: voucher.KindMediaKey, Payload: []byte("the key of the message")})
	return sealed, err
}

// open is the operator's: what a voucher gives, if anything.
func open(matcher *sdk.Matcher, sealed []byte, binding voucher.Binding) (string, error) {
	v, err := voucher.Parse(sealed)
	if err != nil {
		return "", err
	}
	opened, err := matcher.Match(v, binding)
	if errors.Is(err, voucher.ErrClosed) {
		return "stays closed", nil
	}
	if err != nil {
		return "", err
	}
	tally, err := matcher.NewTally(func(voucher.ID) (*voucher.Opened, error) { return opened, nil })
	if err != nil {
		return "", err
	}
	if _, err := tally.Add(opened); err != nil {
		return "", err
	}
	payload, err := tally.Payload(opened)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("opened: %q", payload), nil
}

// wave draws a picture: interfering waves, different for each n.
func wave(n float64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			fx, fy := float64(x)/320, float64(y)/240
			v := math.Sin(n*9*fx*fy) + math.Sin(n*7*fx+3*fy*fy*n) + math.Cos(5*n*fy-2*fx)
			c := uint8(128 + 40*v)
			img.SetRGBA(x, y, color.RGBA{c, c, 255 - c, 255})
		}
	}
	return img
}
