package server

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server/problem"
)

// readyTimeout is how long the store may take to say that it is well.
const readyTimeout = 3 * time.Second

type healthAnswer struct {
	Status string `json:"status"`
}

// health: the process lives. Restarting it for anything else would not help.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if isRead(w, r) {
		problem.WriteJSON(w, http.StatusOK, healthAnswer{"ok"})
	}
}

// ready: requests may be sent here.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if !isRead(w, r) {
		return
	}
	if s.draining.Load() {
		problem.Draining.Write(w)
		return
	}
	if s.cfg.Store != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := s.cfg.Store.Ping(ctx); err != nil {
			s.cfg.Log.WarnContext(r.Context(), "not ready: the store does not answer", "reason", err)
			problem.Unavailable.Write(w)
			return
		}
	}
	// A process that takes vouchers goes on doing so: what nobody matches yet waits in the store, and the log and the metrics say so.
	if s.worker != nil && !s.cfg.ingests() {
		if err := s.worker.Failing(); err != nil {
			s.cfg.Log.WarnContext(r.Context(), "not ready: matching fails", "reason", err)
			problem.Unavailable.Write(w)
			return
		}
	}
	if err := s.setReadable(r.Context()); err != nil {
		s.cfg.Log.WarnContext(r.Context(), "not ready: the set cannot be read", "reason", err)
		problem.SetUnavailable.Write(w)
		return
	}
	problem.WriteJSON(w, http.StatusOK, healthAnswer{"ok"})
}

// setReadable reports why the set that is handed out cannot be.
func (s *Server) setReadable(ctx context.Context) error {
	switch {
	case s.cfg.SetFiles != nil:
		f, err := s.cfg.SetFiles.Open(ctx, setdir.ManifestName)
		if err != nil {
			return err
		}
		return f.Close()
	case s.cfg.SetDir != "":
		_, err := os.Stat(filepath.Join(s.cfg.SetDir, setdir.ManifestName))
		return err
	}
	return nil
}

func isRead(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	problem.WriteMethod(w, http.MethodGet, http.MethodHead)
	return false
}
