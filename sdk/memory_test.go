package sdk_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// restarted is a scanner that begins with what another has kept.
func (w *world) restarted(s *sdk.Scanner) *sdk.Scanner {
	w.t.Helper()
	memory, err := s.Sent()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: w.set.Manifest.AppendText(nil), Account: w.account, Clock: func() int64 { return w.clock }, Sent: memory,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// A picture that was sent goes out as dummies until the period ends, over restarts, and whether or not there are synthetics.
func TestRepeats(t *testing.T) {
	for _, synthetics := range []int{0, 2} {
		w := blurredWorld(t, 3, synthetics, tiny)
		s := w.scanner
		if _, opened := w.send(s, tiny[0]); w.isTrue(opened...) != 1 {
			t.Fatal("the first time it is no match")
		}
		for range 2 {
			if u, opened := w.send(s, tiny[0]); u.Held != sdk.Repeat || w.isTrue(opened...) != 0 {
				t.Errorf("the second time: held %v, %d matches", u.Held, w.isTrue(opened...))
			}
			s = w.restarted(s)
		}
		if _, opened := w.send(s, tiny[1]); w.isTrue(opened...) != 1 {
			t.Error("another picture is no match")
		}
		w.clock += 30 * day
		if _, opened := w.send(s, tiny[0]); w.isTrue(opened...) != 1 {
			t.Error("in the next period it is no match")
		}
	}
}

// Points are remembered after the server's acknowledgement, and kept back while an upload is under way.
func TestAcknowledgement(t *testing.T) {
	w := blurredWorld(t, 3, 2, tiny)
	s := w.scanner
	first := w.upload(s, tiny[0])
	if u := w.upload(s, tiny[0]); u.Held != sdk.Repeat {
		t.Error("the same picture again, while the first upload is under way, goes out again")
	}
	if u := w.upload(w.restarted(s), tiny[0]); u.Held != sdk.NotHeld {
		t.Error("what was not acknowledged is remembered over a restart")
	}
	again := w.restarted(s)
	if err := again.Resume(first.Receipt); err != nil {
		t.Fatal(err)
	}
	if u := w.upload(again, tiny[0]); u.Held != sdk.Repeat {
		t.Error("an upload that was resumed goes out a second time")
	}
	if err := s.Abandon(first.Receipt); err != nil {
		t.Fatal(err)
	}
	second := w.upload(s, tiny[0])
	if second.Held != sdk.NotHeld || w.isTrue(w.opened(second)...) != 1 {
		t.Error("an upload that was given up is remembered")
	}
	if err := s.Acknowledge(second.Receipt); err != nil {
		t.Fatal(err)
	}
	if u := w.upload(w.restarted(s), tiny[0]); u.Held != sdk.Repeat {
		t.Error("what was acknowledged is forgotten over a restart")
	}
	w.clock += 30 * day
	if err := s.Acknowledge(first.Receipt); err != nil {
		t.Errorf("a receipt of the last period: %v", err)
	}
	if memory, err := s.Sent(); err != nil || len(memory) != 16 {
		t.Errorf("it is remembered in the next: %d bytes, %v", len(memory), err)
	}
}

func TestBadMemory(t *testing.T) {
	w := blurredWorld(t, 3, 2, tiny)
	if err := w.scanner.Acknowledge([]byte("receipt")); !errors.Is(err, threshold.ErrSentFormat) || sdk.Code(err) != "sent" {
		t.Errorf("a receipt that is none: %v", err)
	}
	cfg := sdk.ScannerConfig{Manifest: w.set.Manifest.AppendText(nil), Account: w.account, Clock: func() int64 { return w.clock }}
	cfg.Sent = []byte("a memory of seventeen")
	if _, err := sdk.NewScanner(cfg); !errors.Is(err, threshold.ErrSentFormat) {
		t.Errorf("a memory that is none: %v, want ErrSentFormat", err)
	}
	cfg.Sent = make([]byte, 24) // another scope's, if it had a point that could be
	cfg.Sent[23] = 1
	s, err := sdk.NewScanner(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if u := w.upload(s, tiny[0]); u.Held != sdk.NotHeld {
		t.Error("another scope's memory holds a picture back")
	}
}

// transcript is what a server sees of a device: the shares that opened, and with how many probes, in rising order.
func (w *world) transcript(s *sdk.Scanner, pictures ...picture) (out [][]byte) {
	start := w.clock
	defer func() { w.clock = start }()
	for i := range 10 { // two places each: room for all points that are due by day 27
		w.clock = start + int64(3*i)*day
		_, opened := w.send(s, pictures[i%len(pictures)])
		for _, o := range opened {
			out = append(out, append(bytes.Clone(o.Share), byte(o.Hits)))
		}
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}

// devices checks, of a way to start a second device, that it repeats the first one's synthetic points, and its true points if it sends the same pictures: so a repeated
// point may be either. The attack of a server where it did not: points that do not repeat are synthetic, or there are more than w.
func (w *world) devices(second func() *sdk.Scanner) error {
	first := w.transcript(w.newScanner(w.account, entropy.Source{}), strangers...)
	if again := w.transcript(second(), strangers...); !slices.EqualFunc(first, again, bytes.Equal) {
		return errors.New("a second device has synthetic points of its own")
	}
	with := w.transcript(w.newScanner(w.account, entropy.Source{}), tiny[0], strangers[0])
	if again := w.transcript(second(), tiny[0], strangers[0]); len(with) != len(first)+1 || !slices.EqualFunc(with, again, bytes.Equal) {
		return errors.New("a second device has another point for a picture")
	}
	return nil
}

func TestDevices(t *testing.T) {
	w := blurredWorld(t, 3, 8, tiny)
	if len(w.synthetics(w.account)) < 2 {
		t.Fatal("too few synthetic points: choose another account")
	}
	text, err := w.account.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	imported := func() *threshold.Account {
		account, err := threshold.ParseAccount(text)
		if err != nil {
			t.Fatal(err)
		}
		return account
	}
	for name, second := range map[string]func() *sdk.Scanner{
		"reinstalled": func() *sdk.Scanner { return w.newScanner(w.account, entropy.Source{}) },
		"second":      func() *sdk.Scanner { return w.newScanner(imported(), entropy.Source{}) },
	} {
		if err := w.devices(second); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Mutants: a device that draws its points from something of its own.
	for name, account := range map[string]*threshold.Account{
		"another secret":     threshold.NewAccountFromSecret([32]byte{1, 2, 4}, 9),
		"another generation": threshold.NewAccountFromSecret([32]byte{1, 2, 3}, 10),
	} {
		if w.devices(func() *sdk.Scanner { return w.newScanner(account, entropy.Source{}) }) == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
	// Two devices that share their memory repeat nothing.
	s := w.newScanner(w.account, entropy.Source{})
	w.transcript(s, strangers...)
	if again := w.transcript(w.restarted(s), strangers...); len(again) != 0 {
		t.Errorf("with the first one's memory %d points come again", len(again))
	}
}

// rotated checks that polynomials and payload key change with the period. The attack of a server where they did not: what an account was opened with, and dismissed,
// opens every later payload.
func (w *world) rotated(later func() *sdk.Scanner) error {
	_, now := w.send(w.newScanner(w.account, entropy.Source{}), tiny[0])
	was := w.clock
	defer func() { w.clock = was }()
	s := later()
	_, next := w.send(s, tiny[0])
	if len(now) == 0 || len(next) == 0 {
		return errors.New("nothing opened")
	}
	if bytes.Equal(now[0].Share, next[0].Share) {
		return errors.New("two periods share a share")
	}
	return nil
}

func TestPeriodsRotate(t *testing.T) {
	w := blurredWorld(t, 1, 0, tiny)
	scanner := func() *sdk.Scanner { return w.newScanner(w.account, entropy.Source{}) }
	if err := w.rotated(func() *sdk.Scanner { w.clock += 30 * day; return scanner() }); err != nil {
		t.Error(err)
	}
	if w.rotated(scanner) == nil {
		t.Error("polynomials that are not rotated were not noticed")
	}
	// With T = 1 the first match opens the account, and its key must open nothing of the next period.
	_, now := w.send(scanner(), tiny[0])
	matches := now
	tally := w.tallyOf(&matches)
	if _, err := tally.Add(now[0]); err != nil || !tally.Open() {
		t.Fatalf("open = %v, %v", tally.Open(), err)
	}
	w.clock += 30 * day
	_, next := w.send(scanner(), tiny[0])
	if _, err := tally.Payload(next[0]); !errors.Is(err, voucher.ErrPayloadKey) {
		t.Errorf("the next period's payload under this period's key: %v, want ErrPayloadKey", err)
	}
}
