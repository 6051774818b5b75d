package ingest_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
)

// TestPairs: under a set with synthetic vouchers an upload is two, bound to one message. Whatever is lost on the way and sent again, in whatever order, both are kept
// once, and the client cannot tell from the answers what else the server has.
func TestPairs(t *testing.T) {
	for name, sent := range map[string][]int{ // which of the pair arrives; a lost one is not in the list
		"both":                             {0, 1},
		"both, the other way round":        {1, 0},
		"all again":                        {0, 1, 0, 1},
		"the second was lost":              {0, 0, 1},
		"the first was lost":               {1, 0, 1},
		"the answers were lost, and again": {0, 1, 1, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			stored := 0
			f.cfg.Stored = func() { stored++ }
			h := f.handler()
			pair := [][]byte{f.seal("m"), f.set.Garbage("ann", "m", 2, 0)}
			for _, i := range sent {
				if w := post(h, "m", bytes.NewReader(pair[i])); w.Code != 202 {
					t.Fatalf("voucher %d: %d %s", i, w.Code, w.Body)
				}
			}
			for i, raw := range pair {
				v, err := voucher.Parse(raw)
				if err != nil {
					t.Fatal(err)
				}
				got, err := f.cfg.Store.(store.Store).Voucher(context.Background(), store.ID(v.ID))
				if err != nil || got.Message != "m" || !bytes.Equal(got.Raw, raw) {
					t.Errorf("voucher %d is kept as %+v, %v", i, got, err)
				}
			}
			if stored != 2 {
				t.Errorf("%d vouchers are new, want 2", stored)
			}
		})
	}
	// One of the pair under another message, or with other bytes, is refused, and the other one stands.
	f := newFixture(t)
	h := f.handler()
	first, second := f.seal("m"), f.set.Garbage("ann", "m", 2, 0)
	if w := post(h, "m", bytes.NewReader(first)); w.Code != 202 {
		t.Fatal(w.Body)
	}
	if w := post(h, "n", bytes.NewReader(second)); code(w) != "422 binding" {
		t.Errorf("the second under another message: %s", code(w))
	}
	altered := bytes.Clone(first)
	altered[len(altered)-20] ^= 1
	if w := post(h, "m", bytes.NewReader(servertest.Resum(altered))); code(w) != "409 voucher-conflict" {
		t.Errorf("other bytes under the first one's id: %s", code(w))
	}
	if w := post(h, "m", bytes.NewReader(second)); w.Code != 202 {
		t.Errorf("the second after all: %s", code(w))
	}
}
