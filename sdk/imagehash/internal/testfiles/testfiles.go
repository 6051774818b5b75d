// Package testfiles finds the pictures that tests read but that are not part of
// the module: test data beside it, of the modules it needs, and of Go itself.
//
// Test data beside the module are in the directory that the environment variable
// VEILHASH_SHARED names, or in ../shared/data. Where they are missing, tests that
// need them are skipped and say so. With VEILHASH_REQUIRE_SHARED=1 they fail
// instead.
package testfiles

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Shared returns a directory of the test data beside the module.
func Shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("VEILHASH_SHARED")
	if root == "" {
		root = filepath.Join(moduleRoot(t), "..", "shared", "data")
	}
	return existing(t, filepath.Join(root, name), "set VEILHASH_SHARED to the directory of the shared test data")
}

// Module returns a directory of a module that go.mod requires, in the module
// cache. Asking the go command is not possible in WebAssembly.
func Module(t testing.TB, path, name string) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(moduleRoot(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(mod), "\t"+path+" ")
	if !ok {
		t.Fatalf("go.mod does not require %s", path)
	}
	version := strings.Fields(rest)[0]
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		gopath := filepath.SplitList(os.Getenv("GOPATH"))
		if len(gopath) == 0 {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Fatal(err)
			}
			gopath = []string{filepath.Join(home, "go")}
		}
		cache = filepath.Join(gopath[0], "pkg", "mod")
	}
	return existing(t, filepath.Join(cache, filepath.FromSlash(path)+"@"+version, name), "run go mod download")
}

// GoSource returns a directory of Go's own source.
func GoSource(t testing.TB, name string) string {
	t.Helper()
	return existing(t, filepath.Join(runtime.GOROOT(), "src", name), "install Go with its source")
}

// Files returns the files of dir that match one of the patterns, of which there
// must be at least so many.
func Files(t testing.TB, dir string, atLeast int, patterns ...string) []string {
	t.Helper()
	var files []string
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < atLeast {
		t.Fatalf("%d files like %v in %s, want at least %d", len(files), patterns, dir, atLeast)
	}
	return files
}

// Missing ends a test that lacks something it cannot do without.
func Missing(t testing.TB, message string) {
	t.Helper()
	if os.Getenv("VEILHASH_REQUIRE_SHARED") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}

func existing(t testing.TB, dir, advice string) string {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		Missing(t, err.Error()+" ("+advice+")")
	}
	return dir
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("the test does not run inside the module")
		}
		dir = parent
	}
}

// Reference is a picture and what Meta's C++ hasher says of it.
type Reference struct {
	Name    string // relative to the directory "pdq"
	Path    string
	Hash    string // 64 hexadecimal digits
	Quality int
}

// PDQ returns the pictures of the PDQ distribution with their hashes. There are
// at least 29.
func PDQ(t testing.TB) []Reference {
	t.Helper()
	dir := Shared(t, "pdq")
	f, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var refs []Reference
	for _, r := range records[1:] {
		quality, err := strconv.Atoi(r[2])
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, Reference{Name: r[0], Path: filepath.Join(dir, filepath.FromSlash(r[0])), Hash: r[1], Quality: quality})
	}
	if len(refs) < 29 {
		t.Fatalf("%d pictures in %s, want at least 29", len(refs), f.Name())
	}
	return refs
}
