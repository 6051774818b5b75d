package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/distribute"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/openapi"
	"github.com/veilhash/veilhash/server/problem"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// A broken store fails where it is told to; a nil err means that it works.
type broken struct {
	*storetest.Memory
	err error
}

func (b *broken) Put(ctx context.Context, v store.Voucher) (store.Receipt, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.Memory.Put(ctx, v)
}

func (b *broken) Voucher(ctx context.Context, id store.ID) (store.Voucher, error) {
	if b.err != nil {
		return store.Voucher{}, b.err
	}
	return b.Memory.Voucher(ctx, id)
}

func (b *broken) CountApp(ctx context.Context, app string, set store.SetID) (store.Counts, error) {
	if b.err != nil {
		return store.Counts{}, b.err
	}
	return b.Memory.CountApp(ctx, app, set)
}

func (b *broken) CountAccount(ctx context.Context, a store.Account, set store.SetID) (store.Counts, error) {
	if b.err != nil {
		return store.Counts{}, b.err
	}
	return b.Memory.CountAccount(ctx, a, set)
}

func (b *broken) Ping(ctx context.Context) error {
	if b.err != nil {
		return b.err
	}
	return b.Memory.Ping(ctx)
}

// panicking is an authority, and a set's files, with a defect.
type panicking struct{}

func (panicking) Authorize(*http.Request, access.Scope) (access.Grant, error) { panic("defect") }
func (panicking) Open(context.Context, string) (distribute.File, error)       { panic("defect") }

// An api is a server and what may be asked of it.
type api struct {
	t      *testing.T
	doc    *openapi3.T
	router routers.Router
	seen   map[string]bool // "GET /path 200 code"
}

// ask sends a request to a handler and checks the answer against the description of the operation, at a status.
func (a *api) ask(h http.Handler, operation, target string, want int, alter func(*http.Request), body []byte) []byte {
	a.t.Helper()
	method, path, _ := strings.Cut(operation, " ")
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	if alter != nil {
		alter(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := w.Result()
	content, _ := io.ReadAll(got.Body)
	if got.StatusCode != want {
		a.t.Errorf("%s as %s: %d, want %d: %.200s", operation, target, got.StatusCode, want, content)
		return content
	}
	item := a.doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		a.t.Errorf("%s is not described", operation)
		return content
	}
	described := item.GetOperation(method).Responses.Status(want)
	if described == nil {
		a.t.Errorf("%s %d is not described", operation, want)
		return content
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r, Route: &routers.Route{Spec: a.doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)},
		},
		Status: want, Header: got.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	input.SetBodyBytes(content)
	media := described.Value.Content
	switch {
	case len(media) == 0 && len(content) > 0:
		a.t.Errorf("%s %d has a body that is not described: %.100s", operation, want, content)
	case len(media) > 0 && media[got.Header.Get("Content-Type")] == nil:
		a.t.Errorf("%s %d is of type %q", operation, want, got.Header.Get("Content-Type"))
	case media["application/json"] != nil:
		if err := openapi3filter.ValidateResponse(a.t.Context(), input); err != nil {
			a.t.Errorf("%s %d: %v\n%s", operation, want, err, content)
		}
	}
	for name, header := range described.Value.Headers {
		if header.Value.Required && got.Header.Get(name) == "" {
			a.t.Errorf("%s %d has no header %s", operation, want, name)
		}
	}
	var p struct{ Code string }
	_ = json.Unmarshal(content, &p)
	a.seen[fmt.Sprintf("%s %d", operation, want)] = true
	if want >= 400 {
		a.seen["code "+p.Code] = true
	}
	return content
}

