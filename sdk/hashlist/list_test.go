package hashlist

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func valid(names ...string) []string {
	var out []string
	for _, n := range names {
		out = append(out, filepath.Join("testdata", "valid", filepath.FromSlash(n)))
	}
	return out
}

// contents writes a list as "1:id 2:id", in its order by number.
func contents(l *List) string {
	var out []string
	for e := range l.All() {
		out = append(out, describe(e))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Pages in sequence are one list, in which later pages take back and replace.
func TestReadFilesPages(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  string
		stats Stats
		more  bool
	}{
		{valid("ncmec/page1.xml"), "1:42/image1 2:42/image2 5:43/image5 6:1/same 7:2/same", Stats{Added: 5, Unmatched: 2}, true},
		// image2 and member 2's "same" are taken back, not member 1's; image5 has
		// another hash now.
		{
			valid("ncmec/page1.xml", "ncmec/page2.xml"), "1:42/image1 6:1/same 8:43/image5",
			Stats{Added: 6, Replaced: 1, Removed: 2, Unmatched: 3}, false,
		},
		// The service does not send in the order of time: the result is the same.
		{
			valid("ncmec/page2.xml", "ncmec/page1.xml"), "1:42/image1 6:1/same 8:43/image5",
			Stats{Added: 6, Stale: 3, Unmatched: 5}, true,
		},
		{
			valid("stopncii/page1.json", "stopncii/page2.json"), "1:hash 2:hash 5:hash",
			Stats{Added: 4, Removed: 1, Unmatched: 2}, false,
		},
		{
			valid("stopncii/page2.json", "stopncii/page1.json"), "1:hash 2:hash 5:hash",
			Stats{Added: 4, Stale: 1, Unmatched: 3}, true,
		},
		{
			valid("threatexchange/page1.json", "threatexchange/page2.json"), "10:109 1:101 8:108",
			Stats{Added: 4, Removed: 1, Unmatched: 4}, false,
		},
		{valid("plain/list.txt", "plain/crlf.txt"), "1: 2: 3: 4:", Stats{Added: 8, Duplicates: 4}, false},
		{valid("plain/list.txt", "csv/hasher.csv"), "", Stats{Added: 8}, false},
	} {
		list, sum, err := ReadFiles(Config{Source: "x"}, c.files...)
		if err != nil {
			t.Fatal(err)
		}
		if got := contents(list); c.want != "" && got != c.want {
			t.Errorf("%v:\n got %s\nwant %s", c.files, got, c.want)
		}
		s := list.Stats()
		if c.want != "" && s != c.stats {
			t.Errorf("%v: %+v, want %+v", c.files, s, c.stats)
		}
		if list.Len() != s.Added-s.Replaced-s.Stale-s.Removed-s.Duplicates {
			t.Errorf("%v: %d entries, %+v", c.files, list.Len(), s)
		}
		if sum.Files != len(c.files) || sum.More != c.more || sum.Entries != s.Added || list.Name() != "x" {
			t.Errorf("%v: summary %+v", c.files, sum)
		}
	}
}

// The outcome of records that state their times depends on the records, not on
// their order, and is what the rule says.
func TestCollectorOrder(t *testing.T) {
	for round := range 300 {
		rng := rand.New(rand.NewPCG(uint64(round), 9))
		var recs []Record
		type version struct {
			at  int64
			add bool
			pdq PDQ
		}
		latest := map[string]version{}
		for i := range 30 {
			key := fmt.Sprint("k", rng.IntN(6))
			// Equal times only between removals and one addition.
			v := version{at: int64(i+1) * 1000, add: rng.IntN(3) > 0, pdq: synth(rng.IntN(8))}
			if !v.add && rng.IntN(2) == 0 {
				v.at = int64(rng.IntN(i+1)+1) * 1000
			}
			r := Record{Op: OpRemove, Key: key, Reason: ReasonWithdrawn, Entry: Entry{ID: key, Updated: time.UnixMilli(v.at), Quality: QualityUnknown}}
			if v.add {
				r.Op, r.Entry.PDQ, r.Reason = OpAdd, v.pdq, 0
			}
			recs = append(recs, r)
			if old, ok := latest[key]; !ok || v.at > old.at || v.at == old.at && !v.add {
				latest[key] = v
			}
		}
		var want []string
		for key, v := range latest {
			if v.add {
				want = append(want, describe(Entry{PDQ: v.pdq, ID: key}))
			}
		}
		slices.Sort(want)
		for range 5 {
			rng.Shuffle(len(recs), func(i, j int) { recs[i], recs[j] = recs[j], recs[i] })
			c := NewCollector("x")
			for _, r := range recs {
				if err := c.Add(r); err != nil {
					t.Fatal(err)
				}
			}
			l := c.List()
			if got := contents(l); got != strings.Join(want, " ") {
				t.Fatalf("round %d: %s, want %s", round, got, want)
			}
			if s := l.Stats(); l.Len() != s.Added-s.Replaced-s.Stale-s.Removed-s.Duplicates {
				t.Fatalf("round %d: %d entries, %+v", round, l.Len(), s)
			}
		}
	}
}

// Without times the later record in the stream counts.
func TestCollectorStreamOrder(t *testing.T) {
	add := func(n int) Record {
		return Record{Op: OpAdd, Key: "k", Entry: Entry{PDQ: synth(n), ID: "k"}}
	}
	remove := Record{Op: OpRemove, Key: "k"}
	for _, c := range []struct {
		recs []Record
		want string
	}{
		{[]Record{add(1)}, "1:k"},
		{[]Record{add(1), add(2)}, "2:k"},
		{[]Record{add(1), remove}, ""},
		{[]Record{remove, add(1)}, "1:k"},
		{[]Record{add(1), remove, add(2)}, "2:k"},
		{[]Record{add(1), remove, remove}, ""},
		{[]Record{{Op: OpRemove}, {Op: OpAdd, Entry: Entry{PDQ: synth(3)}}}, "3:"},
	} {
		l, err := Collect("x", func(yield func(Record, error) bool) {
			for _, r := range c.recs {
				if !yield(r, nil) {
					return
				}
			}
		})
		if err != nil || contents(l) != c.want {
			t.Errorf("%v: %q, %v, want %q", c.recs, contents(l), err, c.want)
		}
	}
	broken := errors.New("broken")
	if _, err := Collect("x", func(yield func(Record, error) bool) { yield(Record{}, broken) }); err != broken {
		t.Errorf("error %v", err)
	}
}

// A list is the same list in whatever order its entries came.
func TestListOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var recs []Record
	for range 500 {
		r := randomRecord(rng)
		r.Op, r.Entry.PDQ, r.Entry.Source = OpAdd, synth(rng.IntN(150)), "x"
		r.Entry.ID = fmt.Sprint(rng.IntN(3))
		r.Entry.Updated = time.UnixMilli(int64(rng.IntN(2) + 1)).UTC()
		r.Entry.Quality = 50 + rng.IntN(3)
		r.Entry.Classification = fmt.Sprint("class", rng.IntN(2))
		recs = append(recs, r)
	}
	var first []Entry
	for range 5 {
		c := NewCollector("x")
		for _, r := range recs {
			c.Add(r)
		}
		got := slices.Collect(c.List().All())
		if first == nil {
			first = got
		}
		if !slices.Equal(got, first) {
			t.Fatal("the order of arrival changes the list")
		}
		if !slices.IsSortedFunc(got, func(a, b Entry) int { return a.PDQ.Compare(b.PDQ) }) {
			t.Fatal("not sorted")
		}
		if c.List().Len() != 0 {
			t.Fatal("the collector is not empty")
		}
		rng.Shuffle(len(recs), func(i, j int) { recs[i], recs[j] = recs[j], recs[i] })
	}
}

