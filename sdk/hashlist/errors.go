package hashlist

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	// ErrUnknownFormat reports that the first bytes of a file are those of no
	// format that the package reads. Name the format in [Config.Format].
	ErrUnknownFormat = errors.New("hashlist: format not recognised")

	// ErrConfig reports a [Config] or [Rule] with a value out of range.
	ErrConfig = errors.New("hashlist: bad configuration")

	// ErrSameName reports two lists of one name in [Merge]: were they taken as
	// one they would count once, were they taken as two a list given twice
	// would confirm itself.
	ErrSameName = errors.New("hashlist: two lists have the same name")

	// ErrTooMany reports a list or a set of more than 2^31 - 1 entries.
	ErrTooMany = errors.New("hashlist: more than 2^31 - 1 entries")
)

// Fault is the class of what is wrong with a record or a file.
type Fault uint8

// The faults. Each is one kind of mistake, so that a caller (and a test) need
// not look at the text of an error.
const (
	FaultHex       Fault = iota + 1 // a character of a hash is no hex digit
	FaultLength                     // a hash has the wrong number of digits
	FaultField                      // wrong number of fields, or bad quoting
	FaultValue                      // a value is out of range or unknown
	FaultMissing                    // something required is absent
	FaultDuplicate                  // a key, element or column occurs twice
	FaultType                       // a JSON value has the wrong type
	FaultTooLong                    // a line, record or value exceeds its limit
	FaultTooDeep                    // elements or values are nested too deeply
	FaultEncoding                   // not UTF-8, nor UTF-16 with a byte order mark
	FaultDoctype                    // XML with a document type declaration
	FaultXML                        // XML that is not well-formed
	FaultJSON                       // JSON that is not well-formed
	FaultTruncated                  // the file ends too early
	FaultStructure                  // well-formed, but not what the format has there
	numFaults                       // one more than the last
)

var faultNames = [numFaults]string{
	FaultHex: "bad hex", FaultLength: "wrong length", FaultField: "bad fields",
	FaultValue: "bad value", FaultMissing: "missing", FaultDuplicate: "duplicate",
	FaultType: "wrong type", FaultTooLong: "too long", FaultTooDeep: "too deep",
	FaultEncoding: "bad encoding", FaultDoctype: "doctype", FaultXML: "bad xml",
	FaultJSON: "bad json", FaultTruncated: "truncated", FaultStructure: "bad structure",
}

// String returns the name of the fault, such as "wrong length".
func (f Fault) String() string {
	if f > 0 && f < numFaults {
		return faultNames[f]
	}
	return "fault " + strconv.Itoa(int(f))
}

// MarshalText returns the name, so that counts by fault are readable as JSON.
func (f Fault) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// A SyntaxError says where a list cannot be read, and why. Places that do not
// apply are zero.
type SyntaxError struct {
	File    string // as it was given to Open or NewReader
	Line    int    // from 1; 0 for JSON, which has Offset and Element
	Offset  int64  // byte offset in the text as UTF-8, for JSON and encodings
	Element string // such as queryResult/images/image[3]/id, or hashRecords[2].hashValue
	Fault   Fault
	Reason  string // for people; quotes no hash

	separable bool
}

// Error returns "hashlist: FILE:LINE: ELEMENT: REASON" with what applies.
func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString("hashlist: ")
	if e.File != "" {
		b.WriteString(e.File)
		switch {
		case e.Line > 0:
			fmt.Fprintf(&b, ":%d", e.Line)
		case e.Offset > 0:
			fmt.Fprintf(&b, ": byte %d", e.Offset)
		}
		b.WriteString(": ")
	} else if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Element != "" {
		b.WriteString(e.Element)
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Separable reports whether the fault is confined to one record, so that
// [Lenient] mode skips the record and goes on.
func (e *SyntaxError) Separable() bool { return e.separable }

// fault makes a SyntaxError without a place.
func fault(f Fault, format string, args ...any) *SyntaxError {
	return &SyntaxError{Fault: f, Reason: fmt.Sprintf(format, args...)}
}

// clip quotes foreign text for an error: at most 24 characters of it, with
// everything unprintable escaped, so that no list can write to a terminal or
// flood a log.
func clip(s string) string {
	const most = 24
	if utf8.RuneCountInString(s) <= most {
		return strconv.Quote(s)
	}
	n := 0
	for i := range s {
		if n == most {
			s = s[:i]
			break
		}
		n++
	}
	return strconv.Quote(s) + "…"
}