// TestOpenAPI drives the handler through every operation and status of the description. What is described and does not happen fails, and so does what happens and is not described.
func TestOpenAPI(t *testing.T) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData([]byte(openapi.Text()))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc, openapi3.IsOpenAPI31OrLater())
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, doc: doc, router: router, seen: make(map[string]bool)}

	set := servertest.New(t, 1, 0)
	other, old := servertest.New(t, 1, 0), servertest.New(t, 1, 0)
	dir := t.TempDir()
	digest := strings.Repeat("ab", 32)
	for name, content := range map[string][]byte{
		setdir.ManifestName: set.Manifest.AppendText(nil), setdir.EndorsementsName: []byte("e\n"), setdir.ProofName: []byte("p\n"), digest + ".shard": []byte("0123456789"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := []access.Scope{access.ReadConsole, access.ReadSet, access.WriteVouchers}
	key, secret := access.NewKey(all, time.Time{}, time.Time{})
	weak, weakSecret := access.NewKey([]access.Scope{access.ReadMetrics}, time.Time{}, time.Time{})
	slow, slowSecret := access.NewKey(all, time.Time{}, time.Time{})
	var table access.Table
	if err := errors.Join(
		table.Put(access.Application{Name: "chat", Keys: []access.Key{key, weak}}),
		table.Put(access.Application{Name: "slow", Keys: []access.Key{slow}, Limits: limit.Limits{AccountRequests: limit.Rate{N: 1, Per: time.Hour}}}),
	); err != nil {
		t.Fatal(err)
	}
	bearer := func(s access.Secret) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.Text()) }
	}
	good := bearer(secret)
	also := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { good(r); r.Header.Set(name, value) }
	}
	st := &broken{Memory: storetest.NewMemory()}
	cfg := server.Config{
		Store: st, Manifest: set.Manifest, Console: server.OpenConsole, SetDir: dir, SetAccess: server.KeyedSet,
		Previous: []server.PreviousSet{{Manifest: old.Manifest, Until: time.Now().Add(-time.Hour)}},
		Access:   access.NewGate(&table, nil), Hosts: []string{"example.com"}, Origins: []string{"https://app.example"},
	}
	s := newServer(t, cfg)
	h := s.Handler()
	defective := cfg
	defective.Access = panicking{}
	bad := newServer(t, defective).Handler()

	raw := set.Seal(servertest.Sealing{Account: "ann", Message: "m1", InSet: true})
	id := ""
	put := "POST /v0/vouchers"
	to := "/v0/vouchers?account=ann&message=m1"
	var accepted struct{ ID string }
	if err := json.Unmarshal(a.ask(h, put, to, 202, good, raw), &accepted); err != nil {
		t.Fatal(err)
	}
	id = accepted.ID
	console := []string{"GET /v0/console/status", "/v0/console/status", "GET /v0/console/vouchers/{id}", "/v0/console/vouchers/" + id, "GET /v0/console/accounts", "/v0/console/accounts?account=ann"}
	states := make(map[string]bool)
	look := func() {
		for i := 0; i < len(console); i += 2 {
			content := a.ask(h, console[i], console[i+1], 200, good, nil)
			var v struct{ State string }
			if err := json.Unmarshal(content, &v); err == nil && v.State != "" {
				states[v.State] = true
			}
		}
	}
	look()
	worker, err := match.New(match.Config{Store: st, Matchers: []*sdk.Matcher{set.Matcher}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	look()
	if !states["pending"] || !states["opened"] {
		t.Errorf("the console has shown the states %v", states)
	}

	// What is refused, one code each.
	altered := bytes.Clone(raw)
	altered[len(altered)-20] ^= 1
	damaged := bytes.Clone(raw)
	damaged[200] ^= 1
	shape := bytes.Clone(raw)
	shape[89] ^= 1
	for _, c := range []struct {
		status int
		code   string
		target string
		alter  func(*http.Request)
		body   []byte
	}{
		{400, "query", "/v0/vouchers?account=ann", good, raw},
		{400, "voucher-format", to, good, raw[:50]},
		{400, "voucher-damaged", to, good, damaged},
		{400, "body-incomplete", to, func(r *http.Request) {
			good(r)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw[:50])), int64(len(raw))
		}, nil},
		{401, "unauthorized", to, nil, raw},
		{403, "forbidden", to, bearer(weakSecret), raw},
		{408, "body-timeout", to, func(r *http.Request) {
			good(r)
			r.Body, r.ContentLength = io.NopCloser(timedOut{}), -1
		}, nil},
		{409, "voucher-conflict", to, good, servertest.Resum(altered)},
		{410, "set-retired", to, good, old.Seal(servertest.Sealing{Account: "ann", Message: "m1"})},
		{413, "body-size", to, good, append(bytes.Clone(raw), 0)},
		{415, "media-type", to, also("Content-Encoding", "gzip"), raw},
		{422, "voucher-set", to, good, other.Seal(servertest.Sealing{Account: "ann", Message: "m1"})},
		{422, "voucher-shape", to, good, servertest.Resum(shape)},
		{422, "binding", "/v0/vouchers?account=bob&message=m1", good, raw},
	} {
		content := a.ask(h, put, c.target, c.status, c.alter, c.body)
		if !strings.Contains(string(content), `"`+c.code+`"`) {
			t.Errorf("%d is %s, want %s", c.status, content, c.code)
		}
	}
	a.ask(h, console[2], "/v0/console/vouchers/"+id, 404, bearer(slowSecret), nil) // another application's
	a.ask(h, put, to, 202, bearer(slowSecret), raw)
	a.ask(h, put, to, 429, bearer(slowSecret), raw)
	for i := 0; i < len(console); i += 2 {
		a.ask(h, console[i], console[i+1], 401, nil, nil)
		a.ask(h, console[i], console[i+1], 403, bearer(weakSecret), nil)
	}
	a.ask(h, console[2], "/v0/console/vouchers/"+strings.Repeat("0", 32), 404, good, nil)
	a.ask(h, console[4], "/v0/console/accounts", 400, good, nil)
	for _, e := range []error{errors.New("the disk is full"), store.ErrClosed} {
		st.err = e
		a.ask(h, put, to, 503, good, raw)
		for i := 0; i < len(console); i += 2 {
			a.ask(h, console[i], console[i+1], 503, good, nil)
		}
		a.ask(h, "GET /readyz", "/readyz", 503, nil, nil)
	}
	st.err = store.ErrBusy
	a.ask(h, put, to, 429, good, raw)
	st.err = nil

	// The set.
	files := map[string]string{"/set/manifest": "manifest", "/set/endorsements": "endorsements", "/set/manifest.tlog-proof": setdir.ProofName, "/set/{digest}.shard": digest + ".shard"}
	empty := t.TempDir()
	without := cfg
	without.SetDir = empty
	noSet := newServer(t, without).Handler()
	unreadable := cfg
	unreadable.SetDir = t.TempDir()
	for _, name := range files {
		if err := os.Mkdir(filepath.Join(unreadable.SetDir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	wrong := newServer(t, unreadable).Handler()
	for path, name := range files {
		get, target := "GET "+path, "/set/"+name
		a.ask(h, get, target, 200, good, nil)
		a.ask(h, get, target, 206, also("Range", "bytes=0-0"), nil)
		a.ask(h, get, target, 304, also("If-None-Match", "*"), nil)
		a.ask(h, get, target, 412, also("If-Match", `"x"`), nil)
		a.ask(h, get, target, 416, also("Range", "bytes=99999-"), nil)
		a.ask(h, get, target, 401, nil, nil)
		a.ask(h, get, target, 403, bearer(weakSecret), nil)
		if name != "manifest" {
			a.ask(noSet, get, target, 404, good, nil)
		}
		a.ask(wrong, get, target, 503, good, nil)
		a.ask(h, "OPTIONS "+path, target, 204, func(r *http.Request) { r.Header.Set("Origin", "https://app.example") }, nil)
	}
	a.ask(noSet, "GET /readyz", "/readyz", 503, nil, nil)
	a.ask(h, "GET /healthz", "/healthz", 200, nil, nil)
	a.ask(h, "GET /readyz", "/readyz", 200, nil, nil)
	a.ask(h, "GET /v0/openapi.json", "/v0/openapi.json", 200, nil, nil)

	// What every operation may say: another host, another method, a defect.
	targets := map[string]string{"/v0/vouchers": to, "/v0/console/vouchers/{id}": "/v0/console/vouchers/" + id, "/set/{digest}.shard": "/set/" + digest + ".shard"}
	noFiles := cfg
	noFiles.SetDir, noFiles.SetFiles = "", panicking{}
	badFiles := newServer(t, noFiles).Handler()
	for path, item := range doc.Paths.Map() {
		target := targets[path]
		if target == "" {
			target = path
		}
		for method, op := range item.Operations() {
			operation := method + " " + path
			a.ask(h, operation, target, 421, func(r *http.Request) { r.Host = "evil.example" }, nil)
			if op.Responses.Status(405) != nil {
				a.ask(h, operation, target, 405, func(r *http.Request) { good(r); r.Method = "PATCH" }, nil)
			}
			if op.Responses.Status(500) != nil {
				broken := bad
				if path == "/readyz" {
					broken = badFiles
				}
				a.ask(broken, operation, target, 500, nil, nil)
			}
		}
	}

	// All that is described has happened, and every code is described.
	described := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				described++
				if !a.seen[method+" "+path+" "+status] {
					t.Errorf("%s %s is described as answering %s, and was not seen to", method, path, status)
				}
			}
		}
	}
	if described < 80 {
		t.Errorf("only %d answers are described", described)
	}
	var codes []string
	for _, c := range doc.Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
		codes = append(codes, c.(string))
	}
	var known []string
	for _, c := range problem.Codes() {
		known = append(known, c.Code)
		// draining is told at the store's end here; the server's own is in TestRun.
		if !a.seen["code "+c.Code] {
			t.Errorf("the code %s was not seen", c.Code)
		}
	}
	slices.Sort(known)
	if !slices.Equal(codes, known) {
		t.Errorf("codes are %v, described are %v", known, codes)
	}
}

