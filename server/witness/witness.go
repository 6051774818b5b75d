package witness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server/translog"
)

// Config says who the witness is and which logs it watches.
type Config struct {
	Signer *translog.Signer // of algorithm tlog.CosignatureV1. Required
	Logs   []*tlog.Key      // of algorithm tlog.Ed25519; several may be of one name. Required
	Dir    string           // where it remembers. Required

	// Clock tells the time; nil means time.Now.
	Clock func() time.Time

	// Log takes a line for every checkpoint that is cosigned or refused; nil means none.
	Log *slog.Logger
}

// Errors of a configuration, and of a memory that cannot be trusted.
var (
	// ErrConfig: signer, logs or directory are missing or of the wrong kind.
	ErrConfig = errors.New("witness: a cosigning key, logs and a directory are all required")

	// ErrState: what the witness remembers of a log is damaged. It must not go on with this key.
	ErrState = errors.New("witness: the memory of a log is damaged")
)

// Handler is the http.Handler of a witness; it answers POST …/add-checkpoint.
type Handler struct {
	cfg Config
	mu  sync.Mutex // one checkpoint at a time: what is seen, checked and written must not change in between
}

// New returns the handler. It reads what it remembers once, so that damage shows at the start. Errors are ErrConfig, ErrState and those of the directory.
func New(cfg Config) (*Handler, error) {
	if cfg.Signer == nil || cfg.Signer.Key().Algorithm != tlog.CosignatureV1 || len(cfg.Logs) == 0 || cfg.Dir == "" {
		return nil, ErrConfig
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	h := &Handler{cfg: cfg}
	for _, k := range cfg.Logs {
		if k.Algorithm != tlog.Ed25519 {
			return nil, ErrConfig
		}
		if _, err := h.load(k.Name); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// maxBody holds 63 hashes and a checkpoint with many signatures.
const maxBody = 1 << 16

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if filepath.Base(r.URL.Path) != "add-checkpoint" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "checkpoints are added with POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body could not be read, or is longer than 64 KiB", http.StatusBadRequest)
		return
	}
	answer, refusal := h.add(r.Context(), body)
	if refusal != nil {
		if refusal.size { // every log is told now and then
			w.Header().Set("Content-Type", "text/x.tlog.size")
			w.WriteHeader(refusal.status)
			_, _ = io.WriteString(w, refusal.text)
			return
		}
		h.cfg.Log.Warn("refused", "status", refusal.status, "why", refusal.text)
		http.Error(w, refusal.text, refusal.status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(answer)
}

// A refusal is an answer other than a cosignature.
type refusal struct {
	status int
	text   string
	size   bool // the text is the size of the tree that was seen last
}

// add is the order of checks of tlog-witness.
func (h *Handler) add(_ context.Context, body []byte) ([]byte, *refusal) {
	req, err := translog.ParseAddCheckpoint(body)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "not an add-checkpoint request", false}
	}
	n, err := tlog.ParseNote(req.Checkpoint)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "the checkpoint is no signed note", false}
	}
	c, err := tlog.ParseCheckpoint(n.Text)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "the note is no checkpoint", false}
	}
	switch err := h.known(c.Origin, n); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &refusal{http.StatusNotFound, "this witness does not watch the log " + strconv.Quote(c.Origin), false}
	case err != nil:
		return nil, &refusal{http.StatusForbidden, "the checkpoint is not signed by a key of its log that this witness knows", false}
	}
	if req.Old > c.Size {
		return nil, &refusal{http.StatusBadRequest, "the old size is larger than the checkpoint's", false}
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	before, err := h.load(c.Origin)
	if err != nil {
		return nil, &refusal{http.StatusInternalServerError, "this witness cannot read what it remembers", false}
	}
	if req.Old != before.Size {
		return nil, &refusal{http.StatusConflict, strconv.FormatUint(before.Size, 10) + "\n", true}
	}
	if before.Size == c.Size && before.Size > 0 && before.Root != c.Root {
		h.cfg.Log.Error("FORK: two trees of one size", "log", c.Origin, "size", c.Size, "checkpoint", string(req.Checkpoint))
		return nil, &refusal{http.StatusConflict, "this witness has cosigned another tree of this size: the log has forked", false}
	}
	if before.Size > 0 {
		err = tlog.VerifyConsistency(req.Proof, before.Size, c.Size, before.Root, c.Root)
	} else if len(req.Proof) > 0 {
		err = tlog.ErrConsistency
	}
	if err != nil {
		h.cfg.Log.Error("no consistency", "log", c.Origin, "size", c.Size, "seen", before.Size, "checkpoint", string(req.Checkpoint))
		return nil, &refusal{http.StatusUnprocessableEntity, "the proof does not show that the tree continues the one that this witness cosigned", false}
	}
	if err := h.save(c.Origin, n.Text); err != nil {
		h.cfg.Log.Error("cannot write", "err", err)
		return nil, &refusal{http.StatusInternalServerError, "this witness cannot write what it has to remember", false}
	}
	line := h.cfg.Signer.Sign(n.Text, uint64(h.cfg.Clock().Unix()))
	h.cfg.Log.Info("cosigned", "log", c.Origin, "size", c.Size)
	return line.AppendText(nil), nil
}

// known reports whether a checkpoint is signed by a key of its log: fs.ErrNotExist for a log that is not watched.
func (h *Handler) known(origin string, n *tlog.Note) error {
	err := fs.ErrNotExist
	for _, k := range h.cfg.Logs {
		if k.Name == origin {
			if err = n.Verify(k); err == nil {
				return nil
			}
		}
	}
	return err
}

func (h *Handler) path(origin string) string {
	name := sha256.Sum256([]byte(origin))
	return filepath.Join(h.cfg.Dir, hex.EncodeToString(name[:])+".checkpoint")
}

// load is the checkpoint that was cosigned last; of size 0 if there is none.
func (h *Handler) load(origin string) (*tlog.Checkpoint, error) {
	b, err := os.ReadFile(h.path(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return new(tlog.Checkpoint), nil
	}
	if err != nil {
		return nil, err
	}
	c, err := tlog.ParseCheckpoint(string(b))
	if err != nil || c.Origin != origin {
		return nil, fmt.Errorf("%w: %s", ErrState, h.path(origin))
	}
	return c, nil
}

// save remembers a checkpoint; when it returns, that is on disk.
func (h *Handler) save(origin, text string) error {
	name := h.path(origin)
	f, err := os.CreateTemp(h.cfg.Dir, ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(h.cfg.Dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
