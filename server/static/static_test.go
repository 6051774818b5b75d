package static_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/veilhash/veilhash/server/static"
)

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

// TestRebuild: a file that has changed is seen at once, by caches too, even where it has no time of change.
func TestRebuild(t *testing.T) {
	files := fstest.MapFS{"app.js": {Data: []byte("one")}}
	h := static.Handler(files)
	first := get(h, "/app.js")
	if again := get(h, "/app.js", "If-None-Match", first.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("unchanged: %d", again.Code)
	}
	files["app.js"] = &fstest.MapFile{Data: []byte("two")}
	if again := get(h, "/app.js", "If-None-Match", first.Header().Get("ETag")); again.Code != 200 || again.Body.String() != "two" {
		t.Errorf("changed: %d %s", again.Code, again.Body)
	}
	// Plain and packed forms are different representations and must not share a tag.
	files["app.js.br"] = &fstest.MapFile{Data: []byte("packed")}
	packed := get(h, "/app.js", "Accept-Encoding", "br")
	if plain := get(h, "/app.js"); packed.Header().Get("ETag") == plain.Header().Get("ETag") || packed.Header().Get("Vary") == "" || plain.Header().Get("Vary") == "" {
		t.Errorf("packed %v, plain %v", packed.Header(), plain.Header())
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("page"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir.js"), 0o700); err != nil {
		t.Fatal(err)
	}
	h := static.Handler(os.DirFS(dir))
	for path, want := range map[string]int{"/": 200, "/index.html": 200, "/dir.js": 404, "/dir.js/": 404, "/../index.html": 404, "/index.html/": 404} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestBrotli(t *testing.T) {
	h := static.Handler(fstest.MapFS{"a.js": {Data: []byte("plain")}, "a.js.br": {Data: []byte("packed")}})
	for accept, want := range map[string]string{
		"": "plain", "gzip": "plain", "br": "packed", "gzip, BR": "packed", "br;q=0": "plain", "br; q=0.5": "packed", "br;q=x": "plain",
		"brotli": "plain", "*": "plain", "gzip;q=1,br;q=0.0": "plain",
	} {
		if w := get(h, "/a.js", "Accept-Encoding", accept); w.Body.String() != want {
			t.Errorf("Accept-Encoding %q: %s, want %s", accept, w.Body, want)
		}
	}
}

// FuzzPath: hidden files stay hidden, and nothing panics.
func FuzzPath(f *testing.F) {
	h := static.Handler(fstest.MapFS{
		"index.html": {Data: []byte("public")}, "a/b.js": {Data: []byte("public")}, ".env": {Data: []byte("SECRET")}, "a/.git/config": {Data: []byte("SECRET")},
	})
	for _, p := range []string{"/", "/a/b.js", "/.env", "/a/.git/config", "/a/../.env", "//.env", "/./.env", "", "/a/", "\x00", "/a\\b.js"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if w := get(h, path); strings.Contains(w.Body.String(), "SECRET") || w.Code != 200 && w.Code != 404 {
			t.Errorf("%q: %d %.100s", path, w.Code, w.Body)
		}
	})
}
