package decode

import (
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Limits bounds what a picture may cost. The zero value has the defaults.
type Limits struct {
	// MaxBytes is the largest length of the encoded input, where 0 stands for
	// DefaultMaxBytes.
	MaxBytes int64
	// MaxPixels is the largest width times height, where 0 stands for
	// DefaultMaxPixels. While a picture is decoded it takes 1 to 8 bytes a
	// pixel, and a progressive JPEG up to 16.
	MaxPixels int
}

// Defaults of [Limits].
const (
	DefaultMaxBytes  = 64 << 20
	DefaultMaxPixels = 1 << 26 // 8192×8192
)

// maxSide is the largest side that a hasher takes, and that JPEG can express.
const maxSide = 65535

func (l Limits) withDefaults() Limits {
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	if l.MaxPixels == 0 {
		l.MaxPixels = DefaultMaxPixels
	}
	return l
}

// Config is what a picture's header tells.
type Config struct {
	Format Format
	// Width and Height are in pixels, as stored; for viewing they change places
	// where the orientation says so.
	Width, Height int
	Orientation   Orientation
}

// UprightSize returns width and height as viewed.
func (c Config) UprightSize() (width, height int) {
	if c.Orientation.swaps() {
		return c.Height, c.Width
	}
	return c.Width, c.Height
}

// A codec reads one format.
type codec struct {
	config func(in *input) (Config, error)
	decode func(in *input, c Config) (source, error)
}

func codecOf(f Format) codec {
	switch f {
	case JPEG:
		return codec{jpegConfig, decodeJPEG}
	case PNG:
		return codec{pngConfig, decodePNG}
	case GIF:
		return codec{gifConfig, decodeGIF}
	case WebP:
		return codec{webpConfig, decodeWebP}
	case BMP:
		return codec{bmpConfig, decodeBMP}
	default:
		return codec{tiffConfig, decodeTIFF}
	}
}

// DecodeConfig reads a picture's header, and takes no memory for pixels. Errors
// are those of [Decode] but for [*TooLargeError].
func DecodeConfig(data []byte) (Config, error) {
	format, err := sniff(data)
	if err != nil {
		return Config{}, err
	}
	c, err := guard(format, data, codecOf(format).config)
	if err != nil {
		return Config{}, err
	}
	if c.Width < 1 || c.Height < 1 {
		return Config{}, &CorruptError{Format: format, Err: errors.New("no pixels")}
	}
	c.Format = format
	return c, nil
}

// Decode decodes a picture, of several frames or pages the first. Errors are
// [ErrEmpty], [ErrUnknownFormat], [*TooLargeError], [*UnsupportedError] and
// [*CorruptError].
func Decode(data []byte, limits Limits) (*Picture, error) {
	limits = limits.withDefaults()
	if int64(len(data)) > limits.MaxBytes {
		return nil, &TooLargeError{Bytes: int64(len(data)), Limits: limits}
	}
	c, err := DecodeConfig(data)
	if err != nil {
		return nil, err
	}
	if c.Width > maxSide || c.Height > maxSide || int64(c.Width)*int64(c.Height) > int64(limits.MaxPixels) {
		return nil, &TooLargeError{Width: c.Width, Height: c.Height, Limits: limits}
	}
	src, err := guard(c.Format, data, func(in *input) (source, error) { return codecOf(c.Format).decode(in, c) })
	if err != nil {
		return nil, err
	}
	return &Picture{config: c, src: src}, nil
}

// DecodeReader is [Decode] for what r has. It reads at most one byte more than
// the limit. Errors of r are returned as they are.
func DecodeReader(r io.Reader, limits Limits) (*Picture, error) {
	data, err := io.ReadAll(io.LimitReader(r, limits.withDefaults().MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return Decode(data, limits)
}

// guard calls a part of a codec and gives its errors a type. The libraries'
// decoders read input from anyone; should one of them panic on it, that is an
// error as well, and not the end of the program.
func guard[T any](format Format, data []byte, part func(*input) (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &CorruptError{Format: format, Err: fmt.Errorf("the decoder panicked: %v", p)}
		}
	}()
	in := newInput(data)
	result, err = part(in)
	if err == nil {
		return result, nil
	}
	if errors.As(err, new(jpeg.UnsupportedError)) || errors.As(err, new(png.UnsupportedError)) ||
		errors.As(err, new(tiff.UnsupportedError)) || errors.Is(err, bmp.ErrUnsupported) {
		return result, &UnsupportedError{Format: format, Reason: err.Error()}
	}
	if in.ended || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return result, &CorruptError{Format: format, Err: err}
}