// timedOut is a body that does not come.
type timedOut struct{}

func (timedOut) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// TestRoutesDescribed: each address that the server's source mounts or names is described.
func TestRoutesDescribed(t *testing.T) {
	source, err := os.ReadFile("server.go")
	if err != nil {
		t.Fatal(err)
	}
	mounted := regexp.MustCompile(`mux\.Handle(?:Func)?\(([^,]+),`).FindAllStringSubmatch(string(source), -1)
	prefixes := map[string]string{
		`"/healthz"`: "/healthz", `"/readyz"`: "/readyz", `"/v0/vouchers"`: "/v0/vouchers", "console.Prefix": "/v0/console/", "distribute.Prefix": "/set/", "openapi.Path": "/v0/openapi.json",
		`"/"+name+"/"`: "", `"/"`: "", `"/v0/"`: "", // files, the page, and nothing
	}
	if len(mounted) < 8 {
		t.Fatalf("found only %d routes", len(mounted))
	}
	var doc struct{ Paths map[string]any }
	if err := json.Unmarshal([]byte(openapi.Text()), &doc); err != nil {
		t.Fatal(err)
	}
	for _, m := range mounted {
		prefix, known := prefixes[m[1]]
		if !known {
			t.Errorf("the route %s is new: describe it in server/openapi/openapi.json", m[1])
		}
		found := prefix == ""
		for path := range doc.Paths {
			found = found || strings.HasPrefix(path, prefix)
		}
		if !found {
			t.Errorf("%s is not described", prefix)
		}
	}
}
