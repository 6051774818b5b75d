package decode

import (
	"image"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

func bmpConfig(in *input) (Config, error) {
	c, err := bmp.DecodeConfig(in)
	if err != nil {
		return Config{}, err
	}
	return Config{Width: c.Width, Height: c.Height, Orientation: Upright}, nil
}

func decodeBMP(in *input, _ Config) (source, error) { return decodeWith(bmp.Decode, in) }

func tiffConfig(in *input) (Config, error) {
	c, err := tiff.DecodeConfig(in)
	if err != nil {
		return Config{}, err
	}
	// EXIF data are a TIFF file without a picture, so this is one with.
	return Config{Width: c.Width, Height: c.Height, Orientation: orientationOf(in.data)}, nil
}

func decodeTIFF(in *input, _ Config) (source, error) { return decodeWith(tiff.Decode, in) }

// decodeWith returns what one of the libraries' decoders makes of the input.
func decodeWith(decode func(io.Reader) (image.Image, error), in *input) (source, error) {
	m, err := decode(in)
	if err != nil {
		return nil, err
	}
	return sourceOf(m), nil
}
