package hashlist

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// What the valid files hold: records in order as op:number:id, and the counts.
var validFiles = []struct {
	file    string
	format  Format
	records string
	skipped map[Reason]int
	unknown int // entries without a quality
	more    bool
	warns   int
}{
	{"plain/list.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"plain/crlf.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"plain/utf8-bom.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"plain/utf16le.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"plain/utf16be.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"plain/no-final-newline.txt", FormatPlain, "+1: +2: +3: +4:", map[Reason]int{ReasonOtherHash: 1}, 4, false, 0},
	{"csv/hasher.csv", FormatCSV, `+1:a.jpg +3:dir/c,_d_"e".jpg +4:unknown_quality.png +5:`, map[Reason]int{ReasonLowQuality: 1}, 1, false, 0},
	{"csv/crlf.csv", FormatCSV, `+1:a.jpg +3:dir/c,_d_"e".jpg +4:unknown_quality.png +5:`, map[Reason]int{ReasonLowQuality: 1}, 1, false, 0},
	{"csv/utf16le.csv", FormatCSV, `+1:a.jpg +3:dir/c,_d_"e".jpg +4:unknown_quality.png +5:`, map[Reason]int{ReasonLowQuality: 1}, 1, false, 0},
	{"csv/header.csv", FormatCSV, `+1:a.jpg +3:dir/c,_d_"e".jpg +4:unknown_quality.png +5:`, map[Reason]int{ReasonLowQuality: 1}, 1, false, 0},
	{"csv/columns.csv", FormatCSV, "+1:e1 +2:plain,_name.jpg", map[Reason]int{ReasonLowQuality: 1}, 1, false, 1},
	{"ncmec/page1.xml", FormatNCMEC, "+1:42/image1 +2:42/image2 -42/image3 -42/image4 +5:43/image5 +6:1/same +7:2/same", map[Reason]int{ReasonOtherHash: 2, ReasonVideo: 2}, 5, true, 0},
	{"ncmec/page2.xml", FormatNCMEC, "-42/image2 +8:43/image5 -2/same -42/never", map[Reason]int{ReasonWithdrawn: 3}, 1, false, 0},
	{"ncmec/utf16.xml", FormatNCMEC, "+1:42/image1 +2:42/image2 -42/image3 -42/image4 +5:43/image5 +6:1/same +7:2/same", map[Reason]int{ReasonOtherHash: 2, ReasonVideo: 2}, 5, true, 0},
	{"ncmec/crlf.xml", FormatNCMEC, "+1:42/image1 +2:42/image2 -42/image3 -42/image4 +5:43/image5 +6:1/same +7:2/same", map[Reason]int{ReasonOtherHash: 2, ReasonVideo: 2}, 5, true, 0},
	{"ncmec/empty.xml", FormatNCMEC, "", nil, 0, false, 0},
	{"ncmec/wrong-count.xml", FormatNCMEC, "+1:42/image1", nil, 1, false, 1},
	{"stopncii/page1.json", FormatStopNCII, "+1:hash -2 +3:hash -4", map[Reason]int{ReasonNotConfirmed: 1, ReasonOtherHash: 2, ReasonWithdrawn: 1}, 2, true, 0},
	{"stopncii/page2.json", FormatStopNCII, "-3 +2:hash +5:hash", map[Reason]int{ReasonWithdrawn: 1}, 2, false, 0},
	{"stopncii/two-pages-in-one.json", FormatStopNCII, "+1:hash -2 +3:hash -4 -3 +2:hash +5:hash", map[Reason]int{ReasonNotConfirmed: 1, ReasonOtherHash: 2, ReasonWithdrawn: 2}, 4, false, 0},
	{"stopncii/utf8-bom.json", FormatStopNCII, "+1:hash -2 +3:hash -4", map[Reason]int{ReasonNotConfirmed: 1, ReasonOtherHash: 2, ReasonWithdrawn: 1}, 2, true, 0},
	{"stopncii/wrong-count.json", FormatStopNCII, "+1:hash", nil, 1, false, 1},
	{"threatexchange/page1.json", FormatThreatExchange, "+1:101 -103 -104 +5:105 -106", map[Reason]int{ReasonOtherHash: 1, ReasonNotConfirmed: 2, ReasonDisputed: 1}, 2, true, 0},
	{"threatexchange/page2.json", FormatThreatExchange, "-105 -107 +8:108 +10:109", map[Reason]int{ReasonWithdrawn: 2}, 2, false, 0},
	{"threatexchange/empty.json", FormatThreatExchange, "", nil, 0, false, 0},
}

// trace writes records as validFiles has them.
func trace(recs []Record) string {
	var out []string
	for _, r := range recs {
		switch r.Op {
		case OpAdd:
			out = append(out, "+"+strings.ReplaceAll(describe(r.Entry), " ", "_"))
		case OpRemove:
			id := r.Entry.ID
			if h, err := ParsePDQ(id); err == nil {
				id, _, _ = strings.Cut(describe(Entry{PDQ: h}), ":")
			}
			out = append(out, "-"+id)
		default:
			out = append(out, r.Op.String())
		}
	}
	return strings.Join(out, " ")
}

func TestValidFiles(t *testing.T) {
	files := testFiles(t, "valid", 25)
	if len(files) != len(validFiles) {
		t.Errorf("%d valid files, %d expectations", len(files), len(validFiles))
	}
	for _, w := range validFiles {
		t.Run(w.file, func(t *testing.T) {
			path := filepath.Join("testdata", "valid", filepath.FromSlash(w.file))
			r, err := Open(path, Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			recs, err := drain(r)
			if err != nil {
				t.Fatal(err)
			}
			if r.Format() != w.format {
				t.Errorf("taken for %v", r.Format())
			}
			if got := trace(recs); got != w.records {
				t.Errorf("records\n got %s\nwant %s", got, w.records)
			}
			s := r.Summary()
			for reason := Reason(1); reason < numReasons; reason++ {
				if s.Skipped[reason] != w.skipped[reason] {
					t.Errorf("skipped %d for %v, want %d", s.Skipped[reason], reason, w.skipped[reason])
				}
			}
			if s.QualityUnknown != w.unknown || s.More != w.more || len(s.Warnings) != w.warns || s.BrokenTotal() != 0 {
				t.Errorf("summary %+v", s)
			}
			if s.Records != s.Entries+s.SkippedTotal() {
				t.Errorf("%d records are not the sum of %+v", s.Records, s)
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("Next behind the end: %v", err)
			}
			name, _, _ := strings.Cut(filepath.Base(w.file), ".")
			for _, rec := range recs {
				if rec.Entry.Source != name {
					t.Errorf("source %q, want %q", rec.Entry.Source, name)
				}
			}
		})
	}
}

// What the entries carry beside the hash.
func TestEntryDetails(t *testing.T) {
	first := func(file string) Entry {
		r, err := Open(filepath.Join("testdata", "valid", filepath.FromSlash(file)), Config{Source: "hotline"})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		return rec.Entry
	}
	for _, c := range []struct {
		file string
		want Entry
	}{
		{"csv/columns.csv", Entry{
			ID: "e1", Quality: 88, Classification: "A1",
			Extra: Extra{
				PHash: synth(11).String()[:16], DHash: synth(12).String()[:16], AHash: synth(13).String()[:16],
			},
		}},
		{"ncmec/page1.xml", Entry{
			ID: "42/image1", Quality: QualityUnknown, Classification: "A1",
			Updated: time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC),
		}},
		{"stopncii/page1.json", Entry{ID: synth(1).String(), Quality: QualityUnknown, Updated: time.Unix(1700000000, 0).UTC()}},
		{"threatexchange/page1.json", Entry{
			ID: "101", Quality: QualityUnknown, Classification: "a,b,c", Updated: time.Unix(1700000000, 0).UTC(),
		}},
	} {
		c.want.PDQ, c.want.Source = synth(1), "hotline"
		if got := first(c.file); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.file, got, c.want)
		}
	}
}

