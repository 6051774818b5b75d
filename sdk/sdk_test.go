package sdk_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

var (
	known    = []picture{synthetic(1, 300, 200), synthetic(2, 260, 260), synthetic(3, 90, 120)}
	stranger = synthetic(99, 300, 200)
)

func TestMainJob(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	for i, p := range known {
		for name, p := range map[string]picture{"as it is": p, "brighter": p.brighter()} {
			sealed, report := w.voucher(p)
			if len(sealed) != w.scanner.VoucherSize() || report.Reason != nil || len(report.Alarms) != 0 || len(report.Probes) != 16 {
				t.Fatalf("picture %d %s: %d bytes, %+v", i, name, len(sealed), report)
			}
			o, err := w.match(sealed)
			if err != nil {
				t.Fatalf("picture %d %s: %v", i, name, err)
			}
			tally := w.tally(o)
			if _, err := tally.Add(o); err != nil {
				t.Fatal(err)
			}
			if payload, err := tally.Payload(o); err != nil || string(payload) != "payload" {
				t.Errorf("picture %d %s: payload %q, %v", i, name, payload, err)
			}
		}
	}
	if _, err := w.match(first(w.voucher(stranger))); !errors.Is(err, voucher.ErrClosed) {
		t.Errorf("a picture that is not in the set: %v, want ErrClosed", err)
	}
}

func first(b []byte, _ *sdk.Report) []byte { return b }

// tally knows the given matches.
func (w *world) tally(matches ...*voucher.Opened) *sdk.Tally {
	w.t.Helper()
	tally, err := w.matcher.NewTally(finder(&matches))
	if err != nil {
		w.t.Fatal(err)
	}
	return tally
}

// Below the threshold the payloads stay closed; past it all of them open.
func TestThreshold(t *testing.T) {
	var pictures []picture
	for i := range 5 {
		pictures = append(pictures, synthetic(uint64(10+i), 120, 120))
	}
	w := newWorld(t, worldConfig{threshold: 3, synthetics: 2, pictures: pictures})
	var matches []*voucher.Opened
	for _, p := range pictures {
		o, err := w.match(first(w.voucher(p)))
		if err != nil {
			t.Fatal(err)
		}
		matches = append(matches, o)
	}
	tally := w.tally(matches...)
	for i, o := range matches {
		if _, err := tally.Add(o); err != nil {
			t.Fatal(err)
		}
		if want := i+1 >= 4; tally.Open() != want {
			t.Errorf("after %d matches: open = %v", i+1, tally.Open())
		}
		if _, err := tally.Payload(o); !tally.Open() && !errors.Is(err, sdk.ErrBelowThreshold) {
			t.Errorf("after %d matches: %v, want ErrBelowThreshold", i+1, err)
		}
	}
	for i, o := range matches {
		if payload, err := tally.Payload(o); err != nil || string(payload) != "payload" {
			t.Errorf("match %d: %q, %v", i, payload, err)
		}
	}
}

// Matches of two periods do not add up.
func TestPeriods(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 2, pictures: known})
	o, err := w.match(first(w.voucher(known[0])))
	if err != nil {
		t.Fatal(err)
	}
	w.clock += 31 * 86400
	later, err := w.match(first(w.voucher(known[1])))
	if err != nil {
		t.Fatal(err)
	}
	if later.Period != o.Period+1 {
		t.Errorf("31 days later the period is %d, it was %d", later.Period, o.Period)
	}
	if bytes.Equal(o.Share, later.Share) {
		t.Error("two periods share a share")
	}
}

