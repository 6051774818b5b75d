package hashlist

import (
	"slices"
	"strconv"
	"strings"
)

// column is what a CSV column holds.
type column uint8

const (
	colIgnored column = iota
	colPDQ
	colQuality
	colFile
	colID
	colClass
	colPHash
	colDHash
	colAHash
	numColumns
)

var columnNames = map[string]column{
	"hex": colPDQ, "hash": colPDQ, "pdq": colPDQ, "pdq_hash": colPDQ, "pdqhash": colPDQ, "pdq_hex": colPDQ,
	"quality": colQuality, "pdq_quality": colQuality,
	"filename": colFile, "file": colFile, "path": colFile,
	"id":             colID,
	"classification": colClass, "class": colClass,
	"phash": colPHash, "dhash": colDHash, "ahash": colAHash,
}

// csvList reads FormatCSV, a line at a time. It does not use encoding/csv: Meta's
// hasher prints file names as they are, with commas and quotes in them, and a
// quote that never closes must cost one record, not the rest of the file.
type csvList struct {
	lines      lineReader
	columns    []column // in the order of the file; nil before the first line
	header     bool
	kind       HashKind
	hash       column // where the hash is
	minQuality int
	sum        *Summary
}

func (p *csvList) next() (Record, error) {
	for {
		line, err := p.lines.next()
		if err != nil {
			return Record{}, err
		}
		if len(line) > 0 && line[0] == '#' {
			continue
		}
		s := strings.TrimSpace(string(line))
		if s == "" {
			continue
		}
		if p.columns == nil {
			isHeader, bad := p.start(s)
			if bad != nil {
				bad.Line = p.lines.n
				return Record{}, bad
			}
			if isHeader {
				continue
			}
		}
		rec, bad := p.parse(s)
		if bad == nil {
			return rec, nil
		}
		bad.Line, bad.separable = p.lines.n, true
		return Record{}, bad
	}
}

// start takes the first line: a header if one of its fields is a name of a
// hash column, so that a first line with a broken hash is not taken for one.
func (p *csvList) start(s string) (isHeader bool, _ *SyntaxError) {
	p.columns, p.hash = []column{colPDQ, colQuality, colFile}, colPDQ
	names, bad := splitCSV(s, 0)
	if bad != nil || checkText([]byte(s)) != nil {
		return false, nil // parse will say what is wrong with it
	}
	var columns []column
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSpace(name))
		columns = append(columns, columnNames[names[i]])
	}
	classic := slices.ContainsFunc(columns, func(c column) bool { return c == colPHash || c == colDHash || c == colAHash })
	if !classic && !slices.Contains(columns, colPDQ) {
		return false, nil
	}
	p.columns, p.header = columns, true
	if p.kind != HashPDQ {
		p.ownColumn(names)
	}
	if !slices.Contains(p.columns, p.hash) {
		return true, fault(FaultMissing, "no column with %s; the columns are %s", p.kind, clip(strings.Join(names, ",")))
	}
	seen := [numColumns]bool{}
	for i, c := range columns {
		switch {
		case c == colIgnored:
			p.sum.warn("column " + clip(names[i]) + " is not read")
		case seen[c]:
			return true, fault(FaultDuplicate, "two columns for one thing, the second is %s", clip(names[i]))
		}
		seen[c] = true
	}
	return true, nil
}

// ownColumn finds the column of a kind other than PDQ: the one that is named
// after it, or else one that is called no more than a hash. What is called a PDQ
// is not read then.
func (p *csvList) ownColumn(names []string) {
	p.hash = p.kind.column()
	named := slices.Contains(p.columns, p.hash)
	for i, c := range p.columns {
		switch {
		case c != colPDQ:
		case !named && (names[i] == "hash" || names[i] == "hex"):
			p.columns[i] = p.hash
		default:
			p.columns[i] = colIgnored
		}
	}
}