// The access token in ThreatExchange's link must not reach a summary.
func TestNoTokenInSummary(t *testing.T) {
	path := "testdata/valid/threatexchange/page1.json"
	if !strings.Contains(string(mustRead(t, path)), "access_token=SECRET") {
		t.Fatal("the test file has no token")
	}
	_, sum, err := ReadFiles(Config{}, path)
	if err != nil {
		t.Fatal(err)
	}
	if s := sum.String(); strings.Contains(s, "SECRET") || !strings.Contains(s, "not complete") {
		t.Errorf("summary %s", s)
	}
}

// The same records however the source cuts the bytes.
func TestShortReads(t *testing.T) {
	n := 0
	for _, path := range append(testFiles(t, "valid", 25), testFiles(t, "malformed", 139)...) {
		data := string(mustRead(t, path))
		format, _ := ParseFormat(filepath.Base(filepath.Dir(path)))
		cfg := Config{Format: format, Mode: Lenient, MaxRecord: 8192}
		want, _, wantErr := readString(data, cfg)
		for _, cut := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
			var got []Record
			r, err := NewReader(cut(strings.NewReader(data)), "test", cfg)
			if err == nil {
				got, err = drain(r)
			}
			if !slices.Equal(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
				t.Errorf("%s: %d records and %v, want %d and %v", path, len(got), err, len(want), wantErr)
			}
			n++
		}
	}
	if n < 3*160 {
		t.Errorf("only %d cases", n)
	}
}