// Promise P9 and the trap of section 4.2 of the protocol: whatever is wrong with a picture, there is a voucher, of the same size as any, and it stays closed.
func TestSealNeverFails(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	blank := picture{100, 100, bytes.Repeat([]byte{255}, 40000)}
	for name, c := range map[string]struct {
		scan func() *sdk.Scan
		want error
	}{
		"blank picture": {func() *sdk.Scan { return w.begin(blank) }, sdk.ErrQuality},
		"one pixel":     {func() *sdk.Scan { return w.begin(picture{1, 1, []byte{1, 2, 3, 255}}) }, sdk.ErrQuality},
		"no rows":       {func() *sdk.Scan { return w.scanner.Begin(10, 10) }, sdk.ErrIncomplete},
		"rows missing": {func() *sdk.Scan {
			s := w.scanner.Begin(10, 10)
			s.WriteRows(make([]byte, 80))
			s.EndPass()
			return s
		}, imagehash.ErrMissingRows},
		"half a row": {func() *sdk.Scan {
			s := w.scanner.Begin(10, 10)
			s.WriteRows(make([]byte, 20))
			return s
		}, imagehash.ErrPartialRow},
		"undecodable": {func() *sdk.Scan {
			s := w.scanner.Begin(1, 1)
			s.Fail(errUndecodable)
			return s
		}, errUndecodable},
	} {
		scan := c.scan()
		scan.ProvideFrom(w.set)
		sealed, report := w.seal(scan, "x")
		if !errors.Is(report.Reason, c.want) || len(sealed) != w.scanner.VoucherSize() || len(report.Probes) != 0 {
			t.Errorf("%s: reason %v, want %v; %d bytes", name, report.Reason, c.want, len(sealed))
		}
		if _, err := w.match(sealed); !errors.Is(err, voucher.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
	scan := w.scanner.Begin(30_000, 30_000)
	var size *imagehash.SizeError
	if _, report := w.seal(scan, "x"); !errors.As(report.Reason, &size) {
		t.Errorf("30,000×30,000: reason %v", report.Reason)
	}
}

var errUndecodable = errors.New("not a picture")

// damaged is a set one of whose parts is not as it should be.
type damaged struct {
	sdk.Source
	block, leaves func([]byte, error) ([]byte, error)
}

func (d damaged) Block(ref blindset.Ref) ([]byte, error) {
	b, err := d.Source.Block(ref)
	if d.block != nil {
		return d.block(b, err)
	}
	return b, err
}

func (d damaged) Leaves(layer, shard int) ([]byte, error) {
	b, err := d.Source.Leaves(layer, shard)
	if d.leaves != nil {
		return d.leaves(b, err)
	}
	return b, err
}

// A set that cannot be read right makes dummies and alarms, never a missing voucher.
func TestDamagedSet(t *testing.T) {
	unreadable := errors.New("disk on fire")
	flip := func(b []byte, _ error) ([]byte, error) { b[17] ^= 1; return b, nil }
	short := func(b []byte, _ error) ([]byte, error) { return b[:100], nil }
	gone := func([]byte, error) ([]byte, error) { return nil, unreadable }
	for name, c := range map[string]struct {
		source damaged
		want   error
	}{
		"flipped block":     {damaged{block: flip}, blindset.ErrBlock},
		"short block":       {damaged{block: short}, blindset.ErrLength},
		"unreadable block":  {damaged{block: gone}, unreadable},
		"flipped leaves":    {damaged{leaves: flip}, blindset.ErrLeaves},
		"short leaves":      {damaged{leaves: short}, blindset.ErrLength},
		"unreadable leaves": {damaged{leaves: gone}, unreadable},
	} {
		w := newWorld(t, worldConfig{threshold: 1, pictures: known})
		scan := w.begin(known[0])
		c.source.Source = w.set
		scan.ProvideFrom(c.source)
		sealed, report := w.seal(scan, "x")
		if len(report.Alarms) == 0 || !errors.Is(report.Alarms[0].Err, c.want) {
			t.Errorf("%s: alarms %v, want %v", name, report.Alarms, c.want)
		}
		for i, p := range report.Probes {
			if !p.Dummy {
				t.Errorf("%s: probe %d went out real", name, i)
			}
		}
		if _, err := w.match(sealed); !errors.Is(err, voucher.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	if _, report := w.seal(w.begin(known[0]), "x"); len(report.Alarms) == 0 || !errors.Is(report.Alarms[0].Err, sdk.ErrUnread) {
		t.Errorf("nothing provided: alarms %v, want ErrUnread", report.Alarms)
	}
}

// The cell of a planted bad point costs its probes and nothing else.
func TestPlantedCell(t *testing.T) {
	for name, cell := range map[string][]byte{"identity": make([]byte, 32), "no point": bytes.Repeat([]byte{255}, 32)} {
		cells := [3][]byte{cell, bytes.Clone(cell), bytes.Clone(cell)}
		if _, err := blindset.Lookup(cells); !errors.Is(err, blindset.ErrLookup) {
			t.Errorf("%s: %v, want ErrLookup", name, err)
		}
	}
}

// counting counts what is asked of a set.
type counting struct {
	sdk.Source
	blocks int
}

func (c *counting) Block(ref blindset.Ref) ([]byte, error) {
	c.blocks++
	return c.Source.Block(ref)
}

// Promise P1: the client takes one path, whether its picture matches or not. Every step that could differ is the same: as many probes, none a dummy, as
// many blocks as there are distinct ones, a voucher of one size, an equal report.
func TestOnePath(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	for name, p := range map[string]picture{"member": known[0], "stranger": stranger} {
		scan := w.begin(p)
		src := &counting{Source: w.set}
		scan.ProvideFrom(src)
		sealed, report := w.seal(scan, "x")
		if len(report.Probes) != 16 || len(report.Alarms) != 0 || src.blocks != len(scan.Lookups()) || len(sealed) != w.scanner.VoucherSize() {
			t.Errorf("%s: %d probes, %d alarms, %d blocks", name, len(report.Probes), len(report.Alarms), src.blocks)
		}
		for _, q := range report.Probes {
			if q.Dummy {
				t.Errorf("%s: a dummy", name)
			}
		}
	}
}

func TestScannerConfig(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	good := sdk.ScannerConfig{Manifest: w.set.Manifest.AppendText(nil), Account: w.account, Clock: func() int64 { return 0 }}
	edit := func(old, new string) sdk.ScannerConfig {
		c := good
		c.Manifest = bytes.Replace(c.Manifest, []byte(old), []byte(new), 1)
		return c
	}
	noAccount, noClock := good, good
	noAccount.Account, noClock.Clock = nil, nil
	var parse *imagehash.ParseError
	for name, c := range map[string]struct {
		cfg sdk.ScannerConfig
		is  func(error) bool
	}{
		"nothing":          {sdk.ScannerConfig{}, func(err error) bool { return errors.Is(err, sdk.ErrConfig) }},
		"no account":       {noAccount, func(err error) bool { return errors.Is(err, sdk.ErrConfig) }},
		"no clock":         {noClock, func(err error) bool { return errors.Is(err, sdk.ErrConfig) }},
		"damaged manifest": {edit("epoch", "spoch"), func(err error) bool { return errors.Is(err, blindset.ErrManifest) }},
		"unknown hasher":   {edit("\nhasher pdq-canonical", "\nhasher mdq"), func(err error) bool { return errors.As(err, &parse) }},
		"views that the hasher lacks": {edit("\nhasher pdq-canonical\nquality 50\nscheme lowest-frequency bits=68 probes=as-is:11", "\nhasher pdq-cpp\nquality 50\nscheme lowest-frequency bits=68 probes=left-17:11"),
			func(err error) bool {
				var v *imagehash.ViewError
				return errors.As(err, &v) && sdk.Code(err) == "scheme"
			}},
		"unknown scheme": {edit("lowest-frequency", "golay"), func(err error) bool { return errors.Is(err, token.ErrScheme) }},
	} {
		if _, err := sdk.NewScanner(c.cfg); !c.is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBlocksOutOfOrder(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	scan := w.begin(known[0])
	ref := scan.Lookups()[0]
	block, err := w.set.Block(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := scan.Provide(ref, block); !errors.Is(err, sdk.ErrLeavesMissing) {
		t.Errorf("a block before its digests: %v, want ErrLeavesMissing", err)
	}
	for _, ref := range []blindset.Ref{{Layer: -1}, {Layer: 1}, {Shard: -1}, {Shard: 9}} {
		if err := w.scanner.Leaves(ref.Layer, ref.Shard, nil); !errors.Is(err, sdk.ErrRef) {
			t.Errorf("%+v: %v, want ErrRef", ref, err)
		}
	}
}

func TestWrongKeys(t *testing.T) {
	a := newWorld(t, worldConfig{threshold: 1, pictures: known})
	b := newWorld(t, worldConfig{threshold: 1, pictures: known})
	sealed, _ := a.voucher(known[0])
	v, err := voucher.Parse(sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.matcher.Match(v, binding); !errors.Is(err, voucher.ErrSet) {
		t.Errorf("a voucher for another set: %v, want ErrSet", err)
	}
	if _, err := a.matcher.Match(v, voucher.Binding{Account: "mallory", Message: "42"}); !errors.Is(err, voucher.ErrBinding) {
		t.Errorf("another account: %v, want ErrBinding", err)
	}
	if _, err := sdk.NewMatcher(a.set.Manifest, nil); !errors.Is(err, blindset.ErrNoKey) {
		t.Errorf("no keys: %v, want ErrNoKey", err)
	}
}

// A share that no honest client sends is refused by type and leaves the tally as it was.
func TestHostileShare(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known})
	o, err := w.match(first(w.voucher(known[0])))
	if err != nil {
		t.Fatal(err)
	}
	clear(o.Share)
	tally := w.tally(o)
	if _, err := tally.Add(o); !errors.Is(err, threshold.ErrShareZero) || sdk.Code(err) != "share" {
		t.Errorf("a share at zero: %v", err)
	}
	if tally.Open() {
		t.Error("it opened the account")
	}
}

func TestCodes(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range sdk.Codes() {
		if seen[c.Code] || c.Code == "" || c.Sentence == "" || c.Sentence[len(c.Sentence)-1] != '.' {
			t.Errorf("code %q: %q", c.Code, c.Sentence)
		}
		seen[c.Code] = true
	}
	for err, want := range map[error]string{
		nil: "", errUndecodable: sdk.CodeInternal, voucher.ErrClosed: "voucher-closed",
		&blindset.FormatError{Kind: blindset.ErrManifest}: "manifest", &imagehash.SizeError{}: "picture-size",
	} {
		if got := sdk.Code(err); got != want {
			t.Errorf("Code(%v) = %q, want %q", err, got, want)
		}
		if err != nil && !seen[want] {
			t.Errorf("%q is in no table", want)
		}
	}
}

// What vouchers may carry is the manifest's to say.
func TestPayloadKinds(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: known, kinds: blindset.KindsDerivative})
	for kind, want := range map[voucher.Kind]error{voucher.KindNone: nil, voucher.KindDerivative: nil, voucher.KindMediaKey: sdk.ErrKind, 7: sdk.ErrKind} {
		scan := w.begin(stranger)
		scan.ProvideFrom(w.set)
		if _, _, err := scan.Seal(sdk.SealOptions{Binding: binding, Kind: kind}); !errors.Is(err, want) {
			t.Errorf("kind %d: %v, want %v", kind, err, want)
		}
	}
}
