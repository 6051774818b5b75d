package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// This file reads the WebP container (RFC 9649, section 2). golang.org/x/image
// decodes still pictures in it; of an animated one we take the first frame out
// and wrap it as a still picture.

var (
	errWebPChunk  = errors.New("chunk in the wrong place")
	errWebPFrame  = errors.New("frame of another size than announced")
	errWebPCanvas = errors.New("frame outside of the canvas")
	errWebPHeader = errors.New("malformed frame header")
)

// A webpFile is the first frame of a WebP picture, and where it stands.
type webpFile struct {
	canvas image.Rectangle
	frame  image.Rectangle
	alpha  []byte // contents of the ALPH chunk, or nil
	kind   string // of the frame's chunk, "VP8 " or "VP8L"
	data   []byte // its contents
	exif   []byte
}

// A webpChunk is a chunk of the container: a kind of four letters and contents.
type webpChunk struct {
	kind string
	data []byte
}

// nextWebPChunk splits the first chunk off.
func nextWebPChunk(data []byte) (c webpChunk, rest []byte, err error) {
	if len(data) < 8 {
		return c, nil, io.ErrUnexpectedEOF
	}
	n := uint64(binary.LittleEndian.Uint32(data[4:]))
	if n > uint64(len(data)-8) {
		return c, nil, io.ErrUnexpectedEOF
	}
	c = webpChunk{string(data[:4]), data[8 : 8+n]}
	n += n & 1 // chunks are padded; the last one's padding may be missing
	return c, data[min(8+n, uint64(len(data))):], nil
}

// parseWebP finds the first frame and the EXIF data.
func parseWebP(data []byte) (*webpFile, error) {
	const riffHeader = 12
	if len(data) < riffHeader {
		return nil, io.ErrUnexpectedEOF
	}
	size := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
	if size > uint64(len(data)) {
		return nil, io.ErrUnexpectedEOF
	}
	if size < riffHeader {
		return nil, errWebPChunk
	}
	rest := data[riffHeader:size]
	first, _, err := nextWebPChunk(rest)
	if err != nil {
		return nil, err
	}
	f := new(webpFile)
	if first.kind != "VP8X" {
		// The simple format: one chunk, which is the frame.
		if err := f.setFrame(first); err != nil {
			return nil, err
		}
		f.canvas = f.frame
		return f, nil
	}

	const (
		vp8xSize     = 10
		animationBit = 1 << 1
	)
	if len(first.data) < vp8xSize {
		return nil, io.ErrUnexpectedEOF
	}
	animated := first.data[0]&animationBit != 0
	f.canvas = image.Rect(0, 0, uint24(first.data[4:])+1, uint24(first.data[7:])+1)
	for len(rest) >= 8 { // less is trailing rubbish
		var c webpChunk
		if c, rest, err = nextWebPChunk(rest); err != nil {
			if f.kind != "" {
				break // what follows the frame is not needed
			}
			return nil, err
		}
		switch c.kind {
		case "ALPH":
			if animated || f.kind != "" {
				return nil, errWebPChunk
			}
			f.alpha = c.data
		case "VP8 ", "VP8L":
			if animated {
				return nil, errWebPChunk
			}
			if f.kind == "" {
				if err := f.setFrame(c); err != nil {
					return nil, err
				}
				if f.frame != f.canvas {
					return nil, errWebPFrame
				}
			}
		case "ANMF":
			if animated && f.kind == "" {
				if err := f.setAnimationFrame(c.data); err != nil {
					return nil, err
				}
			}
		case "EXIF":
			if f.exif == nil {
				f.exif = c.data
			}
		}
	}
	if f.kind == "" {
		return nil, io.ErrUnexpectedEOF
	}
	return f, nil
}

