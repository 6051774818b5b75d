package decode

import (
	"encoding/binary"
	"math/bits"
)

// A flatJPEG is a JPEG picture of flat blocks of 8×8 pixels, of any kind that the
// standard library decodes but does not encode.
type flatJPEG struct {
	blocksX, blocksY int
	components       int  // 1, 3 or 4
	adobe            int  // the transform of an Adobe segment, or −1 for none
	progressive      bool // the blocks in a first scan
	emptyScans       int  // scans after it that change nothing
	precision        int  // bits a sample, where 0 stands for 8
	exif             []byte
	value            func(component, x, y int) byte
}

// encode returns the file. The quantiser is 8 throughout, so that a block's
// constant coefficient is its value less 128.
func (f flatJPEG) encode() []byte {
	var b []byte
	segment := func(marker byte, data ...byte) {
		b = append(b, 0xff, marker)
		b = binary.BigEndian.AppendUint16(b, uint16(len(data)+2))
		b = append(b, data...)
	}
	b = append(b, 0xff, 0xd8)
	if f.exif != nil {
		segment(markerAPP1, append([]byte(exifHeader), f.exif...)...)
	}
	if f.adobe >= 0 {
		segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(f.adobe))...)
	}
	quantiser := make([]byte, 65)
	for i := range 64 {
		quantiser[1+i] = 8
	}
	segment(0xdb, quantiser...)

	sof := byte(0xc0)
	if f.progressive {
		sof = 0xc2
	}
	precision := byte(8)
	if f.precision != 0 {
		precision = byte(f.precision)
	}
	frame := []byte{precision}
	frame = binary.BigEndian.AppendUint16(frame, uint16(8*f.blocksY))
	frame = binary.BigEndian.AppendUint16(frame, uint16(8*f.blocksX))
	frame = append(frame, byte(f.components))
	scan := []byte{byte(f.components)}
	for c := range f.components {
		frame = append(frame, byte(c+1), 0x11, 0)
		scan = append(scan, byte(c+1), 0)
	}
	segment(sof, frame...)

	// Constant coefficients: nine categories of four bits. Others: the end of
	// a block in one bit, and in two a run of 2^14 and more empty blocks.
	segment(0xc4, append([]byte{0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 1, 2, 3, 4, 5, 6, 7, 8)...)
	segment(0xc4, append([]byte{0x10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0x00, 0xe0)...)

	if f.progressive {
		segment(markerSOS, append(scan, 0, 0, 0)...)
	} else {
		segment(markerSOS, append(scan, 0, 63, 0)...)
	}
	w := bitWriter{out: b}
	last := make([]int, f.components)
	for y := range f.blocksY {
		for x := range f.blocksX {
			for c := range f.components {
				v := int(f.value(c, x, y)) - 128
				d := v - last[c]
				last[c] = v
				category := bits.Len(uint(max(d, -d)))
				w.write(category, 4)
				if d < 0 {
					d--
				}
				w.write(d&(1<<category-1), category)
				if !f.progressive {
					w.write(0, 1)
				}
			}
		}
	}
	w.flush()
	b = w.out
	for range f.emptyScans {
		segment(markerSOS, 1, 1, 0, 1, 63, 0)
		w := bitWriter{out: b}
		for left := f.blocksX * f.blocksY; left > 0; {
			run := min(left, 1<<15-1)
			if run < 1<<14 {
				w.write(0, 1)
				left--
				continue
			}
			w.write(0b10, 2)
			w.write(run-1<<14, 14)
			left -= run
		}
		w.flush()
		b = w.out
	}
	return append(b, 0xff, 0xd9)
}

// A bitWriter writes entropy-coded data.
type bitWriter struct {
	out  []byte
	bits uint64
	n    int
}

func (w *bitWriter) write(v, n int) {
	w.bits = w.bits<<n | uint64(v)
	for w.n += n; w.n >= 8; {
		w.n -= 8
		c := byte(w.bits >> w.n)
		w.out = append(w.out, c)
		if c == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// flush pads with ones.
func (w *bitWriter) flush() {
	if w.n > 0 {
		w.write(1<<(8-w.n)-1, 8-w.n)
	}
}
