package d1

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// D1's limits, from its documentation.
const (
	maxRow        = 2_000_000 // bytes of a row, or of one value
	maxParameters = 100
	maxStatement  = 100_000 // bytes of SQL
)

// MaxInline is the most bytes of a voucher or a payload that are kept in the database; longer ones go to the bucket.
const MaxInline = 100_000

// A LimitError reports what D1 would not take. Nothing was sent.
type LimitError struct {
	What      string // "row", "parameters", "statement"
	Size, Max int
}

func (e *LimitError) Error() string {
	return "d1: " + e.What + " of " + strconv.Itoa(e.Size) + ", where D1 takes no more than " + strconv.Itoa(e.Max)
}

// check refuses a statement that exceeds a limit. The parameters' bytes bound those of the row that they make.
func check(query string, args []any) error {
	size := 0
	for _, a := range args {
		switch a := a.(type) {
		case []byte:
			size += len(a)
		case string:
			size += len(a)
		default:
			size += 9 // the longest of SQLite's numbers
		}
	}
	switch {
	case len(query) > maxStatement:
		return &LimitError{"statement", len(query), maxStatement}
	case len(args) > maxParameters:
		return &LimitError{"parameters", len(args), maxParameters}
	case size > maxRow:
		return &LimitError{"row", size, maxRow}
	}
	return nil
}

// place is where bytes that belong to a voucher are kept: "" for those that are short enough for the database.
func place(kind, voucher string, content []byte) string {
	if len(content) <= MaxInline {
		return ""
	}
	digest := sha256.Sum256(content)
	return kind + "/" + voucher + "/" + hex.EncodeToString(digest[:])
}
