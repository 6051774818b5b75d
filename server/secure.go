package server

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/server/problem"
)

// contentPolicy lets a page run this server's own scripts and WebAssembly, show pictures that it was given or made itself, and talk to nobody
// else. A page that was tampered with in transit or by an injected name could not send a picture away. Workers may be blobs, because the package makes
// its worker of a script that it has fetched and checked; only a script that runs already can make one.
const contentPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; worker-src 'self' blob:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// secure puts the headers on every answer, refuses other hosts' names, and turns a panic into an answer.
func secure(next http.Handler, cfg Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if cfg.Isolation == Isolated {
			header.Set("Cross-Origin-Opener-Policy", "same-origin")
			header.Set("Cross-Origin-Embedder-Policy", "require-corp")
		}
		a := &answer{ResponseWriter: w}
		defer a.recovered(r, cfg.Log)
		if !ownHost(r.Host, cfg.Hosts) {
			problem.Host.Write(a)
			return
		}
		if !oneForm(r.URL.Path) {
			problem.NotFound.Write(a)
			return
		}
		next.ServeHTTP(a, r)
	})
}

// An answer knows whether it has begun.
type answer struct {
	http.ResponseWriter
	begun  bool
	status int // of the answer that has begun; 0 for one that was not stated
}

func (a *answer) WriteHeader(status int) {
	if !a.begun && status >= 200 { // others announce that the answer will follow
		a.status = status
	}
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// ReadFrom lets the system send a file by itself.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	a.begun = true
	return io.Copy(a.ResponseWriter, r)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recovered turns a handler's panic into an answer, or where that has begun, into a connection that breaks off. The panic's text may hold what a request
// held, and stays out of the log.
func (a *answer) recovered(r *http.Request, log *slog.Logger) {
	switch v := recover(); {
	case v == nil:
		return
	case v == http.ErrAbortHandler:
		panic(v)
	default:
		log.ErrorContext(r.Context(), "defect: a handler has panicked", "path", r.URL.Path, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
	}
	if a.begun {
		panic(http.ErrAbortHandler)
	}
	problem.Internal.Write(a)
}

// oneForm reports whether a path is in the one form that names anything here. The mux would lead others to it by a redirect, but nobody has reason
// to ask in another.
func oneForm(p string) bool {
	return strings.HasPrefix(p, "/") && (p == "/" || path.Clean(p) == strings.TrimSuffix(p, "/"))
}

// ownHost checks a Host header against the configured names. Names compare without case (RFC 9110, section 4.2.3).
func ownHost(host string, hosts []string) bool {
	if len(hosts) == 0 {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) })
}
