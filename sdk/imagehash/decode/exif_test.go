package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"testing"

	"golang.org/x/image/tiff"
)

// stored returns how a camera stores a picture with an orientation, after the
// definition of EXIF's tag: which side of the upright picture the first stored
// row and the first stored column are.
func stored(upright *image.NRGBA, o Orientation) *image.NRGBA {
	row := []string{"top", "top", "bottom", "bottom", "left", "right", "right", "left"}[o-1]
	column := []string{"left", "right", "right", "left", "top", "top", "bottom", "bottom"}[o-1]
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	sw, sh := w, h
	if row == "left" || row == "right" {
		sw, sh = h, w
	}
	// along moves n pixels from a side into the upright picture.
	along := func(p *image.Point, side string, n int) {
		switch side {
		case "top":
			p.Y = n
		case "bottom":
			p.Y = h - 1 - n
		case "left":
			p.X = n
		case "right":
			p.X = w - 1 - n
		}
	}
	m := image.NewNRGBA(image.Rect(0, 0, sw, sh))
	for y := range sh {
		for x := range sw {
			var p image.Point
			along(&p, row, y)
			along(&p, column, x)
			m.SetNRGBA(x, y, upright.NRGBAAt(p.X, p.Y))
		}
	}
	return m
}

var byteOrders = []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}

// TestOrientations checks all eight, in both byte orders, in every format that
// can have them, with strips that do and do not divide the picture.
func TestOrientations(t *testing.T) {
	for _, size := range [][2]int{{41, 67}, {1, 5}, {300, 220}} {
		upright := scene(size[0], size[1])
		for o := Upright; o <= Rotated270; o++ {
			data := pngOf(t, stored(upright, o))
			for _, order := range byteOrders {
				p, err := Decode(pngWithEXIF(data, exifOf(order, o)), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if p.Config().Orientation != o || p.Width() != size[0] || p.Height() != size[1] {
					t.Fatalf("orientation %d: %+v", o, p.Config())
				}
				if !bytes.Equal(p.NRGBA().Pix, upright.Pix) {
					t.Errorf("orientation %d of %v is not upright", o, size)
				}
			}
		}
	}
}

func TestOrientationInJPEG(t *testing.T) {
	plain := jpegOf(t, scene(40, 24))
	want, err := Decode(plain, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for o := Upright; o <= Rotated270; o++ {
		for _, order := range byteOrders {
			p, err := Decode(jpegWithEXIF(plain, exifOf(order, o)), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Config().Orientation != o {
				t.Errorf("orientation %d, want %d", p.Config().Orientation, o)
			}
			if !bytes.Equal(stored(p.NRGBA(), o).Pix, want.NRGBA().Pix) {
				t.Errorf("orientation %d is not upright", o)
			}
		}
	}
	// Other segments of the same marker do not matter, nor does a second block.
	p, err := Decode(jpegWithEXIF(jpegWithEXIF(plain, exifOf(binary.BigEndian, Rotated180)), exifOf(binary.LittleEndian, Rotated90)), Limits{})
	if err != nil || p.Config().Orientation != Rotated90 {
		t.Errorf("of two blocks: %v, %v", p.Config(), err)
	}
	xmp := append(bytes.Clone(plain[:2]), 0xff, markerAPP1, 0, 6, 'h', 't', 't', 'p')
	p, err = Decode(append(xmp, jpegWithEXIF(plain, exifOf(binary.LittleEndian, Rotated90))[2:]...), Limits{})
	if err != nil || p.Config().Orientation != Rotated90 {
		t.Errorf("behind XMP: %v, %v", p.Config(), err)
	}
}

func TestOrientationInTIFF(t *testing.T) {
	data := tiffOf(t, scene(40, 24), tiff.Uncompressed)
	// Overwrite an entry that decoders do not need: the encoder's are sorted,
	// and resolution comes after orientation.
	offset := binary.LittleEndian.Uint32(data[4:])
	entries := data[offset+2:]
	found := false
	for i := range int(binary.LittleEndian.Uint16(data[offset:])) {
		e := entries[12*i:]
		if tag := binary.LittleEndian.Uint16(e); tag == 0x0111 { // where the pixels begin
			copy(e[12:], e[:12]) // over the next, samples per pixel
			binary.LittleEndian.PutUint16(e[12:], 0x0111)
			copy(e, exifOf(binary.LittleEndian, Rotated90)[8+2+12:][:12])
			// The directory must stay sorted: 0x0111 takes the place of 0x0115
			// and 0x0112 would stand before it.
			a, b := bytes.Clone(e[:12]), bytes.Clone(e[12:24])
			copy(e, b)
			copy(e[12:], a)
			found = true
			break
		}
	}
	if !found {
		t.Fatal("no entry to overwrite")
	}
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Config().Orientation != Rotated90 || p.Width() != 24 || p.Height() != 40 {
		t.Errorf("%+v", p.Config())
	}
}

func TestParseOrientation(t *testing.T) {
	good := exifOf(binary.LittleEndian, Rotated180)
	if o, err := ParseOrientation(good); err != nil || o != Rotated180 {
		t.Fatalf("%v, %v", o, err)
	}
	with := func(at int, b ...byte) []byte {
		data := bytes.Clone(good)
		copy(data[at:], b)
		return data
	}
	const tag = 8 + 2 + 12 // where the orientation's entry begins
	for name, data := range map[string][]byte{
		"empty":                   nil,
		"short":                   good[:7],
		"no byte order":           with(0, 'I', 'M'),
		"not 42":                  with(2, 43),
		"big endian, not 42":      with(0, 'M', 'M', 42, 0),
		"directory at the end":    with(4, byte(len(good)), 0, 0, 0),
		"directory beyond":        with(4, 0xff, 0xff, 0xff, 0xff),
		"too many entries":        with(8, 0xff, 0xff),
		"one entry too many":      with(8, 3),
		"cut off":                 good[:tag+11],
		"long, not short":         with(tag+2, 4),
		"two values":              with(tag+4, 2),
		"orientation 0":           with(tag+8, 0),
		"orientation 9":           with(tag+8, 9),
		"orientation 256 times 1": with(tag+8, 0, 1),
	} {
		if o, err := ParseOrientation(data); !errors.Is(err, ErrEXIF) || o != Upright {
			t.Errorf("%s: %v, %v", name, o, err)
		}
		// A picture is none the worse for it.
		p, err := Decode(pngWithEXIF(pngOf(t, scene(5, 5)), data), Limits{})
		if err != nil || p.Config().Orientation != Upright {
			t.Errorf("%s in a picture: %v", name, err)
		}
	}
	if o, err := ParseOrientation(with(tag, 0x13)); err != nil || o != Upright {
		t.Errorf("without the tag: %v, %v", o, err)
	}
}

func FuzzParseOrientation(f *testing.F) {
	for _, order := range byteOrders {
		for o := Orientation(0); o <= 9; o++ {
			f.Add(exifOf(order, o))
		}
	}
	f.Add([]byte("II*\x00\xff\xff\xff\xff"))
	f.Add([]byte("MM\x00*\x00\x00\x00\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseOrientation(data)
		if err != nil && (!errors.Is(err, ErrEXIF) || o != Upright) || o < Upright || o > Rotated270 {
			t.Fatalf("%v, %v", o, err)
		}
	})
}
