package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/console"
	"github.com/veilhash/veilhash/server/distribute"
	"github.com/veilhash/veilhash/server/ingest"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/openapi"
	"github.com/veilhash/veilhash/server/problem"
	"github.com/veilhash/veilhash/server/static"
)

// A Server is the roles of one process.
type Server struct {
	cfg      Config
	handler  http.Handler
	worker   *match.Worker // nil where the process does not match
	draining atomic.Bool
}

// New puts the roles together. Nothing runs yet. Errors are ErrConfig and those of the roles.
func New(cfg Config) (*Server, error) {
	if !cfg.valid() {
		return nil, ErrConfig
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg}
	if len(cfg.Matchers) > 0 {
		w, err := match.New(match.Config{Store: cfg.Store, Matchers: cfg.Matchers, TestAccounts: cfg.TestAccounts, Observer: cfg.Observer, Log: cfg.Log.With("role", "match")})
		if err != nil {
			return nil, err
		}
		s.worker = w
	}
	mux, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = observed(secure(mux, cfg), cfg.Observer)
	return s, nil
}

// Handler answers requests for all roles that do.
func (s *Server) Handler() http.Handler { return s.handler }

// Run serves on l and matches until ctx ends; then it takes no more requests, finishes those it has and the batch at hand, and returns nil. It closes l. The error is
// that of the listener.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	matched := make(chan struct{})
	go func() {
		defer close(matched)
		if s.worker != nil {
			s.worker.Run(ctx)
		}
	}()
	stop := context.AfterFunc(ctx, func() { s.draining.Store(true) })
	defer stop()
	err := Serve(ctx, l, s.handler, s.cfg.Log)
	cancel()
	<-matched
	return err
}

func (s *Server) routes() (*http.ServeMux, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", s.health)
	mux.HandleFunc("/readyz", s.ready)
	mux.Handle(openapi.Path, openapi.Handler())
	if s.cfg.ingests() {
		if err := s.routeVouchers(mux); err != nil {
			return nil, err
		}
	}
	if s.cfg.Console == OpenConsole {
		h, err := console.New(console.Config{Store: s.cfg.Store, Manifest: s.cfg.Manifest, Access: s.cfg.Access, TestAccounts: s.cfg.TestAccounts, Log: s.cfg.Log.With("role", "console")})
		if err != nil {
			return nil, err
		}
		mux.Handle(console.Prefix, h)
	}
	if s.cfg.SetDir != "" || s.cfg.SetFiles != nil {
		audience := distribute.Everyone
		if s.cfg.SetAccess == KeyedSet {
			audience = distribute.Caller
		}
		h, err := distribute.New(distribute.Config{Audience: audience, Dir: s.cfg.SetDir, Files: s.cfg.SetFiles, Origins: s.cfg.Origins, Log: s.cfg.Log.With("role", "distribute")})
		if err != nil {
			return nil, err
		}
		mux.Handle(distribute.Prefix, s.guardSet(h))
	}
	for name, folder := range s.cfg.Folders {
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name, static.Handler(folder)))
	}
	if s.cfg.Page != nil {
		mux.Handle("/", static.Handler(s.cfg.Page))
	} else {
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { problem.NotFound.Write(w) })
	}
	// What is not a role of this process must not fall through to the page.
	mux.HandleFunc("/v0/", func(w http.ResponseWriter, _ *http.Request) { problem.NotFound.Write(w) })
	return mux, nil
}

// guardSet lets only keys fetch the set, where that is asked for. A browser's question before a request has no key, and the answer says nothing of the set.
func (s *Server) guardSet(h http.Handler) http.Handler {
	if s.cfg.SetAccess != KeyedSet {
		return h
	}
	guarded := access.Guard(s.cfg.Access, access.ReadSet, s.cfg.Log.With("role", "distribute"), h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			h.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// limiter is nil where nothing can be limited.
func (s *Server) limiter() *limit.Limiter {
	if s.cfg.Access == nil && s.cfg.Limits == (limit.Limits{}) {
		return nil
	}
	return limit.New(limit.Config{Default: s.cfg.Limits})
}

// routeVouchers adds ingest.
func (s *Server) routeVouchers(mux *http.ServeMux) error {
	var sets []ingest.Set
	for _, p := range append([]PreviousSet{{Manifest: s.cfg.Manifest}}, s.cfg.Previous...) {
		set, err := ingest.NewSet(p.Manifest)
		if err != nil {
			return err
		}
		set.Until = p.Until
		sets = append(sets, set)
	}
	cfg := ingest.Config{Store: s.cfg.Store, Sets: sets, Access: s.cfg.Access, Limiter: s.limiter(), Log: s.cfg.Log.With("role", "ingest")}
	cfg.Stored = s.cfg.Stored
	cfg.Observer = s.cfg.Observer
	if s.worker != nil {
		cfg.Stored = s.worker.Wake
	}
	in, err := ingest.New(cfg)
	if err != nil {
		return err
	}
	mux.Handle("/v0/vouchers", in)
	return nil
}
