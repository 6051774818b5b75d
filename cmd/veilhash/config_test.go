package main

import (
	"context"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
)

// inDir runs the command in a directory and returns its exit code and all that it prints.
func inDir(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	t.Chdir(dir)
	var out strings.Builder
	code := run(context.Background(), args, streams{strings.NewReader(""), &out, &out})
	return code, out.String()
}

// smallSet makes a set of one picture in public/set, and its key.
func smallSet(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "listed"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "listed", "a.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(f, blobs(1, 320, 240), nil); err != nil {
		t.Fatal(err)
	}
	f.Close()
	veilhash(t, dir, "key", "new", "operator.key")
	veilhash(t, dir, "set", "build", "--images", "listed", "--key", "operator.key", "--out", "public/set")
	return dir
}

// TestExampleConfig: the example file is one that serves, and has every setting that there is, at its default where it says so.
func TestExampleConfig(t *testing.T) {
	text, err := os.ReadFile("../../examples/server/veilhash.toml")
	if err != nil {
		t.Fatal(err)
	}
	var cli commands
	parser, err := kong.New(&cli, kong.Bind(new(configFile)), kong.DefaultEnvars("VEILHASH"))
	if err != nil {
		t.Fatal(err)
	}
	trace, err := kong.Trace(parser, []string{"serve"})
	if err != nil {
		t.Fatal(err)
	}
	flags := append(slices.Clone(parser.Model.Flags), trace.Selected().Flags...)
	if len(flags) < 15 {
		t.Fatalf("serve has only %d flags", len(flags))
	}
	dir := smallSet(t)
	whole := strings.ReplaceAll(string(text), "#: ", "")
	for name, text := range map[string]string{"veilhash.toml": string(text), "whole.toml": whole} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var all configFile
	all.read(filepath.Join(dir, "whole.toml"), flags)
	if len(all.problems) > 0 {
		t.Errorf("the example, with all its settings: %v", all.problems)
	}
	for _, flag := range flags {
		if _, there := all.values[flag.Name]; !there && !slices.Contains(notInFile, flag.Name) {
			t.Errorf("the example does not mention %s", flag.Name)
		}
	}
	if code, out := inDir(t, dir, "serve", "--config", "veilhash.toml", "--check-config"); code != exitOK || !strings.Contains(out, `"problems":[]`) {
		t.Errorf("the example: exit code %d\n%s", code, out)
	}
}

// TestCheckConfigPostgres: the store is reached, and the credentials fit the roles.
func TestCheckConfigPostgres(t *testing.T) {
	pg := pgtest.Start(t)
	owner, dir := pg.Database(), smallSet(t)
	for _, user := range []string{"chat_ingest", "hotline_match", "hotline_review", "guest"} {
		pg.User(user)
	}
	check := func(wantCode int, want string, url string, args ...string) {
		t.Helper()
		code, out := inDir(t, dir, append([]string{"serve", "--set", "public/set", "--check-config", "--store", url}, args...)...)
		if code != wantCode || !strings.Contains(out, want) || strings.Contains(out, "only for tests") {
			t.Errorf("%v: exit code %d, want %d and %q\n%s", args, code, wantCode, want, out)
		}
	}
	key := []string{"--roles", "match", "--key", "operator.key"}
	check(exitOK, "none yet; it is made at the start", owner, key...)
	check(exitRefused, "version 0, this program needs", pg.As("guest", owner), key...)
	veilhash(t, dir, "store", "migrate", "--store", owner)
	veilhash(t, dir, "store", "grant", "--store", owner, "--ingest", "chat_ingest", "--match", "hotline_match", "--review", "hotline_review")
	check(exitOK, "as hotline_match", pg.As("hotline_match", owner), key...)
	check(exitOK, "schema\tversion", pg.As("chat_ingest", owner), "--roles", "ingest,distribute")
	check(exitOK, "schema\tversion", pg.As("hotline_review", owner), "--roles", "console")
	check(exitOK, "schema\tversion", owner, "--roles", "console,ingest")
	check(exitRefused, "lack the rights of a role: match", pg.As("chat_ingest", owner), key...)
	check(exitRefused, "lack the rights of a role: ingest", pg.As("hotline_match", owner), "--roles", "ingest")
	check(exitRefused, "lack the rights of a role: review", pg.As("hotline_match", owner), "--roles", "console")
	if err := pg.Exec(owner, "UPDATE veilhash.schema SET version = 99"); err != nil {
		t.Fatal(err)
	}
	check(exitRefused, "schema version 99", owner, "--roles", "console")
}

