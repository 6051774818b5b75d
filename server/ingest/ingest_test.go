package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/ingest"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// A fixture is a handler over a store in memory.
type fixture struct {
	t   testing.TB
	set *servertest.Set
	cfg ingest.Config
	log bytes.Buffer
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{t: t, set: servertest.New(t, 1, 0)}
	shape, err := ingest.NewSet(f.set.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	f.cfg = ingest.Config{
		Store: storetest.NewMemory(), Sets: []ingest.Set{shape},
		Log: slog.New(slog.NewTextHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return f
}

func (f *fixture) handler() http.Handler {
	f.t.Helper()
	h, err := ingest.New(f.cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return h
}

func (f *fixture) seal(message string) []byte {
	return f.set.Seal(servertest.Sealing{Account: "ann", Message: message, InSet: true})
}

func target(account, message string) string {
	return "/v0/vouchers?" + url.Values{"account": {account}, "message": {message}}.Encode()
}

// post sends a voucher of ann's.
func post(h http.Handler, message string, body io.Reader) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", target("ann", message), body))
	return w
}

// code is the status and code of a refusal, "409 voucher-conflict".
func code(w *httptest.ResponseRecorder) string {
	var a struct{ Code, Error string }
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code >= 400 && (a.Code == "" || a.Error == "") {
		return fmt.Sprintf("%d with a malformed body %q", w.Code, w.Body)
	}
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", a.Code))
}

func TestKeeps(t *testing.T) {
	f := newFixture(t)
	now := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	f.cfg.Clock = func() time.Time { return now }
	woken := 0
	f.cfg.Stored = func() { woken++ }
	f.cfg.Access = access.Func(func(*http.Request, access.Scope) (string, error) { return "chat", nil })
	h := f.handler()
	raw := f.seal("m1")
	for range 3 {
		if w := post(h, "m1", bytes.NewReader(raw)); w.Code != 202 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if woken != 1 {
		t.Errorf("Stored was called %d times for one voucher", woken)
	}
	v, err := voucher.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.cfg.Store.(store.Store).Voucher(context.Background(), store.RecordID("chat", v.ID))
	if err != nil || got.Account != (store.Account{App: "chat", Name: "ann"}) || got.Message != "m1" || got.Set != v.SetID ||
		!bytes.Equal(got.Raw, raw) || !got.Received.Equal(now) || got.State != store.Pending {
		t.Errorf("kept as %+v, %v", got, err)
	}
}

// Without its length in advance a body is read as well, and no further than a voucher goes.
func TestChunked(t *testing.T) {
	f := newFixture(t)
	h := f.handler()
	raw := f.seal("m1")
	if w := post(h, "m1", io.MultiReader(bytes.NewReader(raw))); w.Code != 202 {
		t.Errorf("a whole voucher: %s", code(w))
	}
	read := 0
	endless := readerFunc(func(b []byte) (int, error) {
		read += len(b)
		return len(b), nil
	})
	if w := post(h, "m1", endless); code(w) != "413 body-size" {
		t.Errorf("an endless body: %s", code(w))
	}
	if read > 64<<10 {
		t.Errorf("%d bytes of an endless body were read", read)
	}
	broken := io.MultiReader(bytes.NewReader(raw[:100]), readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))
	if w := post(h, "m1", broken); code(w) != "400 body-incomplete" {
		t.Errorf("a body that breaks off: %s", code(w))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestAuthenticate(t *testing.T) {
	f := newFixture(t)
	f.cfg.Access = access.Func(func(r *http.Request, _ access.Scope) (string, error) {
		switch r.Header.Get("Authorization") {
		case "Bearer right":
			return "chat", nil
		case "Bearer reader":
			return "chat", access.ErrForbidden
		}
		return "", errors.New("no such key")
	})
	h := f.handler()
	raw := f.seal("m1")
	if w := post(h, "m1", bytes.NewReader(raw)); code(w) != "401 unauthorized" || strings.Contains(w.Body.String(), "no such key") {
		t.Errorf("without credentials: %s %s", code(w), w.Body)
	}
	for key, want := range map[string]string{"right": "202", "reader": "403 forbidden", "wrong": "401 unauthorized"} {
		r := httptest.NewRequest("POST", target("ann", "m1"), bytes.NewReader(raw))
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if code(w) != want || (w.Header().Get("WWW-Authenticate") != "") != (w.Code != 202) {
			t.Errorf("with the %s credentials: %s, %v", key, code(w), w.Header())
		}
	}
}

// failing is an inbox that cannot.
type failing struct{ err error }

func (f failing) Put(context.Context, store.Voucher) (store.Receipt, error) { return 0, f.err }
func (f failing) Ping(context.Context) error                                { return f.err }

func TestStoreFails(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		err   error
		want  string
		retry bool
	}{
		{store.ErrBusy, "429 busy", true},
		{fmt.Errorf("wrapped: %w", store.ErrBusy), "429 busy", true},
		{store.ErrClosed, "503 draining", true},
		{store.ErrConflict, "409 voucher-conflict", false},
		{errors.New("the disk is full"), "503 unavailable", true},
		{context.DeadlineExceeded, "503 unavailable", true},
	} {
		f.cfg.Store = failing{c.err}
		w := post(f.handler(), "m1", bytes.NewReader(f.seal("m1")))
		if got := code(w); got != c.want || (w.Header().Get("Retry-After") != "") != c.retry || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%v: %s, Retry-After %q, want %s", c.err, got, w.Header().Get("Retry-After"), c.want)
		}
	}
	if !strings.Contains(f.log.String(), "level=WARN") || !strings.Contains(f.log.String(), "the disk is full") {
		t.Errorf("the store's failure is not in the log:\n%s", &f.log)
	}
}

// TestSlots: beyond the number of requests that are taken at once the answer is 429, at once; the others are not harmed.
func TestSlots(t *testing.T) {
	f := newFixture(t)
	f.cfg.Concurrent = 2
	h := f.handler()
	raw := f.seal("m1")
	reading, finish := make(chan struct{}), make(chan struct{})
	answers := make(chan string, 2)
	for range 2 {
		first := true
		body := readerFunc(func(b []byte) (int, error) {
			if first {
				first = false
				reading <- struct{}{}
				<-finish
				return copy(b, raw[:10]), nil
			}
			return 0, io.ErrUnexpectedEOF
		})
		go func() { answers <- code(post(h, "m1", body)) }()
	}
	<-reading
	<-reading
	w := post(h, "m1", bytes.NewReader(raw))
	if code(w) != "429 busy" || w.Header().Get("Retry-After") == "" {
		t.Errorf("a third request: %s", code(w))
	}
	close(finish)
	for range 2 {
		if got := <-answers; got != "400 body-incomplete" {
			t.Errorf("a slow request: %s", got)
		}
	}
	if w := post(h, "m1", bytes.NewReader(raw)); w.Code != 202 {
		t.Errorf("when there is room again: %s", code(w))
	}
}

// TestSlowClient: a body that trickles is given up, over a real connection.
func TestSlowClient(t *testing.T) {
	f := newFixture(t)
	f.cfg.BodyTimeout = 50 * time.Millisecond
	srv := httptest.NewServer(f.handler())
	defer srv.Close()
	body, write := io.Pipe() // of which never more than the beginning comes
	defer write.Close()
	go write.Write(f.seal("m1")[:100])
	client := &http.Client{Timeout: 30 * time.Second}
	resp, err := client.Post(srv.URL+target("ann", "m1"), "application/octet-stream", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout || resp.Header.Get("Retry-After") == "" {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestNames(t *testing.T) {
	f := newFixture(t)
	h := f.handler()
	long := strings.Repeat("n", ingest.MaxName)
	for name, want := range map[string]string{
		long: "422 binding", long + "n": "400 query", "": "400 query", "a\nb": "400 query", "a\x7fb": "400 query", "a\u0085b": "400 query",
		"\xff": "400 query", "'; DROP TABLE vouchers; --": "422 binding", "日本": "422 binding",
	} {
		for _, target := range []string{target(name, "m1"), target("ann", name)} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("POST", target, bytes.NewReader(f.seal("other"))))
			if got := code(w); got != want {
				t.Errorf("%.40q: %s, want %s", name, got, want)
			}
		}
	}
}

// TestLogs: a line for each request, with neither account nor payload in it.
func TestLogs(t *testing.T) {
	f := newFixture(t)
	h := f.handler()
	raw := f.seal("m1")
	post(h, "m1", bytes.NewReader(raw))
	post(h, "message-name", bytes.NewReader(raw))
	post(h, "m1", bytes.NewReader(raw[:500]))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", target("account-name", "message-name")+"&x=secret-query", nil))
	lines := strings.Split(strings.TrimSpace(f.log.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines for 4 requests:\n%s", len(lines), &f.log)
	}
	for i, want := range []string{"accepted", "code=binding", "code=voucher-format", "code=query"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d does not say %s: %s", i, want, lines[i])
		}
	}
	for _, secret := range []string{"ann", "account-name", "message-name", "secret", fmt.Sprintf("%x", raw[100:110])} {
		if strings.Contains(f.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &f.log)
		}
	}
}

func TestConfig(t *testing.T) {
	f := newFixture(t)
	noStore, noSets := f.cfg, f.cfg
	noStore.Store, noSets.Sets = nil, nil
	for _, cfg := range []ingest.Config{noStore, noSets} {
		if _, err := ingest.New(cfg); !errors.Is(err, ingest.ErrConfig) {
			t.Errorf("%v, want ErrConfig", err)
		}
	}
	m := *f.set.Manifest
	m.Scheme = "none"
	if _, err := ingest.NewSet(&m); err == nil {
		t.Error("a set with an unknown scheme was taken")
	}
}

// FuzzRequest: whatever comes is answered from the table, and only the one voucher that fits is kept.
func FuzzRequest(f *testing.F) {
	fix := newFixture(f)
	fix.cfg.Log = nil
	raw := fix.seal("m1")
	f.Add(target("ann", "m1")[len("/v0/vouchers?"):], raw)
	f.Add("account=ann&message=m1", raw[:len(raw)-1])
	f.Add("account=ann&message=m1", append(bytes.Clone(raw), 0))
	f.Add("account=ann&message=m1", []byte("VHV\x00"))
	f.Add("account=ann&message=m2", raw)
	f.Add("account=ann&account=ann", raw)
	f.Add("account=%", []byte{})
	f.Add(";&=&&", bytes.Repeat([]byte{0}, 100_000))
	f.Fuzz(func(t *testing.T, query string, body []byte) {
		st := storetest.NewMemory()
		fix.cfg.Store = st
		h, err := ingest.New(fix.cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/v0/vouchers", bytes.NewReader(body))
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		c, err := st.Count(context.Background(), store.SetID(fix.set.Manifest.ID()))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case w.Code == 202 && c.Vouchers == 1 && bytes.Equal(body, raw):
		case w.Code >= 400 && w.Code < 500 && c.Vouchers == 0 && !strings.Contains(code(w), "malformed"):
		default:
			t.Errorf("%s and %d vouchers kept, for %q and %d bytes", code(w), c.Vouchers, query, len(body))
		}
	})
}

// Vouchers of a replaced set are taken until its time has come, and told from those of a set that nobody knows.
func TestRetired(t *testing.T) {
	f := newFixture(t)
	until := time.Unix(1_800_000_000, 0)
	now := until.Add(-time.Second)
	f.cfg.Clock = func() time.Time { return now }
	f.cfg.Sets[0].Until = until
	h := f.handler()
	for _, c := range []struct {
		now  time.Time
		want int
		text string
	}{
		{until.Add(-time.Second), http.StatusAccepted, `"status":"accepted"`},
		{until, http.StatusGone, `"code":"set-retired"`},
		{until.Add(time.Hour), http.StatusGone, "seal the picture again"},
	} {
		now = c.now
		w := post(h, fmt.Sprint(c.now.Unix()), bytes.NewReader(f.seal(fmt.Sprint(c.now.Unix()))))
		if w.Code != c.want || !strings.Contains(w.Body.String(), c.text) {
			t.Errorf("%v: %d %s", c.now, w.Code, w.Body)
		}
	}
	f.cfg.Sets[0].Until = time.Time{}
	if w := post(f.handler(), "late", bytes.NewReader(f.seal("late"))); w.Code != http.StatusAccepted {
		t.Errorf("a set without an end: %d %s", w.Code, w.Body)
	}
}
