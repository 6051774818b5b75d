package decode

import (
	"encoding/binary"
	"image/png"
)

const pngSignatureSize = 8

func pngConfig(in *input) (Config, error) {
	c, err := png.DecodeConfig(in)
	if err != nil {
		return Config{}, err
	}
	return Config{Width: c.Width, Height: c.Height, Orientation: orientationOf(pngEXIF(in.data))}, nil
}

func decodePNG(in *input, _ Config) (source, error) {
	return decodeWith(png.Decode, in)
}

// pngEXIF returns the contents of the first eXIf chunk, or nil.
func pngEXIF(data []byte) []byte {
	// Length, type, contents, checksum.
	for data = data[pngSignatureSize:]; len(data) >= 12; {
		n := uint64(binary.BigEndian.Uint32(data))
		kind := string(data[4:8])
		if n+12 > uint64(len(data)) || kind == "IEND" {
			return nil
		}
		if kind == "eXIf" {
			return data[8 : 8+n]
		}
		data = data[n+12:]
	}
	return nil
}
