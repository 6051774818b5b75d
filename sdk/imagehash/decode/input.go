package decode

import (
	"bytes"
	"io"
)

// An input is the encoded picture as its decoder reads it. It notes whether the
// decoder asked for more than there is: the decoders have many words for that.
type input struct {
	data  []byte
	r     *bytes.Reader
	ended bool
}

func newInput(data []byte) *input { return &input{data: data, r: bytes.NewReader(data)} }

func (in *input) note(err error) {
	if err == io.EOF {
		in.ended = true
	}
}

// Read implements [io.Reader].
func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.note(err)
	return n, err
}

// ReadByte implements [io.ByteReader], which saves image/gif a buffer.
func (in *input) ReadByte() (byte, error) {
	b, err := in.r.ReadByte()
	in.note(err)
	return b, err
}

// ReadAt implements [io.ReaderAt], which saves the TIFF decoder a copy. That one
// reads in sections up to the end as a matter of course.
func (in *input) ReadAt(p []byte, off int64) (int, error) { return in.r.ReadAt(p, off) }