// A failing disk is not a broken list.
func TestSourceError(t *testing.T) {
	broken := errors.New("disk on fire")
	n := 0
	for _, w := range validFiles {
		data := mustRead(t, filepath.Join("testdata", "valid", filepath.FromSlash(w.file)))
		if len(data) < 200 {
			continue
		}
		n++
		half := io.MultiReader(strings.NewReader(string(data[:len(data)/2])), iotest.ErrReader(broken))
		r, err := NewReader(half, "list", Config{Format: w.format, Mode: Lenient})
		if err == nil {
			_, err = drain(r)
		}
		var bad *SyntaxError
		if !errors.Is(err, broken) || errors.As(err, &bad) || !strings.Contains(err.Error(), "list") {
			t.Errorf("%s: error %v", w.file, err)
		}
	}
	if n < 20 {
		t.Errorf("only %d files", n)
	}
}

func TestDetect(t *testing.T) {
	hash := synth(1).String()
	for _, c := range []struct {
		head string
		want Format
	}{
		{hash, FormatPlain},
		{"# a, b\n\n" + hash + " # a, b", FormatPlain},
		{"# nothing but this", FormatPlain},
		{"what is this", FormatPlain}, // and then fails with a line
		{hash + ",90,a.jpg", FormatCSV},
		{"# list\nhash,quality,filename\n", FormatCSV},
		{" \r\n<?xml?>", FormatNCMEC},
		{"<queryResult>", FormatNCMEC},
		{`{"count": 1, "hashRecords": []}`, FormatStopNCII},
		{`{"nextPageToken": "data"}`, FormatStopNCII},
		{`{"data": [{"indicator": "hashRecords"}]}`, FormatThreatExchange},
		{`{"paging": {}}`, FormatThreatExchange},
		{"", FormatAuto}, {" \n ", FormatAuto}, {"{}", FormatAuto}, {"[1]", FormatAuto}, {`{"error": 1}`, FormatAuto},
	} {
		got, err := detect([]byte(c.head))
		if got != c.want || (err != nil) != (c.want == FormatAuto) || err != nil && !errors.Is(err, ErrUnknownFormat) {
			t.Errorf("%.40q: %v, %v, want %v", c.head, got, err, c.want)
		}
	}
	// An explicit format overrides: an empty plain list is a list.
	for _, f := range []Format{FormatPlain, FormatCSV} {
		if recs, _, err := readString("", Config{Format: f}); err != nil || len(recs) != 0 {
			t.Errorf("empty %v list: %v", f, err)
		}
	}
	if _, _, err := readString("", Config{}); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("empty file: %v", err)
	}
	if _, _, err := readString(hash+"\n", Config{Format: FormatNCMEC}); err == nil {
		t.Error("a plain list was read as XML")
	}
}

func TestConfig(t *testing.T) {
	list := synth(1).String() + ",30,a.jpg\n" + synth(2).String() + ",60,b.jpg\n"
	for _, c := range []struct{ min, want int }{{0, 1}, {30, 2}, {61, 0}, {100, 0}, {AnyQuality, 2}} {
		recs, _, err := readString(list, Config{MinQuality: c.min})
		if err != nil || len(recs) != c.want {
			t.Errorf("minimum quality %d: %d records, %v, want %d", c.min, len(recs), err, c.want)
		}
	}
	for _, cfg := range []Config{
		{Format: 99}, {Mode: 9}, {MinQuality: 101}, {MinQuality: -2}, {MaxRecord: 10}, {MaxRecord: -1},
	} {
		if _, _, err := readString(list, cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: error %v, want ErrConfig", cfg, err)
		}
	}
	for f := FormatAuto; f < numFormats; f++ {
		if got, err := ParseFormat(f.String()); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %v, %v", f, got, err)
		}
	}
	if _, err := ParseFormat("xlsx"); !errors.Is(err, ErrConfig) {
		t.Errorf("ParseFormat of nonsense: %v", err)
	}
	if _, err := Open("testdata/no such file", Config{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of nothing: %v", err)
	}
}

