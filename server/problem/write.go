package problem

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Write answers with the problem.
func (p Problem) Write(w http.ResponseWriter) {
	if p.RetryAfter > 0 {
		seconds := (p.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	switch p.Status { // RFC 6750, section 3
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusForbidden:
		w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
	}
	WriteJSON(w, p.Status, struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}{p.Code, p.Sentence})
}

// WriteMethod answers that only these methods are for the address.
func WriteMethod(w http.ResponseWriter, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	Method.Write(w)
}

// WriteJSON answers with a value, which must be one that JSON can hold. Answers of the API are never to be cached.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic("problem: " + err.Error()) // a type that JSON cannot hold
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}
