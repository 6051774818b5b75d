// Package house holds the tests that keep the project's structure: which floor a package stands on, what it may import, and what may never
// get into the scanner that browsers load.
package house

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/veilhash/veilhash"

// floors are the packages by floor, from the ground up. A package may import those on lower floors, and its own subpackages may import it.
var floors = [][]string{
	{"sdk/internal", "sdk/group/internal"},
	{"sdk/group/ed25519"},
	{"sdk/imagehash", "sdk/group", "sdk/threshold", "sdk/hashlist", "sdk/derivative", "sdk/tlog"},
	{"sdk/token", "sdk/blindset", "sdk/voucher"},
	{"sdk/trust"},
	{"sdk"},
	{"server", "sdk/evaluate"},
	{"cmd", "wasm", "examples", "web", "internal"},
}

// room is the entry of floors that a package belongs to, and its floor.
func room(pkg string) (name string, floor int) {
	for i, rooms := range floors {
		for _, r := range rooms {
			if (pkg == r || strings.HasPrefix(pkg, r+"/")) && len(r) > len(name) {
				name, floor = r, i
			}
		}
	}
	return name, floor
}

// A file is a Go file of the module and what it imports.
type file struct {
	path, pkg string // relative to the module's root
	test      bool
	syntax    *ast.File
	imports   []string
}

// files parses all Go files of the module.
func files(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var out []file
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || name == "bin" || strings.HasPrefix(name, ".") && path != root) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(name, "_test.go"), syntax: syntax}
		for _, i := range syntax.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, p)
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("found only %d Go files: is this the module's root?", len(out))
	}
	return out
}

// Every import runs down. Tests may look up, to compare.
func TestImportsRunDown(t *testing.T) {
	for _, f := range files(t) {
		from, fromFloor := room(f.pkg)
		if from == "" {
			t.Errorf("%s: package %s stands on no floor; give it one in this test", f.path, f.pkg)
			continue
		}
		if f.test {
			continue
		}
		for _, imp := range f.imports {
			pkg, ok := strings.CutPrefix(imp, module+"/")
			if !ok {
				continue
			}
			to, toFloor := room(pkg)
			if to != from && toFloor >= fromFloor {
				t.Errorf("%s: imports %s, which runs up or sideways", f.path, pkg)
			}
		}
	}
}

// A library does not know the platform it runs on, nor ends the program.
func TestLibraryManners(t *testing.T) {
	forbidden := map[string]bool{"syscall/js": true, "net/http": true, "log": true, "log/slog": true}
	for _, f := range files(t) {
		if f.pkg != "sdk" && !strings.HasPrefix(f.pkg, "sdk/") || f.test {
			continue
		}
		for _, imp := range f.imports {
			if forbidden[imp] {
				t.Errorf("%s: imports %s", f.path, imp)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Exit" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "os" {
					t.Errorf("%s: calls os.Exit", f.path)
				}
			}
			return true
		})
	}
}

// A file that grows past this is hard to love.
func TestFilesStayShort(t *testing.T) {
	for _, f := range files(t) {
		b, err := os.ReadFile(filepath.Join("../..", f.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 600 {
			t.Errorf("%s has %d lines", f.path, n)
		}
	}
}

// heavy are packages that would cost the scanner more than they are worth; sizes in brotli were measured (docs/performance.md).
var heavy = []string{
	"fmt", "reflect", "encoding/json", "encoding/base64", "math/big", "regexp", "net", "net/http", "net/url", "log", "flag", "sort",
	"image/png", "image/jpeg", "image/gif", "golang.org/x/image/webp", "crypto/tls", "crypto/x509",
	"github.com/corona10/goimagehash", "filippo.io/edwards25519", "github.com/gtank/ristretto255",
}

// The scanner's own packages must not import what is heavy. (What the standard library imports for itself is its business, and the linker
// drops most of it; `make sizes` shows what is left.)
func TestScannerStaysLight(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./wasm/scanner")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	linked := make(map[string]bool)
	for _, d := range strings.Fields(string(out)) {
		if pkg, ok := strings.CutPrefix(d, module+"/"); ok {
			linked[pkg] = true
		}
	}
	if len(linked) < 8 {
		t.Fatalf("go list names only %d of our packages: %v", len(linked), linked)
	}
	for _, f := range files(t) {
		if !linked[f.pkg] || f.test || excluded(f) {
			continue
		}
		for _, imp := range f.imports {
			for _, h := range heavy {
				if imp == h {
					t.Errorf("%s: imports %s, and the scanner links its package", f.path, imp)
				}
			}
		}
	}
}

// excluded reports whether a build constraint keeps a file out of the scanner.
func excluded(f file) bool {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH = "wasip1", "wasm"
	ok, err := ctx.MatchFile(filepath.Join("../..", filepath.Dir(f.path)), filepath.Base(f.path))
	return err == nil && !ok
}
