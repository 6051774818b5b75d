package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

func newServer(t testing.TB, cfg server.Config) *server.Server {
	t.Helper()
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w
}

func TestRoles(t *testing.T) {
	set := servertest.New(t, 1, 0)
	st := storetest.NewMemory()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "manifest"), set.Manifest.AppendText(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	page := fstest.MapFS{"index.html": {Data: []byte("page")}}
	matchers := []*sdk.Matcher{set.Matcher}
	// What each address answers: ingest (405 to a GET), status, manifest, page.
	for name, c := range map[string]struct {
		cfg  server.Config
		want [4]int
	}{
		"ingest":     {server.Config{Store: st, Manifest: set.Manifest}, [4]int{405, 404, 404, 404}},
		"match":      {server.Config{Store: st, Matchers: matchers}, [4]int{404, 404, 404, 404}},
		"distribute": {server.Config{SetDir: dir}, [4]int{404, 404, 200, 404}},
		"page":       {server.Config{Page: page}, [4]int{404, 404, 404, 200}},
		"all": {server.Config{Store: st, Manifest: set.Manifest, Matchers: matchers, SetDir: dir, Page: page, Console: server.OpenConsole},
			[4]int{405, 200, 200, 200}},
		"no console": {server.Config{Store: st, Manifest: set.Manifest, Matchers: matchers, SetDir: dir, Page: page}, [4]int{405, 404, 200, 200}},
	} {
		h := newServer(t, c.cfg).Handler()
		for i, target := range []string{"/v0/vouchers", "/v0/console/status", "/set/manifest", "/"} {
			if w := get(h, target); w.Code != c.want[i] {
				t.Errorf("%s: %s answers %d, want %d", name, target, w.Code, c.want[i])
			}
		}
		if w := get(h, "/readyz"); w.Code != 200 {
			t.Errorf("%s: not ready: %s", name, w.Body)
		}
	}
	for name, cfg := range map[string]server.Config{
		"nothing":                  {},
		"store only":               {Store: st},
		"ingest without store":     {Manifest: set.Manifest},
		"match without store":      {Matchers: matchers},
		"console without store":    {SetDir: dir, Console: server.OpenConsole},
		"keyed set without keys":   {SetDir: dir, SetAccess: server.KeyedSet},
		"console without manifest": {Store: st, Matchers: matchers, Console: server.OpenConsole},
	} {
		if _, err := server.New(cfg); !errors.Is(err, server.ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", name, err)
		}
	}
}

func TestIsolation(t *testing.T) {
	h := newServer(t, server.Config{Page: fstest.MapFS{"index.html": {}}, Isolation: server.Isolated}).Handler()
	header := get(h, "/").Header()
	if header.Get("Cross-Origin-Opener-Policy") != "same-origin" || header.Get("Cross-Origin-Embedder-Policy") != "require-corp" {
		t.Errorf("headers %v", header)
	}
}

func TestHosts(t *testing.T) {
	h := newServer(t, server.Config{Page: fstest.MapFS{"index.html": {}}, Hosts: []string{"localhost", "127.0.0.1", "::1"}}).Handler()
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8787": 200, "127.0.0.1:1": 200, "[::1]:8787": 200, "[::1]": 200,
		"evil.example": 421, "localhost.evil.example": 421, "127.0.0.1.nip.io:8787": 421, "": 421, "localhost:80:80": 421,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}

// TestPanic: a defect ends the request, not the server, and what the panic says stays out of answer and log.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	set := servertest.New(t, 1, 0)
	h := newServer(t, server.Config{
		Store: storetest.NewMemory(), Manifest: set.Manifest, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Access: access.Func(func(*http.Request, access.Scope) (string, error) { panic("SECRET") }),
	}).Handler()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/v0/vouchers", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if out := log.String() + w.Body.String(); !strings.Contains(out, "defect") || strings.Contains(out, "SECRET") {
		t.Errorf("log and answer: %s", out)
	}
}

