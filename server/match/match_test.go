package match

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

var (
	ctx   = context.Background()
	start = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
)

// A scene is vouchers as they were handed in.
type scene struct {
	t        *testing.T
	set      *servertest.Set
	vouchers []store.Voucher
}

// hand seals a voucher and hands it in; its name is its message.
func (s *scene) hand(name string, o servertest.Sealing) {
	s.handRaw(name, o.Account, s.sealed(name, o))
}

func (s *scene) sealed(name string, o servertest.Sealing) []byte {
	o.Message = name
	if o.Picture == "" {
		o.Picture = name
	}
	if o.Payload == nil {
		o.Kind, o.Payload = voucher.KindDerivative, []byte("payload of "+name)
	}
	return s.set.Seal(o)
}

func (s *scene) handRaw(name, account string, raw []byte) {
	v, err := voucher.Parse(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	s.vouchers = append(s.vouchers, store.Voucher{
		ID: store.ID(v.ID), Account: store.Account{App: "chat", Name: account}, Message: name, Set: v.SetID, Raw: raw, Received: start,
	})
}

// stored puts all vouchers of the scene into a store.
func (s *scene) stored(st store.Store) store.Store {
	s.t.Helper()
	for _, v := range s.vouchers {
		if _, err := st.Put(ctx, v); err != nil {
			s.t.Fatal(err)
		}
	}
	return st
}

func (s *scene) worker(st store.Work, now time.Time, change ...func(*Config)) *Worker {
	s.t.Helper()
	cfg := Config{Store: st, Batch: 4, Lease: time.Minute, Clock: func() time.Time { return now }}
	cfg.Matchers = append(cfg.Matchers, s.set.Matcher)
	for _, c := range change {
		c(&cfg)
	}
	w, err := New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

// outcome is what became of a voucher, in words: "closed", "invalid share", "match 3", "readable: payload of a", "foreign".
func outcome(t *testing.T, st store.Store, v store.Voucher) string {
	t.Helper()
	got, err := st.Voucher(ctx, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	e, err := st.Evidence(ctx, v.ID)
	switch {
	case err == nil && got.State != store.Match:
		t.Fatalf("%s: %v, and there is evidence", v.Message, got.State)
	case err == nil:
		return strings.TrimSuffix(fmt.Sprintf("%v: %s", e.Outcome, e.Payload), ": ")
	case !errors.Is(err, store.ErrNotFound):
		t.Fatal(err)
	case got.State == store.Match:
		return fmt.Sprint("match ", got.Ordinal)
	}
	return strings.TrimSpace(got.State.String() + " " + got.Reason)
}

func (s *scene) check(st store.Store, want map[string]string) {
	s.t.Helper()
	for _, v := range s.vouchers {
		if got := outcome(s.t, st, v); got != want[v.Message] {
			s.t.Errorf("%s: %s, want %s", v.Message, got, want[v.Message])
		}
	}
	if c, err := st.Count(ctx, store.SetID(s.set.Manifest.ID())); err != nil || c.Waiting != 0 {
		s.t.Errorf("%d vouchers wait, %v", c.Waiting, err)
	}
}

func TestFirstMatchOpens(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	s.hand("in", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("out", servertest.Sealing{Account: "ann"})
	s.hand("empty", servertest.Sealing{Account: "bob", InSet: true, Dealer: s.set.Account(2, 0), Payload: []byte{}})
	st := s.stored(storetest.NewMemory())
	if n, err := s.worker(st, start).Drain(ctx); n != 3 || err != nil {
		t.Fatalf("Drain = %d, %v", n, err)
	}
	s.check(st, map[string]string{"in": "readable: payload of in", "out": "closed", "empty": "readable"})
	if n, err := s.worker(st, start.Add(time.Hour)).Drain(ctx); n != 0 || err != nil {
		t.Errorf("a second worker found %d vouchers, %v", n, err)
	}
}

// What a test account matches is recorded and goes no further, at a threshold of 1 too; its namesake at another application is a person.
func TestTestAccounts(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	s.hand("card", servertest.Sealing{Account: "canary", InSet: true})
	s.hand("card again", servertest.Sealing{Account: "canary", InSet: true})
	s.hand("out", servertest.Sealing{Account: "canary"})
	s.hand("in", servertest.Sealing{Account: "ann", InSet: true})
	s.hand("namesake", servertest.Sealing{Account: "canary", InSet: true, Dealer: s.set.Account(2, 0)})
	s.vouchers[4].Account.App = "other"
	st := s.stored(storetest.NewMemory())
	w := s.worker(st, start, func(c *Config) { c.TestAccounts = []store.Account{{App: "chat", Name: "canary"}} })
	if n, err := w.Drain(ctx); n != 5 || err != nil {
		t.Fatalf("Drain = %d, %v", n, err)
	}
	s.check(st, map[string]string{"card": "match 1", "card again": "match 2", "out": "closed", "in": "readable: payload of in", "namesake": "readable: payload of namesake"})
}

// TestThreshold (promise P3): below the threshold there is no evidence; past it there is for all.
func TestThreshold(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 3, 2)}
	st := storetest.NewMemory()
	hand := func(name string, o servertest.Sealing) {
		t.Helper()
		o.Account = "ann"
		s.hand(name, o)
		s.stored(st)
		if _, err := s.worker(st, start).Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	hand("a", servertest.Sealing{InSet: true})
	hand("synthetic", servertest.Sealing{InSet: true, Share: s.set.Account(99, 0).Share([]byte("elsewhere")).Bytes()})
	hand("b", servertest.Sealing{InSet: true})
	hand("b again", servertest.Sealing{InSet: true, Picture: "b"})
	hand("c", servertest.Sealing{InSet: true})
	s.check(st, map[string]string{"a": "match 1", "synthetic": "match 2", "b": "match 3", "b again": "match 4", "c": "match 5"})
	hand("other period", servertest.Sealing{InSet: true, Period: 1})
	hand("other generation", servertest.Sealing{InSet: true, Dealer: s.set.Account(7, 0)})
	hand("d", servertest.Sealing{InSet: true})
	want := map[string]string{
		"a": "readable: payload of a", "b": "readable: payload of b", "b again": "readable: payload of b again", "c": "readable: payload of c",
		"d": "readable: payload of d", "synthetic": "foreign", "other period": "match 1", "other generation": "match 1",
	}
	s.check(st, want)
	// What comes later is opened at once; so is what is not true.
	hand("e", servertest.Sealing{InSet: true})
	hand("synthetic 2", servertest.Sealing{InSet: true, Share: s.set.Account(98, 0).Share([]byte("elsewhere")).Bytes()})
	hand("closed", servertest.Sealing{})
	want["e"], want["synthetic 2"], want["closed"] = "readable: payload of e", "foreign", "closed"
	s.check(st, want)
}

// TestManyMatches: more than one page of an account that opens late.
func TestManyMatches(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 70, 0)}
	want := make(map[string]string)
	for i := range 75 {
		name := fmt.Sprint("picture ", i)
		s.hand(name, servertest.Sealing{Account: "ann", InSet: true})
		want[name] = "readable: payload of " + name
	}
	st := s.stored(storetest.NewMemory())
	if _, err := s.worker(st, start).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(st, want)
}

// TestHostile: vouchers that no honest client seals are rejected with a reason, and harm no others.
func TestHostile(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	zeroShare := make([]byte, len(s.set.Account(1, 0).Share(nil).Bytes()))
	s.hand("share at zero", servertest.Sealing{Account: "ann", InSet: true, Share: zeroShare})
	s.hand("share out of the field", servertest.Sealing{Account: "ann", InSet: true, Share: bytes.Repeat([]byte{255}, len(zeroShare))})

	alter := func(name string, change func([]byte)) {
		raw := bytes.Clone(s.sealed(name, servertest.Sealing{Account: "ann", InSet: true}))
		change(raw)
		s.handRaw(name, "ann", servertest.Resum(raw))
	}
	alter("content altered", func(b []byte) { b[len(b)-100] ^= 1 })
	alter("identity as a probe", func(b []byte) { clear(b[92:124]) })
	alter("no group element", func(b []byte) {
		for i := range 32 {
			b[92+i] = 255
		}
	})
	alter("commitment altered", func(b []byte) { b[92+2*64] ^= 1 })
	alter("other binding", func(b []byte) { b[60] ^= 1 })

	// A true share beside a payload under another key: the account opens, but not by this one.
	s.hand("other payload key", servertest.Sealing{Account: "bob", InSet: true, Dealer: s.set.Account(2, 0), Share: s.set.Account(3, 0).Share([]byte("x")).Bytes()})
	s.hand("fine", servertest.Sealing{Account: "ann", InSet: true})
	st := s.stored(storetest.NewMemory())
	if _, err := s.worker(st, start).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(st, map[string]string{
		"share at zero": "invalid share", "share out of the field": "invalid share", "content altered": "invalid voucher-invalid",
		"identity as a probe": "invalid voucher-point", "no group element": "invalid voucher-point", "commitment altered": "closed",
		"other binding": "invalid binding", "other payload key": "match 1", "fine": "readable: payload of fine",
	})
}

// TestForged: on the account's polynomials, but sealed under another payload key: it must not keep the others closed, and is not readable itself.
func TestForged(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	honest := s.set.Account(1, 0)
	// Generation and share are the account's; the payload key is that of another secret of the same generation.
	s.hand("honest", servertest.Sealing{Account: "ann", InSet: true, Dealer: honest})
	s.hand("forged", servertest.Sealing{Account: "ann", InSet: true, Dealer: s.set.SameGeneration(1, 0), Share: honest.Share([]byte("forged")).Bytes()})
	st := s.stored(storetest.NewMemory())
	if _, err := s.worker(st, start).Drain(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(st, map[string]string{"honest": "readable: payload of honest", "forged": "damaged"})
}

func TestOtherSets(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	mine := s.set
	s.hand("mine", servertest.Sealing{Account: "ann", InSet: true})
	s.set = servertest.New(t, 1, 0)
	s.hand("another's", servertest.Sealing{Account: "ann", InSet: true})
	st := s.stored(storetest.NewMemory())
	theirs := s.set
	s.set = mine
	if n, err := s.worker(st, start).Drain(ctx); n != 1 || err != nil {
		t.Errorf("Drain = %d, %v, want the one voucher of the worker's set", n, err)
	}
	if got := outcome(t, st, s.vouchers[1]); got != "pending" {
		t.Errorf("the other set's voucher: %s, want pending", got)
	}
	both := func(c *Config) { c.Matchers = append(c.Matchers, theirs.Matcher) }
	if n, err := s.worker(st, start, both).Drain(ctx); n != 1 || err != nil {
		t.Errorf("Drain with both sets = %d, %v", n, err)
	}
	s.check(st, map[string]string{"mine": "readable: payload of mine", "another's": "readable: payload of another's"})
}

// TestLogs: lines say what happened, and hold no account, payload or key.
func TestLogs(t *testing.T) {
	s := &scene{t: t, set: servertest.New(t, 1, 0)}
	s.hand("in", servertest.Sealing{Account: "account-name-of-ann", InSet: true, Payload: []byte("SECRETPAYLOAD")})
	raw := bytes.Clone(s.sealed("bad", servertest.Sealing{Account: "account-name-of-ann", InSet: true}))
	raw[len(raw)-100] ^= 1
	s.handRaw("bad", "account-name-of-ann", servertest.Resum(raw))
	var log strings.Builder
	st := s.stored(storetest.NewMemory())
	w := s.worker(st, start, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if _, err := w.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"msg=match ", "account has reached the threshold", "voucher rejected", "voucher-invalid"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no line says %q:\n%s", want, &log)
		}
	}
	key := s.set.Account(1, 0).PayloadKey().Bytes()
	for _, secret := range []string{"account-name", "SECRET", fmt.Sprintf("%x", key), fmt.Sprint(key)} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &log)
		}
	}
}

func TestConfig(t *testing.T) {
	set := servertest.New(t, 1, 0)
	s := &scene{t: t, set: set}
	good := s.worker(storetest.NewMemory(), start).cfg
	for name, change := range map[string]func(*Config){
		"no store":       func(c *Config) { c.Store = nil },
		"no matcher":     func(c *Config) { c.Matchers = nil },
		"large batch":    func(c *Config) { c.Batch = store.MaxBatch + 1 },
		"negative batch": func(c *Config) { c.Batch = -1 },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", name, err)
		}
	}
}
