package distribute_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/server/distribute"
)

var shardA, shardB = strings.Repeat("a1", 32) + ".shard", strings.Repeat("b2", 32) + ".shard"

// newSet writes a set's directory, with what does not belong to the set beside it.
func newSet(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/", nil)
	r.URL.Path = path
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newHandler(t testing.TB, cfg distribute.Config) http.Handler {
	t.Helper()
	h, err := distribute.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestNewSet: a set that is moved in the place of another is served from then on, and caches notice.
func TestNewSet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	newSet(t, dir, map[string]string{"manifest": "one", shardA: "a"})
	h := newHandler(t, distribute.Config{Dir: dir})
	before := get(h, "/set/manifest")
	if before.Code != 200 || before.Body.String() != "one" {
		t.Fatalf("%d %s", before.Code, before.Body)
	}
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"manifest", shardA} {
		if w := get(h, "/set/"+name); w.Code < 400 || w.Header().Get("ETag") != "" {
			t.Errorf("%s while there is no set: %d, ETag %s", name, w.Code, w.Header().Get("ETag"))
		}
	}
	newSet(t, dir, map[string]string{"manifest": "two", shardB: "b"})
	after := get(h, "/set/manifest", "If-None-Match", before.Header().Get("ETag"))
	if after.Code != 200 || after.Body.String() != "two" {
		t.Errorf("after the change: %d %s", after.Code, after.Body)
	}
	if w := get(h, "/set/"+shardB); w.Code != 200 || w.Body.String() != "b" {
		t.Errorf("the new shard: %d %s", w.Code, w.Body)
	}
}

func TestBroken(t *testing.T) {
	dir := t.TempDir()
	newSet(t, dir, map[string]string{"manifest": strings.Repeat("x", 2<<20)})
	if err := os.Mkdir(filepath.Join(dir, shardA), 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h := newHandler(t, distribute.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, name := range []string{"manifest", shardA} {
		if w := get(h, "/set/"+name); w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
	}
	if n := strings.Count(log.String(), "set file cannot be read"); n != 2 {
		t.Errorf("%d lines in the log, want 2:\n%s", n, &log)
	}
}

func TestAnyOrigin(t *testing.T) {
	dir := t.TempDir()
	newSet(t, dir, map[string]string{"manifest": "one"})
	for _, c := range []struct {
		origins []string
		want    string
	}{{nil, ""}, {[]string{"*"}, "*"}, {[]string{"https://a.example", "https://b.example"}, "https://b.example"}, {[]string{"https://a.example"}, ""}} {
		w := get(newHandler(t, distribute.Config{Dir: dir, Origins: c.origins}), "/set/manifest", "Origin", "https://b.example")
		if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != 200 || got != c.want {
			t.Errorf("origins %v: %d, allowed %q, want %q", c.origins, w.Code, got, c.want)
		}
	}
}

func TestConfig(t *testing.T) {
	if _, err := distribute.New(distribute.Config{}); !errors.Is(err, distribute.ErrDir) {
		t.Errorf("%v, want ErrDir", err)
	}
}

// FuzzPath: no path leads to a file that is neither manifest, endorsements nor shard.
func FuzzPath(f *testing.F) {
	dir := f.TempDir()
	newSet(f, dir, map[string]string{"manifest": "public", "endorsements": "public", shardA: "public", "keyring": "SECRET", ".part": "SECRET"})
	newSet(f, filepath.Join(dir, "sub"), map[string]string{shardB: "SECRET", "manifest": "SECRET"})
	h := newHandler(f, distribute.Config{Dir: dir})
	for _, p := range []string{
		"/set/manifest", "/set/" + shardA, "/set/keyring", "/set/../set/manifest", "/set/sub/manifest", "/set/sub/" + shardB, "/manifest", "manifest",
		"/set/./manifest", "/set//manifest", "/set/manifest\x00", "/set/\\manifest", "/set/" + shardA + "\n", "/set/.part", "", "/set/\xff",
	} {
		f.Add(p)
	}
	allowed := regexp.MustCompile(`^/set/(manifest|endorsements|[0-9a-f]{64}\.shard)$`)
	f.Fuzz(func(t *testing.T, path string) {
		w := get(h, path)
		found := w.Code == 200
		if found && !allowed.MatchString(path) || strings.Contains(w.Body.String(), "SECRET") || !found && w.Code != 404 {
			t.Errorf("%q: %d %.100s", path, w.Code, w.Body)
		}
	})
}