func TestReadFilesModes(t *testing.T) {
	good := valid("ncmec/page1.xml")[0]
	cut := filepath.Join("testdata", "malformed", "ncmec", "tag-mismatch.xml") // good1, then broken markup
	one := filepath.Join("testdata", "malformed", "ncmec", "pdq-hex.xml")      // good1, broken, good2
	gone := filepath.Join("testdata", "no such file.xml")

	if l, sum, err := ReadFiles(Config{}, good, one); l != nil || sum.BrokenTotal() != 1 {
		t.Errorf("strict: list %v, broken %v", l, sum.Broken)
	} else {
		wantSyntax(t, err, FaultHex)
	}
	if l, _, err := ReadFiles(Config{}, good, gone); l != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("strict: list %v, error %v", l, err)
	}

	l, sum, err := ReadFiles(Config{Mode: Lenient}, cut, gone, one, good)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := contents(l), "1:42/good1 1:42/image1 2:42/good2 2:42/image2 5:43/image5 6:1/same 7:2/same"; got != want {
		t.Errorf("lenient: %s, want %s", got, want)
	}
	if sum.FailedFiles != 2 || len(sum.Failed) != 2 || sum.Files != 3 || sum.Broken[FaultHex] != 1 || sum.Broken[FaultXML] != 1 {
		t.Errorf("lenient: %+v", sum)
	}
	if f := sum.Failed[1]; f.File != gone || !errors.Is(f.Err, os.ErrNotExist) || f.Reason != f.Err.Error() {
		t.Errorf("lenient: failed %+v", f)
	}
	if b, err := json.Marshal(sum); err != nil || !strings.Contains(string(b), `"Broken":{"bad hex":1,"bad xml":1}`) ||
		!strings.Contains(string(b), `"Skipped":{"another hash type":2,"video":2}`) {
		t.Errorf("as JSON: %s, %v", b, err)
	}
	text := sum.String()
	for _, want := range []string{"tag-mismatch.xml", "no such file.xml", "pdq-hex.xml", "broken 2: 1 bad hex, 1 bad xml"} {
		if strings.Count(text, want) != 1 && want != "no such file.xml" || !strings.Contains(text, want) {
			t.Errorf("summary does not say %q once:\n%s", want, text)
		}
	}
	if l, _, err := ReadFiles(Config{Mode: Lenient}, gone, cut); l != nil || err == nil {
		t.Errorf("nothing could be read, but %v, %v", l, err)
	}
	if _, _, err := ReadFiles(Config{}); !errors.Is(err, ErrConfig) {
		t.Errorf("no files: %v", err)
	}
	if _, _, err := ReadFiles(Config{Mode: Lenient, MaxRecord: 1}, good); !errors.Is(err, ErrConfig) {
		t.Errorf("bad configuration: %v", err)
	}
}

