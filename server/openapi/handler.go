package openapi

import (
	_ "embed"
	"net/http"
	"strconv"

	"github.com/veilhash/veilhash/server/problem"
)

// Path is the address of the description.
const Path = "/v0/openapi.json"

//go:embed openapi.json
var description string

// Text is the description.
func Text() string { return description }

// Handler hands it out.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			problem.WriteMethod(w, http.MethodGet, http.MethodHead)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Length", strconv.Itoa(len(description)))
		if r.Method == http.MethodGet {
			w.Write([]byte(description))
		}
	})
}
