package decode

import (
	"errors"
	"fmt"
	"io"
)

// ErrEmpty means that the input has no bytes.
var ErrEmpty = errors.New("decode: input is empty")

// ErrUnknownFormat means that the input does not begin like a picture of any
// format that is decoded here. The error that wraps it says what it looks like.
var ErrUnknownFormat = errors.New("decode: not a JPEG, PNG, GIF, WebP, BMP or TIFF picture")

// TooLargeError means that a picture is over the limits. It is returned before
// any memory is taken for pixels.
type TooLargeError struct {
	// Width and Height are what the picture's header says. They are 0 where the
	// encoded input was over its limit already.
	Width, Height int
	// Bytes is the input's length, as far as it was read, where that was over
	// the limit, and otherwise 0.
	Bytes  int64
	Limits Limits // the limits in force
}

func (e *TooLargeError) Error() string {
	if e.Bytes > 0 {
		return fmt.Sprintf("decode: input is over the limit of %d bytes", e.Limits.MaxBytes)
	}
	return fmt.Sprintf("decode: picture of %d×%d is over the limit of %d pixels", e.Width, e.Height, e.Limits.MaxPixels)
}

// UnsupportedError means that the input is a picture, but of a kind that is not
// decoded here.
type UnsupportedError struct {
	Format Format // which may be one that is only recognised, as "heic"
	Reason string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("decode: %s picture is not supported: %s", e.Format, e.Reason)
}

// CorruptError means that the input begins like a picture and then breaks the
// rules of its format. If it is only cut off, the error wraps
// [io.ErrUnexpectedEOF].
type CorruptError struct {
	Format Format
	Err    error // what the format's decoder says
}

func (e *CorruptError) Error() string {
	if errors.Is(e.Err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("decode: %s picture is cut off", e.Format)
	}
	return fmt.Sprintf("decode: %s picture is corrupt: %v", e.Format, e.Err)
}

// Unwrap returns e.Err.
func (e *CorruptError) Unwrap() error { return e.Err }

// ErrEXIF means that a block of EXIF data is malformed. [Decode] takes such a
// picture as one without EXIF data, as viewers do.
var ErrEXIF = errors.New("decode: malformed EXIF data")
