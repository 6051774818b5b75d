package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLogsDocumented: docs/operating.md says of every line that the server writes what it holds and what to do, and of none that it does not write.
func TestLogsDocumented(t *testing.T) {
	call := regexp.MustCompile(`(?i)\blog\.(?:Debug|Info|Warn|Error)(?:Context)?\((?:[^"]*, )?"([^"]+)"|\bLog\.Log\([^"]*"([^"]+)"`)
	written := make(map[string]string)
	for _, root := range []string{".", "../wasm/worker", "../cmd/veilhash"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range call.FindAllStringSubmatch(string(text), -1) {
				written[m[1]+m[2]] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(written) < 20 {
		t.Fatalf("only %d lines were found in the source: %v", len(written), written)
	}
	text, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Logs\n")
	if !ok {
		t.Fatal("docs/operating.md has no section on logs")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	documented := make(map[string]bool)
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) > 4 && !strings.HasPrefix(line, "| level") && !strings.HasPrefix(line, "|---") {
			documented[strings.TrimSpace(cells[2])] = true
		}
	}
	for line, path := range written {
		if !documented[line] {
			t.Errorf("%s writes %q, which docs/operating.md does not have", path, line)
		}
	}
	for line := range documented {
		if _, ok := written[line]; !ok {
			t.Errorf("docs/operating.md has %q, which nothing writes", line)
		}
	}
}
