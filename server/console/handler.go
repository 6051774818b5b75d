package console

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/problem"
	"github.com/veilhash/veilhash/server/store"
)

// Prefix is the address that the handler answers under.
const Prefix = "/v0/console/"

// Config says what is shown. Fields without a stated default are required.
type Config struct {
	Store    store.Records
	Manifest *blindset.Manifest // of the set that status is about

	// Access names the application that asks, which must have the scope access.ReadConsole, and is shown what is its own. nil shows what came without
	// credentials to everyone: for demonstrations only.
	Access access.Authority

	// TestAccounts are accounts of nobody (see package match). Answers about their vouchers say so.
	TestAccounts []store.Account

	// Log takes a line for each failure of the store. nil means none.
	Log *slog.Logger
}

// ErrConfig: store or manifest is missing.
var ErrConfig = errors.New("console: store and manifest are required")

// Handler is the http.Handler of the role.
type Handler struct {
	cfg Config
	set store.SetID
}

// New returns the handler. The error is ErrConfig.
func New(cfg Config) (*Handler, error) {
	if cfg.Store == nil || cfg.Manifest == nil {
		return nil, ErrConfig
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Handler{cfg, store.SetID(cfg.Manifest.Origin().ID)}, nil
}

// ServeHTTP implements [http.Handler], for addresses that begin with Prefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		problem.WriteMethod(w, http.MethodGet, http.MethodHead)
		return
	}
	app, err := h.authorize(r)
	if err != nil {
		p := access.Problem(err)
		h.cfg.Log.InfoContext(r.Context(), "console refused", "app", app, "code", p.Code, "reason", err)
		p.Write(w)
		return
	}
	var answer any
	name, _ := strings.CutPrefix(r.URL.Path, Prefix)
	id, isVoucher := strings.CutPrefix(name, "vouchers/")
	switch {
	case name == "status":
		answer, err = h.status(r.Context(), app)
	case name == "accounts":
		account := r.URL.Query()["account"]
		if len(account) != 1 {
			problem.Query.Write(w)
			return
		}
		answer, err = h.account(r.Context(), store.Account{App: app, Name: account[0]})
	case isVoucher:
		answer, err = h.voucher(r.Context(), app, id)
	default:
		err = store.ErrNotFound
	}
	if err != nil {
		p := problem.Of(err)
		if p.Status >= 500 {
			h.cfg.Log.ErrorContext(r.Context(), "console cannot read the store", "reason", err)
		}
		p.Write(w)
		return
	}
	problem.WriteJSON(w, http.StatusOK, answer)
}

func (h *Handler) authorize(r *http.Request) (app string, err error) {
	if h.cfg.Access == nil {
		return "", nil
	}
	grant, err := h.cfg.Access.Authorize(r, access.ReadConsole)
	return grant.App, err
}

// parseID reads a voucher's id in its one form, 32 lower-case digits.
func parseID(text string) (id voucher.ID, ok bool) {
	if len(text) != 2*len(id) || strings.ToLower(text) != text {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(text))
	return id, err == nil
}
