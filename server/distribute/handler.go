package distribute

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server/problem"
)

// Prefix is the address that the handler answers under.
const Prefix = "/set/"

// Config says which directory is handed out, and to whom.
type Config struct {
	// Dir is the set's directory, as package setdir writes it. It is looked at anew for each request, so a new set may be moved in its place.
	Dir string

	// Files are the set's files where they are not in a directory. Then Dir is not used.
	Files Files

	// Origins are the origins whose pages may fetch the files, each as a browser sends it ("https://example.org"), or "*" alone for any. None
	// means only pages of this server's own origin.
	Origins []string

	// Audience says who caches may give the files to.
	Audience Audience

	// Timeout is how long one answer may take. 0 means 10 minutes: a shard of 4 MiB at 56 kbit/s.
	Timeout time.Duration

	// Log takes a line for each file that should be there and cannot be read. nil means none.
	Log *slog.Logger
}

// Audience is whom a set's files are for.
type Audience int

const (
	// Everyone: any cache may keep the files.
	Everyone Audience = iota
	// Caller: only the caller's own cache may, as something before the handler has checked who calls.
	Caller
)

// caching is a Cache-Control header for the audience.
func (a Audience) caching(rest string) string {
	if a == Caller {
		return "private, " + rest
	}
	return "public, " + rest
}

// Files are a set's files, by name. Open fails with os.ErrNotExist for one that is not there.
type Files interface {
	Open(ctx context.Context, name string) (File, error)
}

// A File is open. Seeking costs nothing.
type File interface {
	io.ReadSeekCloser
	ModTime() time.Time
}

const defaultTimeout = 10 * time.Minute

// Handler is the http.Handler of the role.
type Handler struct{ cfg Config }

// ErrDir: the directory, or Files, is missing from the configuration.
var ErrDir = errors.New("distribute: no set directory")

// New returns the handler. The error is ErrDir.
func New(cfg Config) (*Handler, error) {
	switch {
	case cfg.Files != nil:
	case cfg.Dir == "":
		return nil, ErrDir
	default:
		cfg.Files = directory(cfg.Dir)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Handler{cfg}, nil
}

var shardName = regexp.MustCompile(`^[0-9a-f]{64}\.shard$`)

// maxManifest bounds what is read into memory; package blindset refuses longer ones.
const maxManifest = 1 << 20

// ServeHTTP implements [http.Handler], for addresses that begin with Prefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.allowOrigin(w, r)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		preflight(w)
		return
	default:
		problem.WriteMethod(w, http.MethodGet, http.MethodHead, http.MethodOptions)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(h.cfg.Timeout)) // fails only where there is no network
	name, under := strings.CutPrefix(r.URL.Path, Prefix)
	switch {
	case under && (name == setdir.ManifestName || name == setdir.EndorsementsName || name == setdir.ProofName):
		h.text(w, r, name)
	case under && shardName.MatchString(name):
		h.shard(w, r, name)
	default:
		problem.NotFound.Write(w)
	}
}

// text hands out the manifest or the endorsements.
func (h *Handler) text(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := h.open(w, r, name)
	if !ok {
		return
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil || len(text) > maxManifest {
		h.broken(w, r, name, err)
		return
	}
	digest := sha256.Sum256(text) // of a manifest, the set's identity
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", h.cfg.Audience.caching("no-cache"))
	header.Set("ETag", `"`+hex.EncodeToString(digest[:])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

func (h *Handler) shard(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := h.open(w, r, name)
	if !ok {
		return
	}
	defer f.Close()
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Cache-Control", h.cfg.Audience.caching("max-age=31536000, immutable, no-transform"))
	header.Set("ETag", `"`+strings.TrimSuffix(name, ".shard")+`"`)
	http.ServeContent(w, r, "", f.ModTime(), f)
}

// open opens a file of the set. Where it cannot it answers, and ok is false.
func (h *Handler) open(w http.ResponseWriter, r *http.Request, name string) (f File, ok bool) {
	f, err := h.cfg.Files.Open(r.Context(), name)
	if errors.Is(err, os.ErrNotExist) && name != setdir.ManifestName {
		problem.NotFound.Write(w)
		return nil, false
	}
	if err != nil {
		h.broken(w, r, name, err)
		return nil, false
	}
	return f, true
}

// broken answers for a file that ought to be there.
func (h *Handler) broken(w http.ResponseWriter, r *http.Request, name string, err error) {
	h.cfg.Log.ErrorContext(r.Context(), "set file cannot be read", "file", name, "reason", err)
	problem.SetUnavailable.Write(w)
}
