// Package derivative is the payload of kind 1: a picture's hash and a small grey copy of it, so that a reviewer can see what
// matched without anyone having sent the picture (docs/protocol.md, section 6.4).
//
// It is the native client's encoder and everyone's decoder. Browsers encode with their own JPEG encoder.
package derivative

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
)

const hashSize = 32

// MaxSide is the largest width and height of a derivative's picture, in pixels.
const MaxSide = 256

var (
	// ErrFormat marks a payload that is no derivative.
	ErrFormat = errors.New("derivative: not a hash and a small JPEG picture")

	// ErrRoom: not even the poorest picture fits.
	ErrRoom = errors.New("derivative: the payload has no room for a picture; choose a larger payload for the set")
)

// A Derivative is what a reviewer sees of a match.
type Derivative struct {
	Hash [hashSize]byte // as the client computed it; never to be trusted
	JPEG []byte
}

// Encode makes a payload of at most max bytes from a square grey picture of n×n bytes, row by row.
func Encode(hash [hashSize]byte, grey []byte, n, max int) ([]byte, error) {
	img := &image.Gray{Pix: grey, Stride: n, Rect: image.Rect(0, 0, n, n)}
	for quality := 80; quality > 0; quality -= 15 {
		var b bytes.Buffer
		b.Write(hash[:])
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if b.Len() <= max {
			return b.Bytes(), nil
		}
	}
	return nil, ErrRoom
}

// Decode takes a payload apart and checks that its picture is a JPEG of at most MaxSide on either side. It does not keep the payload. Whoever
// made it may be hostile: the error is ErrFormat.
func Decode(payload []byte) (*Derivative, error) {
	if len(payload) < hashSize {
		return nil, ErrFormat
	}
	d := &Derivative{Hash: [hashSize]byte(payload), JPEG: bytes.Clone(payload[hashSize:])}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(d.JPEG))
	if err != nil || cfg.Width < 1 || cfg.Height < 1 || cfg.Width > MaxSide || cfg.Height > MaxSide {
		return nil, ErrFormat
	}
	return d, nil
}
