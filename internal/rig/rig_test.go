//go:build linux

package rig

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/veilhash/veilhash/sdk/voucher"
)

// TestRig: vouchers of the rig's set are what they are said to be, a real server takes them, and what is measured of it is there.
func TestRig(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	command, err := Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	set, err := NewSet(ctx, command, dir, SetConfig{Scheme: "lowest-frequency bits=64 probes=as-is:2", Payload: 256, Threshold: 1})
	if err != nil {
		t.Fatal(err)
	}
	dealer, err := set.Account(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := voucher.Binding{Account: "ann", Message: "m"}
	in, err := set.Seal(Sealing{Binding: b, Dealer: dealer, Picture: "p", Match: InSet, Payload: []byte("evidence")})
	if err != nil {
		t.Fatal(err)
	}
	closed, err := set.Seal(Sealing{Binding: b, Dealer: dealer, Picture: "q"})
	if err != nil {
		t.Fatal(err)
	}
	try := func(raw []byte, b voucher.Binding) error {
		v, err := voucher.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		_, err = set.Matcher.Match(v, b)
		return err
	}
	if err := try(in, b); err != nil || len(in) != set.Size() || set.Probes() != 2 {
		t.Errorf("a picture in the set: %v, %d bytes", err, len(in))
	}
	if err := try(closed, b); !errors.Is(err, voucher.ErrClosed) {
		t.Errorf("one that is not: %v", err)
	}
	other := voucher.Binding{Account: "bob", Message: "n"}
	Stamp(closed, [16]byte{1}, other)
	if err := try(closed, other); !errors.Is(err, voucher.ErrClosed) {
		t.Errorf("stamped: %v", err)
	}

	address, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--quiet", "--log-level", "error", "--set", set.Dir, "--roles", "ingest", "--database", dir + "/v.db"}
	p, err := StartServe(ctx, command, address, args...)
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(address, 0)
	for i := range 3 {
		Stamp(closed, [16]byte{byte(i)}, other)
		if r, err := c.Do(AppendRequest(nil, other, "", closed)); err != nil || r.Status != 202 {
			t.Fatalf("%d %s, %v", r.Status, r.Body, err)
		}
	}
	if r, err := c.Do(AppendRequest(nil, b, "", closed)); err != nil || r.Status != 422 {
		t.Errorf("under another binding: %d %s, %v", r.Status, r.Body, err)
	}
	if n, err := RSS(p.Pid()); err != nil || n < 1<<20 {
		t.Errorf("%d bytes resident, %v", n, err)
	}
	if _, err := CPU(p.Pid()); err != nil {
		t.Error(err)
	}
	p.Kill()
	if r, err := c.Do(AppendRequest(nil, other, "", closed)); err == nil {
		t.Errorf("a dead server answers %d", r.Status)
	}
	if p, err = StartServe(ctx, command, address, args...); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Do(AppendRequest(nil, other, "", closed)); err != nil || r.Status != 202 {
		t.Errorf("the same again: %d %s, %v", r.Status, r.Body, err)
	}
	c.Close()
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := StartServe(ctx, command, address, "--set", dir+"/missing"); err == nil {
		t.Error("a server without a set is ready")
	}
}

func TestHost(t *testing.T) {
	h := new(Host)
	closed := ""
	err := h.Do(func() {
		h.Cleanup(func() { closed += "a" })
		h.Cleanup(func() { closed += "b" })
		h.Fatalf("no %s", "luck")
		closed = "went on"
	})
	h.Close()
	if err == nil || fmt.Sprint(err) != "rig: no luck" || closed != "ba" {
		t.Errorf("%v, %q", err, closed)
	}
}
