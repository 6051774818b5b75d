package decode

import (
	"image"
	"image/gif"
)

func gifConfig(in *input) (Config, error) {
	c, err := gif.DecodeConfig(in)
	if err != nil {
		return Config{}, err
	}
	return Config{Width: c.Width, Height: c.Height, Orientation: Upright}, nil
}

// decodeGIF decodes the first frame, which may cover a part of the logical
// screen only.
func decodeGIF(in *input, c Config) (source, error) {
	frame, err := gif.Decode(in)
	if err != nil {
		return nil, err
	}
	return onCanvas(sourceOf(frame), frame.Bounds(), image.Rect(0, 0, c.Width, c.Height)), nil
}
