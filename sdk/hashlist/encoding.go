package hashlist

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// bufferSize is the read-ahead of a Reader, and how far format detection looks.
const bufferSize = 32 << 10

// text is the content of a file as UTF-8 without a byte order mark.
type text struct {
	*bufio.Reader
	wide bool // it was UTF-16
}

// openText looks at the first bytes and returns the text behind them. What is
// no text that the package reads is refused here, by name where it has one.
func openText(r io.Reader) (text, error) {
	raw := bufio.NewReaderSize(r, bufferSize)
	head, err := raw.Peek(4)
	if err != nil && err != io.EOF {
		return text{}, err
	}
	for _, m := range []struct{ magic, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"},
		{"\x00\x00\xfe\xff", "UTF-32"},
		{"\x1f\x8b", "a gzip file"},
		{"PK\x03\x04", "a zip file"},
		{"(\xb5/\xfd", "a zstd file"},
		{"BZh", "a bzip2 file"},
		{"\xfd7zX", "an xz file"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return text{}, fault(FaultEncoding, "%s: unpack or convert it to UTF-8 first", m.name)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		raw.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		raw.Discard(2)
		return text{bufio.NewReaderSize(&utf16Reader{r: raw}, bufferSize), true}, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		raw.Discard(2)
		return text{bufio.NewReaderSize(&utf16Reader{r: raw, bigEndian: true}, bufferSize), true}, nil
	case bytes.IndexByte(head, 0) >= 0:
		return text{}, fault(FaultEncoding, "starts with a NUL: binary, or UTF-16 without a byte order mark")
	}
	return text{raw, false}, nil
}

// utf16Reader turns UTF-16 into UTF-8.
type utf16Reader struct {
	r         *bufio.Reader
	bigEndian bool
	pending   []byte // UTF-8 that did not fit
	buf       [utf8.UTFMax]byte
	off       int64 // bytes read, without the byte order mark
	err       error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(u.pending) > 0 {
			c := copy(p[n:], u.pending)
			u.pending = u.pending[c:]
			n += c
			continue
		}
		if u.err == nil {
			u.err = u.fill()
		}
		if u.err != nil {
			break
		}
	}
	if n > 0 {
		return n, nil
	}
	if len(p) == 0 {
		return 0, nil
	}
	return 0, u.err
}

// fill decodes one character into pending.
func (u *utf16Reader) fill() error {
	r, err := u.unit()
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		low, err := u.unit()
		if err != nil && err != io.EOF {
			return err
		}
		pair := utf16.DecodeRune(r, low)
		if err == io.EOF || pair == utf8.RuneError {
			e := fault(FaultEncoding, "UTF-16 with a surrogate that has no partner")
			e.Offset = u.off
			return e
		}
		r = pair
	}
	u.pending = u.buf[:utf8.EncodeRune(u.buf[:], r)]
	return nil
}

// unit reads one 16-bit unit.
func (u *utf16Reader) unit() (rune, error) {
	a, err := u.r.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := u.r.ReadByte()
	if err == io.EOF {
		e := fault(FaultTruncated, "UTF-16 with an odd number of bytes")
		e.Offset = u.off
		return 0, e
	}
	if err != nil {
		return 0, err
	}
	u.off += 2
	if u.bigEndian {
		a, b = b, a
	}
	return rune(a) | rune(b)<<8, nil
}

// utf8Reader passes bytes on as long as they are UTF-8. The decoders of the
// standard library replace or ignore what is not, and then two different ids
// could become one.
type utf8Reader struct {
	r    io.Reader
	tail []byte // the start of a character whose end is not read yet
	room [utf8.UTFMax]byte
	off  int64
	err  error
}

func (u *utf8Reader) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.r.Read(p)
	good := u.check(p[:n])
	u.off += int64(good)
	start := u.off - int64(len(u.tail)) // of the character in question
	if good < n {
		e := fault(FaultEncoding, "not UTF-8")
		e.Offset = start
		u.err = e
		return good, nil
	}
	if err == io.EOF && len(u.tail) > 0 {
		e := fault(FaultEncoding, "ends in the middle of a UTF-8 character")
		e.Offset = start
		u.err, err = e, e
	}
	return n, err
}

// check returns how many bytes of p continue valid text.
func (u *utf8Reader) check(p []byte) int {
	i := 0
	for len(u.tail) > 0 && i < len(p) {
		more := append(u.tail, p[i])
		if utf8.FullRune(more) {
			if r, size := utf8.DecodeRune(more); r == utf8.RuneError && size == 1 {
				return i
			}
			more = more[:0]
		}
		u.tail = more
		i++
	}
	if len(u.tail) > 0 || utf8.Valid(p[i:]) {
		return len(p)
	}
	for i < len(p) {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			if utf8.FullRune(p[i:]) {
				return i
			}
			u.tail = append(u.room[:0], p[i:]...)
			return len(p)
		}
		i += size
	}
	return len(p)
}

// input feeds a decoder of the standard library with UTF-8, and never with more
// than limit bytes beyond the last mark: that bounds what the decoder can hold.
type input struct {
	r     *bufio.Reader
	limit int64
	base  int64 // the last mark
	off   int64 // bytes delivered
	err   error // what ended the input; io.EOF included
}

func newInput(t text, limit int) *input {
	r := t.Reader
	if !t.wide { // the UTF-16 reader only writes UTF-8
		r = bufio.NewReaderSize(&utf8Reader{r: t.Reader}, bufferSize)
	}
	return &input{r: r, limit: int64(limit)}
}

// mark allows another limit bytes, counted from the offset off.
func (in *input) mark(off int64) { in.base = off }

func (in *input) room() int64 {
	left := in.base + in.limit - in.off
	if left <= 0 && in.err == nil {
		e := fault(FaultTooLong, "a record of more than %d bytes", in.limit)
		e.Offset = in.base
		in.err = e
	}
	return left
}

func (in *input) Read(p []byte) (int, error) {
	left := in.room()
	if in.err != nil {
		return 0, in.err
	}
	if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := in.r.Read(p)
	in.off += int64(n)
	if err != nil {
		in.err = err
	}
	return n, err
}

// ReadByte makes input an io.ByteReader, so that encoding/xml puts no buffer of
// its own in front of it and the limit is exact.
func (in *input) ReadByte() (byte, error) {
	if in.room(); in.err != nil {
		return 0, in.err
	}
	b, err := in.r.ReadByte()
	if err != nil {
		in.err = err
		return 0, err
	}
	in.off++
	return b, nil
}
