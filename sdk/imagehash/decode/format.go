package decode

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Format is a picture's file format, by its lower-case name.
type Format string

// The formats that are decoded.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	WebP Format = "webp"
	BMP  Format = "bmp"
	TIFF Format = "tiff"
)

// sniff tells the format by the first bytes. Names of files mean nothing: what
// matters is what another program would show.
func sniff(data []byte) (Format, error) {
	if len(data) == 0 {
		return "", ErrEmpty
	}
	begins := func(s string) bool { return bytes.HasPrefix(data, []byte(s)) }
	switch {
	case begins("\xff\xd8\xff"):
		return JPEG, nil
	case begins("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case begins("GIF87a"), begins("GIF89a"):
		return GIF, nil
	case begins("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return WebP, nil
	case begins("BM"):
		return BMP, nil
	case begins("II*\x00"), begins("MM\x00*"):
		return TIFF, nil
	case begins("\xff\x0a"), begins("\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return "", &UnsupportedError{Format: "jxl", Reason: "convert it to JPEG or PNG"}
	case len(data) >= 12 && string(data[4:8]) == "ftyp":
		switch string(data[8:12]) {
		case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1":
			return "", &UnsupportedError{Format: "heic", Reason: "convert it to JPEG or PNG"}
		case "avif", "avis":
			return "", &UnsupportedError{Format: "avif", Reason: "convert it to JPEG or PNG"}
		}
	}
	return "", fmt.Errorf("%w: it begins like %s", ErrUnknownFormat, describe(data))
}

// describe says what kind of data there is instead of a picture.
func describe(data []byte) string {
	head := data[:min(len(data), 512)]
	if len(head) < len(data) { // the cut may have split a character
		for i := 1; i < utf8.UTFMax && !utf8.Valid(head); i++ {
			head = head[:len(head)-1]
		}
	}
	if !utf8.Valid(head) || bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return "other binary data"
	}
	return "text"
}
