package ingest

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/veilhash/veilhash/server/problem"
)

// readBody reads a body that must be no longer than the longest voucher, and must come in time.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *problem.Problem) {
	if t := r.Header.Get("Content-Type"); t != "" && t != "application/octet-stream" || r.Header.Get("Content-Encoding") != "" {
		return nil, &problem.MediaType
	}
	if r.ContentLength > int64(h.max) {
		w.Header().Set("Connection", "close") // rather than read what is not wanted
		return nil, &problem.BodySize
	}
	// Only a writer that cannot set deadlines fails here: one of a test, which has no network to be slow.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.cfg.BodyTimeout))
	raw, err := readAll(http.MaxBytesReader(w, r.Body, int64(h.max)), r.ContentLength)
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		return raw, nil
	case errors.As(err, &tooLong):
		return nil, &problem.BodySize
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &problem.BodyTimeout
	}
	return nil, &problem.Incomplete
}

// readAll reads to the end, into one piece where the length is known.
func readAll(body io.Reader, length int64) ([]byte, error) {
	if length < 0 {
		return io.ReadAll(body)
	}
	raw := make([]byte, length)
	if _, err := io.ReadFull(body, raw); err != nil {
		return nil, err
	}
	return raw, nil
}
