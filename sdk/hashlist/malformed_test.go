package hashlist

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// expectation is a line of testdata/malformed/EXPECT.
type expectation struct {
	file, fault, place, scope string
	entries                   int
}

func expectations(t *testing.T) []expectation {
	t.Helper()
	var out []expectation
	for line := range strings.Lines(string(mustRead(t, "testdata/malformed/EXPECT"))) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			t.Fatalf("EXPECT: %q has %d fields, want 5", line, len(f))
		}
		n, err := strconv.Atoi(f[4])
		if err != nil || f[3] != "separable" && f[3] != "ends" {
			t.Fatalf("EXPECT: cannot read %q", line)
		}
		out = append(out, expectation{f[0], f[1], f[2], f[3], n})
	}
	return out
}

// Each malformed file has one fault. Strict mode stops at it; lenient mode reads
// everything else, where the fault is confined to a record.
func TestMalformed(t *testing.T) {
	want := expectations(t)
	files := testFiles(t, "malformed", 139)
	if len(files) != len(want) {
		t.Errorf("%d files, %d expectations", len(files), len(want))
	}
	faults := map[string]bool{}
	for _, w := range want {
		path := filepath.Join("testdata", "malformed", filepath.FromSlash(w.file))
		if !slices.Contains(files, path) {
			t.Errorf("EXPECT names %s, which is not there", w.file)
			continue
		}
		faults[w.fault] = true
		t.Run(w.file, func(t *testing.T) { malformed(t, path, w) })
	}
	for f := Fault(1); f < numFaults; f++ {
		if !faults[f.String()] {
			t.Errorf("no file with the fault %q", f)
		}
	}
}

func malformed(t *testing.T, path string, w expectation) {
	dir, _, _ := strings.Cut(w.file, "/")
	format, err := ParseFormat(dir)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Format: format, MaxRecord: 8192}

	read := func(cfg Config) ([]Record, *Summary, error) {
		r, err := Open(path, cfg)
		if err != nil {
			return nil, newSummary("", format), err
		}
		defer r.Close()
		recs, err := drain(r)
		if _, again := r.Next(); err != nil && again != err {
			t.Errorf("Next after %v returned %v", err, again)
		}
		return recs, r.Summary(), err
	}

	_, _, err = read(cfg)
	var bad *SyntaxError
	if !errors.As(err, &bad) {
		t.Fatalf("strict: error %v, want a *SyntaxError", err)
	}
	checkPlace(t, bad, path, w)

	var reported []*SyntaxError
	cfg.Mode = Lenient
	cfg.OnBroken = func(e *SyntaxError) { reported = append(reported, e) }
	recs, sum, err := read(cfg)
	if len(recs) != w.entries || sum.Entries != w.entries {
		t.Errorf("lenient: %d records and %d entries, want %d", len(recs), sum.Entries, w.entries)
	}
	if w.scope == "ends" {
		if !errors.As(err, &bad) {
			t.Fatalf("lenient: error %v, want a *SyntaxError", err)
		}
		checkPlace(t, bad, path, w)
		return
	}
	if err != nil {
		t.Fatalf("lenient: %v", err)
	}
	if sum.BrokenTotal() != 1 || sum.Broken[bad.Fault] != 1 || len(reported) != 1 || len(sum.Errors) != 1 {
		t.Errorf("lenient: broken %v, reported %v, want the one", sum.Broken, reported)
	}
	if got := fmt.Sprint(reported[0]); got != bad.Error() {
		t.Errorf("lenient reports %q, strict %q", got, bad)
	}
	if sum.Records != sum.Entries+sum.SkippedTotal()+sum.BrokenTotal() {
		t.Errorf("%d records are not the sum of %+v", sum.Records, sum)
	}
}

func checkPlace(t *testing.T, bad *SyntaxError, path string, w expectation) {
	t.Helper()
	if bad.Fault.String() != w.fault || bad.Separable() != (w.scope == "separable") {
		t.Errorf("fault %q, separable %v, want %q, %s: %v", bad.Fault, bad.Separable(), w.fault, w.scope, bad)
	}
	if bad.File != path {
		t.Errorf("file %q, want %q", bad.File, path)
	}
	switch line, isLine := strings.CutPrefix(w.place, "line "); {
	case isLine && strconv.Itoa(bad.Line) != line:
		t.Errorf("line %d, want %s", bad.Line, line)
	case w.place == "offset" && bad.Offset == 0:
		t.Errorf("no offset in %v", bad)
	case !isLine && w.place != "-" && w.place != "offset" && bad.Element != w.place:
		t.Errorf("element %q, want %q", bad.Element, w.place)
	}
	text := bad.Error()
	if !strings.HasPrefix(text, "hashlist: "+path) || bad.Reason == "" {
		t.Errorf("error %q does not name the file and a reason", text)
	}
	// Lists are confidential: no error may quote a hash, nor pass control
	// characters on, nor grow with the input.
	for n := range 200 {
		if strings.Contains(text, synth(n).String()[:16]) {
			t.Errorf("error quotes a hash: %s", text)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(text) > len(path)+400 {
		t.Errorf("error not fit for a log: %q", text)
	}
}
