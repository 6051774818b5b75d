package decode

import "image"

// fullYCbCr is a JPEG picture: BT.601 over the full range of values, as JFIF has
// it, converted as image/color does.
type fullYCbCr struct{ m *image.YCbCr }

func (s fullYCbCr) read(dst []byte, x, y int) {
	luma, cb, cr, shift := planes(s.m, y)
	for i := range len(dst) / 4 {
		p, c := (*[4]byte)(dst[4*i:]), (x+i)>>shift
		p[0], p[1], p[2] = fromFull(luma[x+i], cb[c], cr[c])
		p[3] = 255
	}
}

// planes returns row y of the three planes. Column x is at x in the first and at
// x>>shift in the others.
func planes(m *image.YCbCr, y int) (luma, cb, cr []byte, shift int) {
	// The decoders' pictures begin at (0, 0).
	l, c := m.YOffset(0, y), m.COffset(0, y)
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	return m.Y[l:], m.Cb[c:], m.Cr[c:], shift
}

// fromFull is color.YCbCrToRGB, in a form that is inlined.
func fromFull(y, cb, cr byte) (r, g, b byte) {
	// 1.402, 0.34414, 0.71414 and 1.772 in 1/65536.
	l := int32(y) * 0x10101
	u, v := int32(cb)-128, int32(cr)-128
	return clamp16(l + 91881*v), clamp16(l - 22554*u - 46802*v), clamp16(l + 116130*u)
}

// clamp16 returns v/65536, rounded down and brought into the range of a byte.
func clamp16(v int32) byte {
	return byte(min(max(v>>16, 0), 255))
}

// studioYCbCr is a lossy WebP picture: BT.601 with luma from 16 to 235 and
// chroma from 16 to 240 (RFC 6386, section 9.2, and what every browser shows).
// golang.org/x/image hands these values out in a type that image/color would
// convert as JPEG's, greyer than they are. The arithmetic is that of libwebp's
// decoder, which is in 1/64.
type studioYCbCr struct {
	m      *image.YCbCr
	alpha  []byte // or nil
	stride int    // of alpha
}

func (s studioYCbCr) read(dst []byte, x, y int) {
	luma, cb, cr, shift := planes(s.m, y)
	for i := range len(dst) / 4 {
		p, c := (*[4]byte)(dst[4*i:]), (x+i)>>shift
		p[0], p[1], p[2] = fromStudio(luma[x+i], cb[c], cr[c])
		p[3] = 255
		if s.alpha != nil {
			p[3] = s.alpha[y*s.stride+x+i]
		}
	}
}

func fromStudio(y, cb, cr byte) (r, g, b byte) {
	// 1.164, 1.596, 0.392, 0.813 and 2.017, in 1/16384; each product is cut to
	// 1/64, and the constants collect the offsets of 16 and 128.
	part := func(v byte, factor int32) int32 { return int32(v) * factor >> 8 }
	l := part(y, 19077)
	return clamp6(l + part(cr, 26149) - 14234),
		clamp6(l - part(cb, 6419) - part(cr, 13320) + 8708),
		clamp6(l + part(cb, 33050) - 17685)
}

// clamp6 returns v/64, rounded down and brought into the range of a byte.
func clamp6(v int32) byte {
	return byte(min(max(v>>6, 0), 255))
}
