package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/problem"
)

// types are the content types of the files that a page is made of. A fixed table, because the system's would differ from machine to machine.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".gif":   "image/gif",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".jpeg":  "image/jpeg",
	".jpg":   "image/jpeg",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".mjs":   "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".wasm":  "application/wasm",
	".webp":  "image/webp",
	".woff2": "font/woff2",
}

// MaxFile is the largest file that is handed out, in bytes: files are read into memory to be digested.
const MaxFile = 64 << 20

// Handler hands out the files of fsys under their names. Mount it with http.StripPrefix where its root is not "/".
func Handler(fsys fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			problem.WriteMethod(w, http.MethodGet, http.MethodHead)
			return
		}
		name, ok := fileName(r.URL.Path)
		if !ok {
			problem.NotFound.Write(w)
			return
		}
		serve(w, r, fsys, name)
	})
}

// fileName turns a path into a file's name, which has one form.
func fileName(p string) (name string, ok bool) {
	name = strings.TrimPrefix(p, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if !fs.ValidPath(name) || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") || strings.ContainsAny(name, "\\\x00:") {
		return "", false
	}
	return name, true
}

func serve(w http.ResponseWriter, r *http.Request, fsys fs.FS, name string) {
	header := w.Header()
	content, err := read(fsys, name)
	if err != nil {
		problem.NotFound.Write(w)
		return
	}
	if packed, err := read(fsys, name+".br"); err == nil {
		header.Add("Vary", "Accept-Encoding")
		if takesBrotli(r.Header.Get("Accept-Encoding")) {
			header.Set("Content-Encoding", "br")
			content = packed
		}
	}
	kind := types[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	digest := sha256.Sum256(content)
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", `"`+hex.EncodeToString(digest[:])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

var errNoFile = errors.New("static: not a regular file, or too large")

func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > MaxFile {
		return nil, errNoFile
	}
	return io.ReadAll(io.LimitReader(f, MaxFile))
}

// takesBrotli reads an Accept-Encoding header (RFC 9110, section 12.5.3).
func takesBrotli(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "br") {
			continue
		}
		q, weighted := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
		if !weighted {
			return true
		}
		v, err := strconv.ParseFloat(q, 64)
		return err == nil && v > 0
	}
	return false
}
