package sdk_test

import (
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash/testcard"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// The public test card matches for test accounts and for nobody else; other pictures are looked up as ever.
func TestCanary(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known, canary: blindset.CanaryCard1})
	card := picture{testcard.Width, testcard.Height, testcard.Pixels()}
	test, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: w.set.Manifest.AppendText(nil), Account: w.account, Clock: func() int64 { return w.clock }, Canary: sdk.CanaryLookup,
	})
	if err != nil {
		t.Fatal(err)
	}
	ordinary := w.scanner
	for _, c := range []struct {
		name    string
		scanner *sdk.Scanner
		picture picture
		probes  int // that are looked up
		want    error
	}{
		{"the card of a person", ordinary, card, 15, voucher.ErrClosed},
		{"the card of a test account", test, card, 16, nil},
		{"a picture of the set", ordinary, known[0], 16, nil},
		{"a picture of the set, of a test account", test, known[0], 16, nil},
		{"another picture, of a test account", test, stranger, 16, voucher.ErrClosed},
	} {
		w.scanner = c.scanner
		scan := w.begin(c.picture)
		scan.ProvideFrom(w.set)
		sealed, report := w.seal(scan, "payload")
		if len(report.Probes) != c.probes || len(sealed) != ordinary.VoucherSize() {
			t.Errorf("%s: %d probes, %d bytes", c.name, len(report.Probes), len(sealed))
		}
		if _, err := w.match(sealed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// A set that says that it has no canary, and one whose card is not in it: nothing is left out, or found.
func TestNoCanary(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	scan := w.begin(picture{testcard.Width, testcard.Height, testcard.Pixels()})
	scan.ProvideFrom(w.set)
	sealed, report := w.seal(scan, "payload")
	if _, err := w.match(sealed); len(report.Probes) != 16 || !errors.Is(err, voucher.ErrClosed) {
		t.Errorf("%d probes, %v", len(report.Probes), err)
	}
}
