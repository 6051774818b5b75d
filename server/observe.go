package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/console"
	"github.com/veilhash/veilhash/server/distribute"
	"github.com/veilhash/veilhash/server/ingest"
	"github.com/veilhash/veilhash/server/match"
)

// An Observer counts what the roles of a process do. Package metrics is one, for Prometheus; a Worker has none. Its calls must not block.
type Observer interface {
	ingest.Observer
	match.Observer

	// Request: a request to a route, one of a few words, was answered.
	Request(route string, status int, took time.Duration)
}

// routeOf is the word for an address: never the address, which may name anything.
func routeOf(path string) string {
	switch {
	case path == "/v0/vouchers":
		return "vouchers"
	case strings.HasPrefix(path, distribute.Prefix):
		return "set"
	case strings.HasPrefix(path, console.Prefix):
		return "console"
	case path == "/healthz", path == "/readyz":
		return "health"
	}
	return "other"
}

// observed tells the observer of requests.
func observed(next http.Handler, o Observer) http.Handler {
	if o == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		a := &answer{ResponseWriter: w}
		defer func() {
			status := a.status
			if status == 0 { // an empty answer, or a panic that has ended the connection
				status = http.StatusOK
			}
			o.Request(routeOf(r.URL.Path), status, time.Since(begin))
		}()
		next.ServeHTTP(a, r)
	})
}