func TestNearest(t *testing.T) {
	for text, want := range map[string]string{"lisen": "listen", "keys": "key", "loglevel": "log-level", "previus": "previous", "": "set", "log_level": "log-level"} {
		if got := nearest(text, []string{"key", "listen", "log-level", "previous", "set"}); got != want && text != "" {
			t.Errorf("nearest to %q is %q, want %q", text, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"abc", "", 3}, {"same", "same", 0}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q it is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestServeMetrics: they are on a listener of their own, and on no other.
func TestServeMetrics(t *testing.T) {
	dir := smallSet(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var said syncBuilder
	done := make(chan int, 1)
	t.Chdir(dir)
	go func() {
		done <- run(ctx, []string{"serve", "--set", "public/set", "--key", "operator.key", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, streams{strings.NewReader(""), &said, &said})
	}()
	clients, monitoring := said.address(t, " at http://"), said.address(t, "metrics at http://")
	if body := getBody(t, clients+"/metrics"); !strings.Contains(body, "not-found") {
		t.Errorf("clients are answered %.100s", body)
	}
	body := getBody(t, monitoring+"/metrics")
	for _, want := range []string{"veilhash_match_waiting_vouchers 0", "veilhash_match_oldest_waiting_age_seconds 0", "veilhash_store_queue_bytes 0", `veilhash_http_requests_total{code="404",route="other"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	if body := getBody(t, monitoring+"/set/manifest"); strings.Contains(body, "veilhash-set") {
		t.Error("the metrics' listener hands out the set")
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("serve ended with %d: %s", code, said.String())
	}
}

// TestServeMetricsKeyed: where applications have keys, the metrics take one as well.
func TestServeMetricsKeyed(t *testing.T) {
	dir := smallSet(t)
	t.Chdir(dir)
	keys := make(map[string]string)
	for name, scope := range map[string]string{"monitoring": "metrics:read", "chat": "vouchers:write"} {
		var out, log strings.Builder
		if code := run(context.Background(), []string{"--quiet", "app", "new", name, "--apps", "applications", "--scopes", scope}, streams{strings.NewReader(""), &out, &log}); code != exitOK {
			t.Fatalf("app new ended with %d: %s", code, log.String())
		}
		keys[name] = strings.TrimSpace(out.String())
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var said syncBuilder
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--set", "public/set", "--roles", "ingest", "--apps", "applications", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, streams{strings.NewReader(""), &said, &said})
	}()
	metrics := said.address(t, "metrics at http://") + "/metrics"
	for name, want := range map[string]int{"": 401, "chat": 403, "monitoring": 200} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, metrics, nil)
		if err != nil {
			t.Fatal(err)
		}
		if name != "" {
			req.Header.Set("Authorization", "Bearer "+keys[name])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want || strings.Contains(string(body), "veilhash_") != (want == 200) {
			t.Errorf("with the key of %q: %s %.80s, want %d", name, resp.Status, body, want)
		}
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("serve ended with %d: %s", code, said.String())
	}
}

// A syncBuilder is written to by one goroutine and read by another.
type syncBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuilder) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuilder) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// address waits for an address that is said after some words.
func (s *syncBuilder) address(t *testing.T, after string) string {
	t.Helper()
	for range 600 {
		if _, rest, found := strings.Cut(s.String(), after); found && strings.ContainsAny(rest, ";\n/") {
			return "http://" + rest[:strings.IndexAny(rest, ";\n/")]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no address after %q in %q", after, s.String())
	return ""
}