func TestMerge(t *testing.T) {
	read := func(name string, files ...string) *List {
		l, _, err := ReadFiles(Config{Source: name}, valid(files...)...)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	a, b, c := read("a", "ncmec/page1.xml"), read("b", "plain/list.txt"), read("c", "csv/columns.csv")
	s, err := Merge(a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	if s.EntryCount() != a.Len()+b.Len()+c.Len() || s.Len() != 7 {
		t.Errorf("%d entries, %d hashes", s.EntryCount(), s.Len())
	}
	seen := 0
	for i, h := range s.Hashes() {
		if i > 0 && s.Hash(i-1).Compare(h) >= 0 {
			t.Error("not in order")
		}
		for _, e := range s.Entries(i) {
			seen++
			if e.PDQ != h {
				t.Errorf("entry %v under %v", e, h)
			}
		}
		if h == synth(1) {
			var got []string
			for _, e := range s.Entries(i) {
				got = append(got, e.Source+" "+e.ID)
			}
			if fmt.Sprint(got) != "[a 42/image1 b  c e1]" {
				t.Errorf("hash 1 is of %q", got)
			}
		}
	}
	if seen != s.EntryCount() {
		t.Errorf("%d entries seen of %d", seen, s.EntryCount())
	}
	if _, err := Merge(a, read("a", "plain/list.txt")); !errors.Is(err, ErrSameName) {
		t.Errorf("two lists of one name: %v", err)
	}
	if s, err := Merge(); err != nil || s.Len() != 0 {
		t.Errorf("no lists: %v", err)
	}
}

// The cost that the documentation of Collector states.
func TestCollectorCost(t *testing.T) {
	const n = 100_000
	before := liveHeap()
	c := NewCollector("x")
	idBytes := 0
	for i := range n {
		id := fmt.Sprintf("42/image%08d", i)
		idBytes += len(id)
		c.Add(Record{Op: OpAdd, Key: id, Entry: Entry{PDQ: synth(i % 50), ID: id, Updated: time.UnixMilli(int64(i + 1))}})
	}
	perEntry := (liveHeap() - before) / n
	l := c.List()
	listOnly := (liveHeap() - before) / n
	t.Logf("%d bytes an entry while collecting, %d in the list, ids of %d", perEntry, listOnly, idBytes/n)
	if perEntry > 280 || listOnly > 110 {
		t.Errorf("%d bytes an entry while collecting, %d in the list", perEntry, listOnly)
	}
	if l.Len() != n {
		t.Fatal(l.Len())
	}
}
