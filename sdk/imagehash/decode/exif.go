package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Orientation is how a picture is to be turned for viewing, with the numbers of
// EXIF's orientation tag (CIPA DC-008, tag 0x0112).
type Orientation int

const (
	Upright              Orientation = 1 + iota // as stored
	MirroredHorizontally                        // left and right exchanged
	Rotated180
	MirroredVertically // top and bottom exchanged
	Transposed         // mirrored at the diagonal from top left to bottom right
	Rotated90          // to be turned clockwise
	Transversed        // mirrored at the other diagonal
	Rotated270         // to be turned counterclockwise
)

// swaps says that width and height change places.
func (o Orientation) swaps() bool { return o >= Transposed }

const (
	orientationTag = 0x0112
	typeShort      = 3
	ifdEntrySize   = 12
)

// ParseOrientation reads the orientation from EXIF data, which is a TIFF
// structure: a byte order, and a chain of directories of which the first is of
// interest. Where the tag is missing the picture is Upright. Errors wrap
// [ErrEXIF]; with one, too, Upright is returned.
func ParseOrientation(exif []byte) (Orientation, error) {
	malformed := func(reason string) (Orientation, error) {
		return Upright, fmt.Errorf("%w: %s", ErrEXIF, reason)
	}
	if len(exif) < 8 {
		return malformed("shorter than its header")
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return malformed("neither byte order")
	}
	offset := uint64(order.Uint32(exif[4:]))
	if offset+2 > uint64(len(exif)) {
		return malformed("directory outside of the data")
	}
	entries := exif[offset+2:]
	count := int(order.Uint16(exif[offset:]))
	if count*ifdEntrySize > len(entries) {
		return malformed("directory longer than the data")
	}
	for ; count > 0; count, entries = count-1, entries[ifdEntrySize:] {
		if order.Uint16(entries) != orientationTag {
			continue
		}
		if order.Uint16(entries[2:]) != typeShort || order.Uint32(entries[4:]) != 1 {
			return malformed("orientation is not one number of 16 bits")
		}
		o := Orientation(order.Uint16(entries[8:]))
		if o < Upright || o > Rotated270 {
			return malformed(fmt.Sprintf("orientation %d", o))
		}
		return o, nil
	}
	return Upright, nil
}

// exifHeader precedes the TIFF structure in JPEG segments, and in the EXIF
// chunks of some writers of WebP.
const exifHeader = "Exif\x00\x00"

// orientationOf is ParseOrientation for a picture, which has EXIF data or not,
// and is not refused because of them.
func orientationOf(exif []byte) Orientation {
	if len(exif) == 0 {
		return Upright
	}
	o, err := ParseOrientation(bytes.TrimPrefix(exif, []byte(exifHeader)))
	if err != nil {
		return Upright
	}
	return o
}