func TestSourceName(t *testing.T) {
	for in, want := range map[string]string{
		"a.csv": "a", "/x/y/iwf.2024.txt": "iwf.2024", "list": "list", ".hidden": ".hidden",
	} {
		if got := sourceName(in); got != want {
			t.Errorf("sourceName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPDQ(t *testing.T) {
	h := synth(5)
	got, err := ParsePDQ(strings.ToUpper(h.String()))
	if err != nil || got != h {
		t.Fatalf("ParsePDQ: %v, %v", got, err)
	}
	// The first digit is the side of bit 255.
	top, _ := ParsePDQ("8" + strings.Repeat("0", 63))
	if top[0] != 0x80 || top.Distance(PDQ{}) != 1 {
		t.Errorf("first digit 8 is %v", top[:2])
	}
	wantSyntax(t, func() error { _, err := ParsePDQ(h.String()[1:]); return err }(), FaultLength)
	wantSyntax(t, func() error { _, err := ParsePDQ("x"); return err }(), FaultHex)
	wantSyntax(t, func() error { _, err := ParsePDQ(""); return err }(), FaultLength)
	for n := range 100 {
		a, b := synth(n), synth(n+1)
		slow := 0
		for i := range 256 {
			if (a[i/8]^b[i/8])>>(i%8)&1 == 1 {
				slow++
			}
		}
		if a.Distance(b) != slow || a.Distance(a) != 0 || a.Distance(b) != b.Distance(a) {
			t.Errorf("distance %d, want %d", a.Distance(b), slow)
		}
		if a.Compare(b) != strings.Compare(a.String(), b.String()) {
			t.Error("Compare differs from the order of the hex forms")
		}
	}
}

// The limit on a record is where it is said to be, whatever ends the line.
func TestMaxRecord(t *testing.T) {
	const most = 512
	hash := synth(1).String()
	name := func(n int) string { return hash + ",90," + strings.Repeat("n", n-len(hash)-4) }
	for _, end := range []string{"", "\n", "\r\n", "\n" + hash + ",90,x"} {
		for n, want := range map[int]int{most - 1: 0, most: 0, most + 1: 1, most + 2: 1, most + 3: 1} {
			_, sum, err := readString(name(n)+end, Config{Format: FormatCSV, Mode: Lenient, MaxRecord: most})
			if err != nil || sum.Broken[FaultTooLong] != want || sum.Records != 1+strings.Count(end, ",x") {
				t.Errorf("line of %d bytes and %q: %v, %+v", n, end, err, sum)
			}
		}
	}
	// JSON and XML records count with what stands between them, so a little
	// less is certain to fit and a little more is certain not to.
	for _, c := range []struct {
		format           Format
		head, tail, last string
	}{
		{FormatStopNCII, `{"hashRecords": [`, `"}`, `]}`},
		{FormatNCMEC, `<queryResult><images>`, "</feedback></image>", "</images></queryResult>"},
	} {
		record := func(n int) string {
			s := `{"signalType": "ImagePDQ", "hashStatus": "Active", "hashValue": "` + hash + `", "x": "`
			if c.format == FormatNCMEC {
				s = `<image><member id="1"/><id>i</id><fingerprints><pdq>` + hash + `</pdq></fingerprints><feedback>`
			}
			return s + strings.Repeat("x", n-len(s)-len(c.tail)) + c.tail
		}
		sep := ","
		if c.format == FormatNCMEC {
			sep = " "
		}
		for n, want := range map[int]bool{most - 4: true, most + 4: false} {
			_, _, err := readString(c.head+strings.Repeat(record(n)+sep, 3)+record(n)+c.last, Config{Format: c.format, MaxRecord: most})
			if want && err != nil {
				t.Errorf("%v record of %d bytes: %v", c.format, n, err)
			} else if !want {
				wantSyntax(t, err, FaultTooLong)
			}
		}
	}
}

// StopNCII sends a token with the last page too; what counts is hasMoreRecords.
func TestStopNCIIMore(t *testing.T) {
	for page, want := range map[string]bool{
		`{"hasMoreRecords": false, "nextPageToken": "x", "hashRecords": []}`: false,
		`{"nextPageToken": "x", "hasMoreRecords": false, "hashRecords": []}`: false,
		`{"nextPageToken": "x", "hashRecords": [], "hasMoreRecords": true}`:  true,
		`{"hasMoreRecords": true, "nextPageToken": null, "hashRecords": []}`: true,
		`{"nextPageToken": "x", "hashRecords": []}`:                          true,
		`{"nextPageToken": "", "hashRecords": []}`:                           false,
	} {
		_, sum, err := readString(page, Config{})
		if err != nil || sum.More != want {
			t.Errorf("%s: more %v, %v", page, sum.More, err)
		}
	}
}
