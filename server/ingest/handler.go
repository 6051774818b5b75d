package ingest

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/internal/redact"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/problem"
	"github.com/veilhash/veilhash/server/store"
)

// Config says what is taken and where it goes. Fields without a stated default are required.
type Config struct {
	Store store.Inbox

	// Sets are those whose vouchers are taken.
	Sets []Set

	// Access names the application that sends a request, which must have the scope access.WriteVouchers. nil takes requests from everyone, under the empty name: for
	// demonstrations only.
	Access access.Authority

	// Limiter says how much an application and each of its accounts may send. nil means as much as they like.
	Limiter *limit.Limiter

	// Stored, unless nil, is called after a new voucher has been kept. It must not block.
	Stored func()

	// Observer, unless nil, is told how each request was answered.
	Observer Observer

	// Concurrent is how many requests are taken at once. 0 means 4096, or fewer if their bodies could exceed 256 MiB.
	Concurrent int

	// BodyTimeout is how long a body may take. 0 means 10 seconds.
	BodyTimeout time.Duration

	// Clock tells the time; nil means time.Now.
	Clock func() time.Time

	// Log takes a line for each refusal (and, at debug level, each voucher): the code and a tag for the account, never a payload, a key or a full account. nil
	// means none.
	Log *slog.Logger
}

// An Observer counts. Its calls must not block, come from many goroutines, and say nothing of who has sent what.
type Observer interface {
	// Body: so many bytes of a voucher were read.
	Body(bytes int)

	// Answered: a request has been answered. result is "stored", "repeated", or the code of the refusal.
	Answered(result string)
}

type nobody struct{}

func (nobody) Body(int)        {}
func (nobody) Answered(string) {}

const (
	defaultConcurrent  = 4096
	defaultBodyTimeout = 10 * time.Second
	maxBodies          = 256 << 20 // bytes of bodies in memory, where Concurrent is not set
)

// ErrConfig: the store or every set is missing.
var ErrConfig = errors.New("ingest: a store and at least one set are required")

// Handler is the http.Handler of the role.
type Handler struct {
	cfg   Config
	sets  map[store.SetID]Set
	max   int           // bytes of the longest voucher
	slots chan struct{} // one for each request that is being taken
}

// New returns the handler. The error is ErrConfig.
func New(cfg Config) (*Handler, error) {
	if cfg.Store == nil || len(cfg.Sets) == 0 {
		return nil, ErrConfig
	}
	h := &Handler{cfg: cfg, sets: make(map[store.SetID]Set)}
	for _, s := range cfg.Sets {
		h.sets[s.ID] = s
		h.max = max(h.max, s.Size)
	}
	if cfg.Concurrent == 0 {
		cfg.Concurrent = max(1, min(defaultConcurrent, maxBodies/h.max))
	}
	h.slots = make(chan struct{}, cfg.Concurrent)
	if cfg.BodyTimeout == 0 {
		h.cfg.BodyTimeout = defaultBodyTimeout
	}
	if cfg.Observer == nil {
		h.cfg.Observer = nobody{}
	}
	if cfg.Clock == nil {
		h.cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		h.cfg.Log = slog.New(slog.DiscardHandler)
	}
	return h, nil
}

// ServeHTTP implements [http.Handler]. It answers whatever address it is mounted at.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		problem.WriteMethod(w, http.MethodPost)
		return
	}
	grant, err := h.authorize(r)
	if err != nil {
		h.refuse(w, r, access.Problem(err), "app", grant.App, "reason", err)
		return
	}
	take := limit.Taking{App: grant.App, Limits: grant.Limits, Bytes: h.max}
	if r.ContentLength >= 0 {
		take.Bytes = int(min(r.ContentLength, int64(h.max)))
	}
	binding, err := parseBinding(r.URL.RawQuery)
	if err != nil {
		h.refuse(w, r, cmp.Or(h.take(take), problem.Query), "app", grant.App)
		return
	}
	account := store.Account{App: grant.App, Name: binding.Account}
	who := []any{"app", grant.App, "account", redact.Account(account)}

	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		h.refuse(w, r, problem.Busy, who...)
		return
	}
	take.Account = account.Name
	if p := h.take(take); p.Status != 0 {
		h.refuse(w, r, p, who...)
		return
	}
	raw, p := h.readBody(w, r)
	if p != nil {
		h.refuse(w, r, *p, who...)
		return
	}
	h.cfg.Observer.Body(len(raw))
	v, err := h.parse(raw, binding)
	if err != nil {
		p := problem.Of(err)
		if errors.Is(err, ErrRetired) {
			p = problem.SetRetired
		}
		h.refuse(w, r, p, who...)
		return
	}
	receipt, err := h.cfg.Store.Put(r.Context(), store.Voucher{
		ID: store.RecordID(grant.App, v.ID), Account: account, Message: binding.Message, Set: h.sets[v.SetID].Origin, Raw: v.Bytes(), Received: h.cfg.Clock(),
	})
	if err != nil {
		p := problem.Of(err)
		if p.RetryAfter > 0 && h.cfg.Limiter != nil {
			h.cfg.Limiter.GiveBack(take) // the client is to come again for no fault of its own
		}
		h.refuse(w, r, p, append(who, "voucher", v.ID.String(), "reason", err)...)
		return
	}
	h.cfg.Log.DebugContext(r.Context(), "voucher accepted", append(who, "voucher", v.ID.String(), "repeated", receipt == store.Repeated)...)
	h.cfg.Observer.Answered(results[receipt])
	if receipt == store.Stored && h.cfg.Stored != nil {
		h.cfg.Stored()
	}
	problem.WriteJSON(w, http.StatusAccepted, struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}{v.ID.String(), "accepted"})
}

// results are the words for what became of a voucher that was accepted.
var results = map[store.Receipt]string{store.Stored: "stored", store.Repeated: "repeated"}

func (h *Handler) authorize(r *http.Request) (access.Grant, error) {
	if h.cfg.Access == nil {
		return access.Grant{}, nil
	}
	return h.cfg.Access.Authorize(r, access.WriteVouchers)
}

// take takes a request out of what its application and account may send. The problem is empty if it may.
func (h *Handler) take(t limit.Taking) (p problem.Problem) {
	if h.cfg.Limiter == nil {
		return p
	}
	if wait := h.cfg.Limiter.Take(t); wait > 0 {
		p = problem.Rate
		p.RetryAfter = wait
	}
	return p
}

// parse checks all of a voucher that can be checked without a key.
func (h *Handler) parse(raw []byte, b voucher.Binding) (*voucher.Voucher, error) {
	v, err := voucher.Parse(raw)
	if err != nil {
		return nil, err
	}
	set, served := h.sets[v.SetID]
	if !served {
		return nil, voucher.ErrSet
	}
	if err := set.check(v, h.cfg.Clock()); err != nil {
		return nil, err
	}
	if v.Binding != b.Digest() {
		return nil, voucher.ErrBinding
	}
	return v, nil
}

// refuse answers and logs. Server-side failures are warnings, a client's are not worth more than a note.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, p problem.Problem, attrs ...any) {
	level := slog.LevelInfo
	if p.Status >= 500 {
		level = slog.LevelWarn
	}
	h.cfg.Log.Log(r.Context(), level, "voucher refused", append(attrs, "code", p.Code)...)
	h.cfg.Observer.Answered(p.Code)
	p.Write(w)
}