func TestNotReady(t *testing.T) {
	set := servertest.New(t, 1, 0)
	st := storetest.NewMemory()
	dir := t.TempDir()
	h := newServer(t, server.Config{Store: st, Manifest: set.Manifest, SetDir: dir}).Handler()
	if w := get(h, "/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), "set-unavailable") {
		t.Errorf("without a manifest: %d %s", w.Code, w.Body)
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest"), set.Manifest.AppendText(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if w := get(h, "/readyz"); w.Code != 200 {
		t.Errorf("with all there: %d %s", w.Code, w.Body)
	}
	st.Close()
	if w := get(h, "/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), "unavailable") {
		t.Errorf("without a store: %d %s", w.Code, w.Body)
	}
	if w := get(h, "/healthz"); w.Code != 200 {
		t.Errorf("health does not depend on the store: %d", w.Code)
	}
}

// blocked is a store that answers, and gives no vouchers out.
type blocked struct{ *storetest.Memory }

func (blocked) Claim(context.Context, store.Claim) ([]store.Voucher, error) {
	return nil, errors.New("no rights")
}

// TestNotReadyMatching: a process that only matches is not ready while it cannot; one that takes vouchers as well goes on with that.
func TestNotReadyMatching(t *testing.T) {
	set := servertest.New(t, 1, 0)
	for name, c := range map[string]struct {
		manifest *blindset.Manifest
		want     int
	}{"matches only": {nil, 503}, "ingests too": {set.Manifest, 200}} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			failed := make(chan struct{}, 100)
			s := newServer(t, server.Config{
				Store: blocked{storetest.NewMemory()}, Manifest: c.manifest, Matchers: []*sdk.Matcher{set.Matcher},
				Log: slog.New(slog.NewTextHandler(writer(func(p []byte) { log.Write(p); failed <- struct{}{} }), nil)),
			})
			l, err := server.Listen(t.Context(), "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx, l) }()
			<-failed // the worker has looked, and said so
			if w := get(s.Handler(), "/readyz"); w.Code != c.want {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.want)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if !strings.Contains(log.String(), "matching failed") {
				t.Errorf("the log says %s", log.String())
			}
		})
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func TestListen(t *testing.T) {
	ctx := context.Background()
	l, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address := l.Addr().String()
	_, err = server.Listen(ctx, address)
	var e *server.ListenError
	if !errors.As(err, &e) || !e.InUse() || err.Error() != "listen "+address+": address already in use; choose another with --listen" {
		t.Errorf("a taken port: %v", err)
	}
	for _, bad := range []string{"127.0.0.1", "127.0.0.1:99999", "no such host.invalid:1"} {
		if l, err := server.Listen(ctx, bad); !errors.As(err, &e) || e.InUse() || !strings.HasPrefix(err.Error(), "listen "+bad+": ") {
			t.Errorf("%s: %v", bad, err)
			if err == nil {
				l.Close()
			}
		}
	}
}

// TestRun: vouchers that are posted are matched without anyone asking; at the end the request at hand is finished.
func TestRun(t *testing.T) {
	set := servertest.New(t, 1, 0)
	st := storetest.NewMemory()
	begun := make(chan struct{}, 2)
	s := newServer(t, server.Config{
		Store: st, Manifest: set.Manifest, Matchers: []*sdk.Matcher{set.Matcher},
		Access: access.Func(func(*http.Request, access.Scope) (string, error) {
			begun <- struct{}{}
			return "chat", nil
		}),
	})
	l, err := server.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()

	post := func(message string, body io.Reader) error {
		resp, err := http.Post(base+"/v0/vouchers?account=ann&message="+message, "", body)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != 202 {
			return errors.New(resp.Status)
		}
		return nil
	}
	if err := post("m1", bytes.NewReader(set.Seal(servertest.Sealing{Account: "ann", Message: "m1", InSet: true}))); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		c, err := st.Count(ctx, store.SetID(set.Manifest.ID()))
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", c, err)
		}
		if c.Matches == 1 && c.Waiting == 0 {
			break
		}
	}

	<-begun
	raw := set.Seal(servertest.Sealing{Account: "ann", Message: "m2", InSet: true})
	body, write := io.Pipe()
	slow := make(chan error, 1)
	go func() { slow <- post("m2", body) }()
	if _, err := write.Write(raw[:100]); err != nil {
		t.Fatal(err)
	}
	<-begun
	stop()
	if _, err := write.Write(raw[100:]); err != nil {
		t.Fatal(err)
	}
	write.Close()
	if err := errors.Join(<-slow, <-ended); err != nil {
		t.Errorf("ending: %v", err)
	}
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("the server still listens")
	}
}
