package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
)

// maxScanWork limits the pixels of a JPEG picture times its scans. A progressive
// scan may be a few bytes long and still makes the decoder visit every block, so
// that a file of a few kilobytes could keep it busy for minutes. Ordinary
// progressive pictures have about ten scans.
const maxScanWork = 1 << 31

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerTEM  = 0x01
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// jpegSegments is what the markers of a JPEG picture tell.
type jpegSegments struct {
	exif  []byte // of the first APP1 segment that has any
	scans int
}

// readJPEGSegments walks through the markers up to the end of the picture or of
// what can be followed.
func readJPEGSegments(data []byte) jpegSegments {
	var s jpegSegments
	for {
		// Entropy-coded data, in which FF is always followed by 00 or a restart
		// marker, is passed over like stray bytes between segments.
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 >= len(data) {
			return s
		}
		marker := data[at+1]
		if marker == 0xff { // the first is padding
			data = data[at+1:]
			continue
		}
		data = data[at+2:]
		switch {
		case marker == 0, marker == markerTEM, marker == markerSOI, marker >= markerRST0 && marker <= markerRST7:
			continue
		case marker == markerEOI:
			return s
		}
		if len(data) < 2 {
			return s
		}
		n := int(binary.BigEndian.Uint16(data))
		if n < 2 || n > len(data) {
			return s
		}
		switch marker {
		case markerSOS:
			s.scans++
		case markerAPP1:
			if s.exif == nil && bytes.HasPrefix(data[2:n], []byte(exifHeader)) {
				s.exif = data[2:n]
			}
		}
		data = data[n:]
	}
}

func jpegConfig(in *input) (Config, error) {
	c, err := jpeg.DecodeConfig(in)
	if err != nil {
		return Config{}, err
	}
	return Config{Width: c.Width, Height: c.Height, Orientation: orientationOf(readJPEGSegments(in.data).exif)}, nil
}

func decodeJPEG(in *input, c Config) (source, error) {
	if scans := readJPEGSegments(in.data).scans; int64(scans)*int64(c.Width)*int64(c.Height) > maxScanWork {
		return nil, fmt.Errorf("%d scans, more than any picture of its size needs", scans)
	}
	return decodeWith(jpeg.Decode, in)
}
