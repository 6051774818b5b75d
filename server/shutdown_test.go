package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// TestShutdownUnderLoad: a server that is told to end while vouchers come in and are matched finishes what it has: whoever got an answer got a whole one, what was acknowledged
// is there, no batch is left half done, and whoever goes on afterwards counts each voucher once.
func TestShutdownUnderLoad(t *testing.T) {
	const posters, each = 8, 24
	set := servertest.New(t, 3, 0)
	db, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "v.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := newServer(t, server.Config{Store: db, Manifest: set.Manifest, Matchers: []*sdk.Matcher{set.Matcher}})
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String() + "/v0/vouchers?account=ann&message="
	var raws [posters][each][]byte
	for i := range posters {
		for j := range each {
			raws[i][j] = set.Seal(servertest.Sealing{Account: "ann", Message: fmt.Sprint(i, ".", j), InSet: j%2 == 0})
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()

	var mu sync.Mutex
	acknowledged, refused := make(map[store.ID]bool), 0
	half := make(chan struct{})
	var wg sync.WaitGroup
	for i := range posters {
		wg.Go(func() {
			for j := range each {
				if i == 0 && j == each/2 {
					close(half)
				}
				resp, err := http.Post(base+fmt.Sprint(i, ".", j), "", bytes.NewReader(raws[i][j]))
				if err != nil {
					return // nobody listens any more, or the connection was closed before the request
				}
				answer, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				mu.Lock()
				switch {
				case err != nil:
					t.Errorf("an answer broke off: %v", err)
				case resp.StatusCode == 202:
					var id store.ID
					copy(id[:], raws[i][j][40:])
					acknowledged[id] = j%2 == 0
				case resp.StatusCode == 503:
					refused++
				default:
					t.Errorf("%s: %s", resp.Status, answer)
				}
				mu.Unlock()
			}
		})
	}
	<-half
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if len(acknowledged) == 0 || len(acknowledged) == posters*each {
		t.Fatalf("%d of %d were acknowledged: the server did not end in the middle", len(acknowledged), posters*each)
	}

	counts := func() (matches int) {
		t.Helper()
		for id := range acknowledged {
			v, err := db.Voucher(t.Context(), id)
			if err != nil {
				t.Fatalf("an acknowledged voucher is lost: %v", err)
			}
			if v.State == store.Match {
				matches++
			}
		}
		return matches
	}
	before := counts()
	w, err := match.New(match.Config{Store: db, Matchers: []*sdk.Matcher{set.Matcher}})
	if err != nil {
		t.Fatal(err)
	}
	// No lease is waited for: what the first server had claimed it has decided.
	if _, err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, inSet := range acknowledged {
		if inSet {
			want++
		}
	}
	if got := counts(); got != want {
		t.Errorf("%d matches of %d, %d of them before the end: some are lost, or wait for a lease of a batch that was torn", got, want, before)
	}
	c, err := db.Count(t.Context(), store.SetID(set.Manifest.ID()))
	if err != nil || c.Waiting != 0 || int(c.Matches) < want {
		t.Errorf("%+v, %v; want nothing waiting and %d matches or a few unacknowledged ones more", c, err, want)
	}
}
