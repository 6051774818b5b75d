package hashlist

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// seed adds the files of a format, good and bad, and insists on their number.
func seed(f *testing.F, format Format, least int) {
	f.Helper()
	n := 0
	for _, path := range append(testFiles(f, "valid", 25), testFiles(f, "malformed", 139)...) {
		if format == FormatAuto || filepath.Base(filepath.Dir(path)) == format.String() {
			f.Add(mustRead(f, path))
			n++
		}
	}
	if n < least {
		f.Fatalf("%d seeds for %v, want at least %d", n, format, least)
	}
}

func FuzzPlain(f *testing.F)    { seed(f, FormatPlain, 23); fuzz(f, FormatPlain) }
func FuzzCSV(f *testing.F)      { seed(f, FormatCSV, 26); fuzz(f, FormatCSV) }
func FuzzNCMEC(f *testing.F)    { seed(f, FormatNCMEC, 49); fuzz(f, FormatNCMEC) }
func FuzzStopNCII(f *testing.F) { seed(f, FormatStopNCII, 40); fuzz(f, FormatStopNCII) }
func FuzzThreatExchange(f *testing.F) {
	seed(f, FormatThreatExchange, 25)
	fuzz(f, FormatThreatExchange)
}

// FuzzAuto lets the first bytes decide.
func FuzzAuto(f *testing.F) { seed(f, FormatAuto, 164); fuzz(f, FormatAuto) }

func fuzz(f *testing.F, format Format) {
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg := Config{Format: format, MaxRecord: 4096}
		strict, _, strictErr := readString(string(data), cfg)
		checkError(t, strictErr)
		cfg.Mode = Lenient
		lenient, sum, err := readString(string(data), cfg)
		checkError(t, err)
		if sum == nil {
			return
		}
		// Lenient mode reads what strict mode reads, and perhaps more.
		if len(lenient) < len(strict) || !slices.Equal(lenient[:len(strict)], strict) {
			t.Fatal("lenient mode reads other records than strict mode")
		}
		if strictErr == nil && (err != nil || len(lenient) != len(strict)) {
			t.Fatalf("strict mode reads all %d, lenient mode %d, %v", len(strict), len(lenient), err)
		}
		if sum.Records != sum.Entries+sum.SkippedTotal()+sum.BrokenTotal() {
			t.Fatalf("counts do not add up: %+v", sum)
		}
		c := NewCollector("x")
		entries := 0
		for _, r := range lenient {
			checkRecord(t, r)
			if r.Op == OpAdd {
				entries++
			}
			c.Add(r)
		}
		if entries != sum.Entries {
			t.Fatalf("%d entries, counted %d", entries, sum.Entries)
		}
		// What was read is a list: written as plain it is read again.
		var b strings.Builder
		l := c.List()
		for e := range l.All() {
			b.WriteString(e.PDQ.String() + "\n")
		}
		again, _, err := readString(b.String(), Config{Format: FormatPlain})
		if err != nil || len(again) != l.Len() {
			t.Fatalf("%d of %d entries again, %v", len(again), l.Len(), err)
		}
		if sum.String() == "" {
			t.Fatal("no summary")
		}
	})
}

func checkError(t *testing.T, err error) {
	var bad *SyntaxError
	switch {
	case err == nil || errors.Is(err, ErrUnknownFormat):
	case !errors.As(err, &bad):
		t.Fatalf("error %v of type %T", err, err)
	case bad.Fault == 0 || bad.Fault >= numFaults || bad.File != "test" || bad.Reason == "":
		t.Fatalf("incomplete error %+v", bad)
	case len(err.Error()) > 500 || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }):
		t.Fatalf("error not fit for a log: %q", err)
	case errors.Is(err, io.EOF):
		t.Fatal("io.EOF escapes")
	}
}

func checkRecord(t *testing.T, r Record) {
	e := r.Entry
	switch {
	case r.Op != OpAdd && r.Op != OpRemove:
		t.Fatalf("op %v", r.Op)
	case r.Op == OpRemove && (r.Key == "" || r.Reason == 0 || r.Reason >= numReasons || e.PDQ != PDQ{}):
		t.Fatalf("removal %+v", r)
	case r.Op == OpAdd && r.Reason != 0:
		t.Fatalf("addition for reason %v", r.Reason)
	case e.Quality != QualityUnknown && (e.Quality < DefaultMinQuality || e.Quality > 100):
		t.Fatalf("quality %d", e.Quality)
	case len(e.ID) > 2*maxText || len(e.Classification) > maxText || e.Source != "test":
		t.Fatalf("entry %+v", e)
	}
	for _, s := range []string{e.ID, e.Classification, r.Key} {
		if strings.ToValidUTF8(s, "") != s || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("text %q", s)
		}
	}
}
