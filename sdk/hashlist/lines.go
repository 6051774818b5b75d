package hashlist

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"
)

// lineReader returns lines of at most max bytes.
type lineReader struct {
	r   *bufio.Reader
	max int
	buf []byte
	n   int // the number of the last line, from 1
}

// next returns the next line without its end (LF or CRLF), valid until the next
// call; io.EOF after the last; a separable *SyntaxError for a line that is too
// long, after reading to its end; or what the source failed with.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	l.n++
	length := 0
	for {
		part, err := l.r.ReadSlice('\n')
		length += len(part)
		if length <= l.max+len("\r\n") {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && length == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		}
		break
	}
	if length <= l.max+len("\r\n") {
		line := bytes.TrimSuffix(bytes.TrimSuffix(l.buf, []byte("\n")), []byte("\r"))
		if len(line) <= l.max {
			return line, nil
		}
	}
	e := fault(FaultTooLong, "a line of %d bytes, want at most %d", length, l.max)
	e.Line, e.separable = l.n, true
	return nil, e
}

// checkText refuses bytes that no list has in a record: not UTF-8, or control
// characters. Errors and file names go to terminals.
func checkText(line []byte) *SyntaxError {
	if !utf8.Valid(line) {
		return fault(FaultEncoding, "not UTF-8: convert the list")
	}
	for _, c := range line {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return fault(FaultEncoding, "control character 0x%02x", c)
		}
	}
	return nil
}
