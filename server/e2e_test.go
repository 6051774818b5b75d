package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/derivative"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/sqlite"
)

const side = 96

// blobs draws a picture of smooth shapes, another for each seed, with light added.
func blobs(seed uint64, light float64) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	var shapes [40][4]float64
	for i := range shapes {
		shapes[i] = [4]float64{r.Float64(), r.Float64(), 0.02 + 0.12*r.Float64(), 255 * (r.Float64() - 0.5)}
	}
	rgba := make([]byte, 4*side*side)
	for i := range side * side {
		v := 128 + light
		for _, b := range shapes {
			dx, dy := float64(i%side)/side-b[0], float64(i/side)/side-b[1]
			v += b[3] * math.Exp(-(dx*dx+dy*dy)/(2*b[2]*b[2]))
		}
		c := byte(min(max(v, 0), 255))
		copy(rgba[4*i:], []byte{c, c, c, 255})
	}
	return rgba
}

// buildSet builds a real set of three pictures.
func buildSet(t *testing.T, dir string) (*setdir.Set, *sdk.Matcher) {
	t.Helper()
	scheme, err := token.Parse(token.Balanced)
	if err != nil {
		t.Fatal(err)
	}
	w, err := setdir.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	built, err := builder.Build(context.Background(), builder.Config{
		Manifest: blindset.Manifest{
			Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: token.Balanced,
			Payload: 4096, Threshold: 1, PeriodDays: 30, Require: 1, Recognition: "equal-token",
		},
		Tokens: func(yield func([]byte, error) bool) {
			for seed := range uint64(3) {
				f, err := imagehash.HashRGBA(imagehash.PDQ{}, side, side, blobs(seed, 0))
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(scheme.Token(f[0].Hash), nil) {
					return
				}
			}
		},
	}, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	set, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := sdk.NewMatcher(set.Manifest, built.Keys)
	if err != nil {
		t.Fatal(err)
	}
	return set, matcher
}

// scan is a client's whole way with a picture.
func scan(t *testing.T, set *setdir.Set, account *threshold.Account, b voucher.Binding, rgba []byte) []byte {
	t.Helper()
	scanner, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil), Account: account, Clock: func() int64 { return 1_900_000_000 },
	})
	if err != nil {
		t.Fatal(err)
	}
	p := scanner.Begin(side, side)
	for again := true; again; {
		if err := p.WriteRows(rgba); err != nil {
			t.Fatal(err)
		}
		if again, err = p.EndPass(); err != nil {
			t.Fatal(err)
		}
	}
	p.ProvideFrom(set)
	grey, err := p.Grey(64)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := derivative.Encode([32]byte{42}, grey, 64, scanner.PayloadCapacity())
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err := p.Seal(sdk.SealOptions{Binding: b, Kind: voucher.KindDerivative, Payload: payload})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// TestMainJob: a picture of a real set, one that is much like it, and one that is not in the set, from their pixels to what the console shows.
func TestMainJob(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	set, matcher := buildSet(t, filepath.Join(dir, "set"))
	db, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, "v.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	srv := httptest.NewServer(newServer(t, server.Config{
		Store: db, Manifest: set.Manifest, SetDir: filepath.Join(dir, "set"), Console: server.OpenConsole,
	}).Handler())
	defer srv.Close()

	account := threshold.NewAccount()
	ids := make(map[string]string)
	for name, rgba := range map[string][]byte{"in the set": blobs(1, 0), "lighter": blobs(2, 4), "another": blobs(77, 0)} {
		b := voucher.Binding{Account: "ann", Message: name}
		resp, err := http.Post(srv.URL+"/v0/vouchers?account=ann&message="+url.QueryEscape(name), "application/octet-stream", bytes.NewReader(scan(t, set, account, b, rgba)))
		if err != nil {
			t.Fatal(err)
		}
		var a struct{ ID, Status string }
		if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != 202 || a.Status != "accepted" {
			t.Fatalf("%s: %s %+v %v", name, resp.Status, a, err)
		}
		resp.Body.Close()
		ids[name] = a.ID
	}
	worker, err := match.New(match.Config{Store: db, Matchers: []*sdk.Matcher{matcher}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := worker.Drain(ctx); n != 3 || err != nil {
		t.Fatalf("Drain = %d, %v", n, err)
	}
	for name, want := range map[string]string{"in the set": "opened", "lighter": "opened", "another": "closed"} {
		w := get(srv.Config.Handler, "/v0/console/vouchers/"+ids[name])
		var a struct {
			State   string
			Payload struct {
				PDQ   string
				Image []byte
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a.State != want {
			t.Errorf("%s: %s, want %s", name, w.Body, want)
		}
		if opened := want == "opened"; opened != (len(a.Payload.Image) > 100) || opened != (a.Payload.PDQ == fmt.Sprintf("2a%062x", 0)) {
			t.Errorf("%s: payload %+v", name, a.Payload)
		}
	}
}
