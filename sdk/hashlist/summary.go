package hashlist

import (
	"fmt"
	"slices"
	"strings"
)

// MaxErrors is how many broken records, files and warnings a Summary keeps.
const MaxErrors = 100

// Summary counts what became of the records of a list. Always
//
//	Records = Entries + the sum of Skipped + the sum of Broken
//
// where a fault that ends a file counts as one broken record.
type Summary struct {
	Source string // the name of the list
	Format Format // of the first file
	Files  int    // that were opened

	Records int // of all kinds
	Entries int // additions; a list with removals may keep fewer of them

	// QualityUnknown is how many entries come without their PDQ quality, so that
	// Config.MinQuality could not be applied to them.
	QualityUnknown int

	Skipped map[Reason]int // records that are no entry, by reason
	Broken  map[Fault]int  // records that could not be read, by fault

	Errors []*SyntaxError // the broken records, at most the first MaxErrors

	// Failed are the files that could not be opened or not be read to their end,
	// at most the first MaxErrors of FailedFiles; only [ReadFiles] fills it.
	Failed      []FailedFile
	FailedFiles int

	// Warnings are oddities that cost no record: a page whose count is wrong, a
	// column that is not read. At most the first MaxErrors.
	Warnings []string

	// More says that the last page names a next one: the list goes on.
	More bool
}

// FailedFile is a file that [ReadFiles] gave up in [Lenient] mode.
type FailedFile struct {
	File   string
	Reason string // the text of Err
	Err    error  `json:"-"`
}

func newSummary(source string, f Format) *Summary {
	return &Summary{Source: source, Format: f, Skipped: map[Reason]int{}, Broken: map[Fault]int{}}
}

// record counts a record that could be read.
func (s *Summary) record(r Record) {
	s.Records++
	if r.Op != OpAdd {
		s.Skipped[r.Reason]++
		return
	}
	s.Entries++
	if r.Entry.Quality == QualityUnknown {
		s.QualityUnknown++
	}
}

// broken counts one that could not.
func (s *Summary) broken(e *SyntaxError) {
	s.Records++
	s.Broken[e.Fault]++
	if len(s.Errors) < MaxErrors {
		s.Errors = append(s.Errors, e)
	}
}

func (s *Summary) failed(file string, err error) {
	s.FailedFiles++
	if len(s.Failed) < MaxErrors {
		s.Failed = append(s.Failed, FailedFile{file, err.Error(), err})
	}
}

func (s *Summary) warn(text string) {
	if len(s.Warnings) < MaxErrors {
		s.Warnings = append(s.Warnings, text)
	}
}

// add adds the counts of the next file of the same list.
func (s *Summary) add(o *Summary) {
	if s.Files == 0 {
		s.Format = o.Format
	}
	s.Files += o.Files
	s.Records += o.Records
	s.Entries += o.Entries
	s.QualityUnknown += o.QualityUnknown
	for k, n := range o.Skipped {
		s.Skipped[k] += n
	}
	for k, n := range o.Broken {
		s.Broken[k] += n
	}
	s.Errors = append(s.Errors, o.Errors[:min(len(o.Errors), MaxErrors-len(s.Errors))]...)
	for _, w := range o.Warnings {
		s.warn(w)
	}
	s.More = o.More
}

// SkippedTotal returns the number of records that are no entry.
func (s *Summary) SkippedTotal() int { return total(s.Skipped) }

// BrokenTotal returns the number of records that could not be read.
func (s *Summary) BrokenTotal() int { return total(s.Broken) }

func total[K comparable](m map[K]int) int {
	n := 0
	for _, c := range m {
		n += c
	}
	return n
}

// String returns the summary for people, in several lines without a last line
// end; the same counts give the same text.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%v, %s): %s, %s", s.Source, s.Format, plural(s.Files, "file", "files"),
		plural(s.Records, "record", "records"), plural(s.Entries, "entry", "entries"))
	if s.QualityUnknown > 0 {
		fmt.Fprintf(&b, " (%d without a quality)", s.QualityUnknown)
	}
	writeCounts(&b, "skipped", s.Skipped)
	writeCounts(&b, "broken", s.Broken)
	for _, e := range s.Errors {
		if e.separable || s.FailedFiles == 0 { // else it stands among the files below
			fmt.Fprintf(&b, "\n    %v", e)
		}
	}
	if n := s.BrokenTotal() - len(s.Errors); n > 0 {
		fmt.Fprintf(&b, "\n    and %d more", n)
	}
	for _, f := range s.Failed {
		fmt.Fprintf(&b, "\n  not read to the end: %s", f.Reason)
	}
	if n := s.FailedFiles - len(s.Failed); n > 0 {
		fmt.Fprintf(&b, "\n  and %s more", plural(n, "file", "files"))
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&b, "\n  warning: %s", w)
	}
	if s.More {
		b.WriteString("\n  warning: the last page names a next one: the list is not complete")
	}
	return b.String()
}

// writeCounts writes a line "skipped 3: 1 video, 2 withdrawn" in the order of
// the constants.
func writeCounts[K interface {
	~uint8
	fmt.Stringer
}](b *strings.Builder, what string, m map[K]int) {
	if len(m) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  %s %d", what, total(m))
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(b, "%s%d %v", sep, m[k], k)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