// setAnimationFrame takes the contents of an ANMF chunk: position and size, in
// 24-bit numbers, duration, flags, and the chunks of a still picture.
func (f *webpFile) setAnimationFrame(data []byte) error {
	const header = 16
	if len(data) < header {
		return io.ErrUnexpectedEOF
	}
	at := image.Pt(2*uint24(data), 2*uint24(data[3:]))
	size := image.Pt(uint24(data[6:])+1, uint24(data[9:])+1)
	for rest := data[header:]; f.kind == ""; {
		c, next, err := nextWebPChunk(rest)
		if err != nil {
			return err
		}
		rest = next
		switch c.kind {
		case "ALPH":
			f.alpha = c.data
		case "VP8 ", "VP8L":
			if err := f.setFrame(c); err != nil {
				return err
			}
		}
	}
	if f.frame.Max != size {
		return errWebPFrame
	}
	f.frame = f.frame.Add(at)
	if !f.frame.In(f.canvas) {
		return errWebPCanvas
	}
	return nil
}

// setFrame takes the chunk of a frame, whose size its first bytes tell.
func (f *webpFile) setFrame(c webpChunk) error {
	switch c.kind {
	case "VP8 ": // RFC 6386, section 9.1: a tag, a start code, width and height
		if len(c.data) < 10 {
			return io.ErrUnexpectedEOF
		}
		if c.data[0]&1 != 0 || string(c.data[3:6]) != "\x9d\x01\x2a" {
			return errWebPHeader
		}
		f.frame.Max = image.Pt(int(binary.LittleEndian.Uint16(c.data[6:])&0x3fff), int(binary.LittleEndian.Uint16(c.data[8:])&0x3fff))
	case "VP8L": // RFC 9649, section 3.4: a signature, and both less one in 14 bits
		if len(c.data) < 5 {
			return io.ErrUnexpectedEOF
		}
		if c.data[0] != 0x2f {
			return errWebPHeader
		}
		bits := binary.LittleEndian.Uint32(c.data[1:])
		f.frame.Max = image.Pt(int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1)
	default:
		return errWebPChunk
	}
	if f.frame.Empty() {
		return errWebPHeader
	}
	f.kind, f.data = c.kind, c.data
	return nil
}

// still returns the frame as a file of its own.
func (f *webpFile) still() io.Reader {
	var head []byte // up to the frame's chunk, from the form type on
	head = append(head, "WEBP"...)
	if f.kind == "VP8 " && f.alpha != nil {
		const alphaBit = 1 << 4
		head = appendWebPChunkHeader(head, "VP8X", 10)
		head = append(head, alphaBit, 0, 0, 0)
		head = appendUint24(head, f.frame.Dx()-1)
		head = appendUint24(head, f.frame.Dy()-1)
		head = appendWebPChunkHeader(head, "ALPH", len(f.alpha))
		head = append(head, f.alpha...)
		head = append(head, make([]byte, len(f.alpha)&1)...)
	}
	head = appendWebPChunkHeader(head, f.kind, len(f.data))
	padding := make([]byte, len(f.data)&1)
	riff := appendWebPChunkHeader(nil, "RIFF", len(head)+len(f.data)+len(padding))
	return io.MultiReader(bytes.NewReader(append(riff, head...)), bytes.NewReader(f.data), bytes.NewReader(padding))
}

func appendWebPChunkHeader(b []byte, kind string, n int) []byte {
	return binary.LittleEndian.AppendUint32(append(b, kind...), uint32(n))
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func appendUint24(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }

func webpConfig(in *input) (Config, error) {
	f, err := parseWebP(in.data)
	if err != nil {
		return Config{}, err
	}
	return Config{Width: f.canvas.Dx(), Height: f.canvas.Dy(), Orientation: orientationOf(f.exif)}, nil
}

func decodeWebP(in *input, _ Config) (source, error) {
	f, err := parseWebP(in.data)
	if err != nil {
		return nil, err
	}
	m, err := webp.Decode(f.still())
	if err != nil {
		return nil, err
	}
	var src source
	switch m := m.(type) {
	case *image.YCbCr:
		src = studioYCbCr{m, nil, 0}
	case *image.NYCbCrA:
		src = studioYCbCr{&m.YCbCr, m.A, m.AStride}
	default:
		src = sourceOf(m)
	}
	if m.Bounds().Size() != f.frame.Size() {
		return nil, errWebPFrame
	}
	return onCanvas(src, f.frame, f.canvas), nil
}
