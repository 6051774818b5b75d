package frame

// A Pixel is a colour over white.
type Pixel [3]byte

// PixelAt returns pixel x of a row of R, G, B, A, not premultiplied.
func PixelAt(rgba []byte, x int) Pixel {
	p := (*[4]byte)(rgba[4*x:])
	if p[3] == 255 {
		return Pixel(p[:3])
	}
	return Pixel{overWhite(p[0], p[3]), overWhite(p[1], p[3]), overWhite(p[2], p[3])}
}

// overWhite returns a channel of a pixel of opacity a on white, to the nearest
// integer, halves up.
func overWhite(c, a byte) byte {
	return byte((int(c)*int(a) + 255*(255-int(a)) + 127) / 255)
}
