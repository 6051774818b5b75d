package hashlist

import (
	"bytes"
	"fmt"
)

// Keys that only pages of one feed have near their beginning. The first one that
// occurs decides.
var (
	stopNCIIKeys = []string{`"hashRecords"`, `"nextSetTimestamp"`, `"hasMoreRecords"`, `"nextPageToken"`, `"hashValue"`}
	threatKeys   = []string{`"data"`, `"indicator"`, `"should_delete"`, `"descriptors"`, `"paging"`}
)

// detect tells the format from the beginning of the text. The error wraps
// ErrUnknownFormat.
func detect(head []byte) (Format, error) {
	b := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(b) == 0:
		return 0, fmt.Errorf("%w: no text in the first %d bytes; if the list is meant to be empty, name its format", ErrUnknownFormat, len(head))
	case b[0] == '<':
		return FormatNCMEC, nil
	case b[0] == '{':
		s, t := firstOf(b, stopNCIIKeys), firstOf(b, threatKeys)
		switch {
		case s < t:
			return FormatStopNCII, nil
		case t < s:
			return FormatThreatExchange, nil
		}
		return 0, fmt.Errorf("%w: JSON, but neither a page of StopNCII (hashRecords) nor of ThreatExchange (data)", ErrUnknownFormat)
	case b[0] == '[':
		return 0, fmt.Errorf("%w: a JSON array; want pages as the services send them, which are objects", ErrUnknownFormat)
	}
	for line := range bytes.Lines(b) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if bytes.IndexByte(line, ',') >= 0 {
				return FormatCSV, nil
			}
			return FormatPlain, nil
		}
	}
	return FormatPlain, nil // nothing but comments
}

// firstOf returns the offset of the first of keys in b, or len(b).
func firstOf(b []byte, keys []string) int {
	at := len(b)
	for _, k := range keys {
		if i := bytes.Index(b[:at], []byte(k)); i >= 0 {
			at = i
		}
	}
	return at
}
