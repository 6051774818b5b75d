package distribute

import (
	"net/http"
	"slices"
)

// allowOrigin lets pages of the configured origins read the answer (Fetch standard, section 3.2). Nothing here depends on who asks.
func (h *Handler) allowOrigin(w http.ResponseWriter, r *http.Request) {
	if len(h.cfg.Origins) == 0 {
		return
	}
	header := w.Header()
	origin := "*"
	if !slices.Contains(h.cfg.Origins, "*") {
		header.Add("Vary", "Origin")
		if origin = r.Header.Get("Origin"); !slices.Contains(h.cfg.Origins, origin) {
			return
		}
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Length, Content-Range, ETag")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// preflight answers a browser's question before a request with conditions or a range. Without allowOrigin's headers it is a refusal.
func preflight(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Allow", "GET, HEAD, OPTIONS")
	if header.Get("Access-Control-Allow-Origin") != "" {
		header.Set("Access-Control-Allow-Methods", "GET, HEAD")
		header.Set("Access-Control-Allow-Headers", "If-Match, If-None-Match, If-Range, Range")
		header.Set("Access-Control-Max-Age", "86400")
	}
	w.WriteHeader(http.StatusNoContent)
}
