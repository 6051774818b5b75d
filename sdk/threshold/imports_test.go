package threshold

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestImportsStayLight: the scanner links this package, and what it imports
// costs every browser. So the list is closed: nothing of this project but small packages of sdk/internal, no fmt,
// no encoding/hex (which brings fmt), no math/big.
func TestImportsStayLight(t *testing.T) {
	allowed := []string{"bytes", "crypto/sha256", "crypto/sha512",
		"crypto/subtle", "encoding/binary", "errors", "hash", "math", "math/bits", "slices", "strconv",
		"github.com/veilhash/veilhash/sdk/internal/decimal", "github.com/veilhash/veilhash/sdk/internal/entropy", "github.com/veilhash/veilhash/sdk/internal/hexa", "github.com/veilhash/veilhash/sdk/internal/hmac512"}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", e.Name(), path)
			}
		}
	}
	if files < 10 {
		t.Errorf("only %d files were looked at", files)
	}
}
