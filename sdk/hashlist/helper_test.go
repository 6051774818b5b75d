package hashlist

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// synth is the synthetic hash that testdata calls n.
func synth(n int) PDQ { return sha256.Sum256(fmt.Appendf(nil, "hashlist test entry %d", n)) }

// entries returns n and the synthetic hashes of the entries, as "3:id".
func describe(e Entry) string {
	for n := range 200 {
		if synth(n) == e.PDQ {
			id := e.ID
			if id == e.PDQ.String() {
				id = "hash"
			}
			return fmt.Sprintf("%d:%s", n, id)
		}
	}
	return "?:" + e.ID
}

// drain reads a Reader to its end.
func drain(r *Reader) ([]Record, error) {
	var out []Record
	for rec, err := range r.Records() {
		if err != nil {
			return out, err
		}
		out = append(out, rec)
	}
	return out, nil
}

// readString reads a whole list from a string.
func readString(s string, cfg Config) ([]Record, *Summary, error) {
	r, err := NewReader(strings.NewReader(s), "test", cfg)
	if err != nil {
		return nil, nil, err
	}
	recs, err := drain(r)
	return recs, r.Summary(), err
}

// testFiles returns the files below testdata/dir and insists on at least most.
func testFiles(t testing.TB, dir string, least int) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join("testdata", dir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "EXPECT" {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < least {
		t.Fatalf("%d files in testdata/%s, want at least %d", len(out), dir, least)
	}
	return out
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantSyntax insists on a *SyntaxError with the fault.
func wantSyntax(t *testing.T, err error, f Fault) *SyntaxError {
	t.Helper()
	var bad *SyntaxError
	if !errors.As(err, &bad) {
		t.Fatalf("error %v, want a *SyntaxError with %v", err, f)
	}
	if bad.Fault != f {
		t.Fatalf("fault %v in %v, want %v", bad.Fault, err, f)
	}
	return bad
}

// generator is an endless or very long text made as it is read.
type generator struct {
	part func(i int) string // "" ends the text
	i    int
	rest bytes.Buffer
	read int64
}

func (g *generator) Read(p []byte) (int, error) {
	for g.rest.Len() < len(p) {
		s := g.part(g.i)
		if s == "" {
			break
		}
		g.i++
		g.rest.WriteString(s)
	}
	n, err := g.rest.Read(p)
	g.read += int64(n)
	return n, err
}

var _ io.Reader = (*generator)(nil)