// parse reads a record.
func (p *csvList) parse(s string) (Record, *SyntaxError) {
	if bad := checkText([]byte(s)); bad != nil {
		return Record{}, bad
	}
	// A file name in the last column may hold commas.
	most := 0
	if p.columns[len(p.columns)-1] == colFile {
		most = len(p.columns)
	}
	fields, bad := splitCSV(s, most)
	if bad != nil {
		return Record{}, bad
	}
	switch n := len(fields); {
	case p.header && n != len(p.columns):
		return Record{}, fault(FaultField, "%d fields, the header has %d", n, len(p.columns))
	case !p.header && (n < 2 || n > 3):
		return Record{}, fault(FaultField, "%d fields, want hash, quality and file name", n)
	}
	e := Entry{Quality: QualityUnknown}
	var file string
	for i, f := range fields {
		var bad *SyntaxError
		f = strings.TrimSpace(f)
		if p.columns[i] == p.hash && p.kind != HashPDQ && f == "" {
			return skip(ReasonOtherHash), nil // a row may have some hashes and lack others
		}
		if p.columns[i] == p.hash {
			e.PDQ, bad = p.kind.parse(f)
		}
		switch p.columns[i] {
		case colQuality:
			e.Quality, bad = parseQuality(f)
		case colFile:
			file, bad = cloneText(f, "file name")
		case colID:
			e.ID, bad = cloneText(f, "id")
		case colClass:
			e.Classification, bad = cloneText(f, "classification")
		case colPHash:
			e.Extra.PHash, bad = parseClassic(f, "p")
		case colDHash:
			e.Extra.DHash, bad = parseClassic(f, "d")
		case colAHash:
			e.Extra.AHash, bad = parseClassic(f, "a")
		}
		if bad != nil {
			bad.Element = "field " + strconv.Itoa(i+1)
			return Record{}, bad
		}
	}
	if e.ID == "" {
		e.ID = file
	}
	if e.Quality != QualityUnknown && e.Quality < p.minQuality {
		return skip(ReasonLowQuality), nil
	}
	return Record{Op: OpAdd, Entry: e}, nil
}

// parseQuality reads 0 to 100, or nothing.
func parseQuality(s string) (int, *SyntaxError) {
	if s == "" {
		return QualityUnknown, nil
	}
	q, err := strconv.ParseUint(s, 10, 8)
	if err != nil || q > 100 {
		return 0, fault(FaultValue, "quality %s, want 0 to 100", clip(s))
	}
	return int(q), nil
}

// parseClassic reads a hash of goimagehash of the given kind: with or without
// the "p:" that its ToString puts in front, of 64 or 256 bits, or nothing.
func parseClassic(s, kind string) (string, *SyntaxError) {
	if s == "" {
		return "", nil
	}
	if k, digits, ok := strings.Cut(s, ":"); ok {
		if k != kind {
			return "", fault(FaultValue, "hash of kind %s in the column of kind %q", clip(k), kind)
		}
		s = digits
	}
	for i := 0; i < len(s) && i < hexDigits; i++ {
		if !isHex(s[i]) {
			return "", fault(FaultHex, "digit %d of the hash is %s, want 0-9 or a-f", i+1, quoteByte(s[i]))
		}
	}
	if len(s) != 16 && len(s) != 64 {
		return "", fault(FaultLength, "hash of %d characters, want 16 or 64 hex digits", len(s))
	}
	return strings.Clone(strings.ToLower(s)), nil
}

// cloneText copies a value out of its line, so that an entry does not keep the
// whole line alive, and bounds it.
func cloneText(s, what string) (string, *SyntaxError) {
	if len(s) > maxText {
		return "", fault(FaultTooLong, "%s of %d bytes, want at most %d", what, len(s), maxText)
	}
	for _, c := range []byte(s) {
		if c < 0x20 || c == 0x7f { // JSON can escape them
			return "", fault(FaultValue, "%s with the control character 0x%02x", what, c)
		}
	}
	return strings.Clone(s), nil
}

// splitCSV splits a line at its commas. A field that starts with a quote is
// quoted as in RFC 4180. With most > 0 the field of that number, unless quoted,
// is the rest of the line as it is.
func splitCSV(s string, most int) ([]string, *SyntaxError) {
	var fields []string
	for {
		if strings.HasPrefix(s, `"`) {
			f, rest, bad := cutQuoted(s[1:])
			if bad != nil {
				return nil, bad
			}
			fields = append(fields, f)
			if rest == "" {
				return fields, nil
			}
			s = rest[1:]
			continue
		}
		i := strings.IndexByte(s, ',')
		if i < 0 || len(fields) == most-1 {
			return append(fields, s), nil
		}
		fields = append(fields, s[:i])
		s = s[i+1:]
	}
}

// cutQuoted returns the field whose opening quote was just read, and what
// follows it: nothing, or a comma and more.
func cutQuoted(s string) (field, rest string, _ *SyntaxError) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", fault(FaultField, "a quote that does not close on its line")
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		switch {
		case s == "" || s[0] == ',':
			return b.String(), s, nil
		case s[0] != '"':
			return "", "", fault(FaultField, "text after a closing quote")
		}
		b.WriteByte('"')
		s = s[1:]
	}
}
