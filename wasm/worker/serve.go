//go:build js && wasm

package main

import (
	"net/http"
	"strings"

	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/queues"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/problem"
)

// A handler answers one request, since each has an instance of its own.
type handler struct{}

// ServeHTTP implements [http.Handler].
func (handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, closeStore, err := newServer(r)
	if err != nil {
		log.ErrorContext(r.Context(), "the worker is not set up", "reason", err)
		problem.Unavailable.Write(w)
		return
	}
	defer closeStore()
	s.Handler().ServeHTTP(w, r)
}

// newServer puts together what the request needs: only vouchers need the manifest and the store.
func newServer(r *http.Request) (s *server.Server, closeStore func() error, err error) {
	set, err := openSet()
	if err != nil {
		return nil, nil, err
	}
	cfg := server.Config{SetFiles: set, Access: authority(), Stored: stored, Log: log}
	if origins := cloudflare.Getenv("ORIGINS"); origins != "" {
		cfg.Origins = strings.Split(origins, ",")
	}
	closeStore = func() error { return nil }
	if !strings.HasPrefix(r.URL.Path, "/set/") {
		db, err := openStore()
		if err != nil {
			return nil, nil, err
		}
		cfg.Store, closeStore = db, db.Close
		if cfg.Manifest, err = readManifest(r.Context(), set); err != nil {
			return nil, nil, err
		}
	}
	s, err = server.New(cfg)
	return s, closeStore, err
}

// authority lets in the keys of APPLICATIONS. Where that is missing or cannot be read it lets in nobody.
func authority() access.Authority {
	t, err := access.ParseTable([]byte(cloudflare.Getenv("APPLICATIONS")))
	if err != nil {
		log.Error("nobody may send vouchers", "reason", err)
	}
	return access.NewGate(t, nil)
}

// stored tells the matcher, after the answer has gone out. If that fails, the clock does it.
func stored() {
	queue, err := queues.NewProducer("MATCH")
	if err != nil {
		return // no queue is bound
	}
	cloudflare.WaitUntil(func() {
		if err := queue.SendText("vouchers"); err != nil {
			log.Warn("the matcher was not told of a voucher", "reason", err)
		}
	})
}
