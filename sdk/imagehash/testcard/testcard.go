// Package testcard draws the public test card: the picture whose token is the canary of a set (docs/protocol.md, section 10). It shows nothing and means nothing. Whoever wants
// to know whether pictures are still found sends it from a test account.
//
// The card is a formula in integers, so that everyone has it to the bit. [SHA256] is the digest of its pixels.
package testcard

// The card's size in pixels.
const (
	Width  = 256
	Height = 256
)

// SHA256 is the digest of the card's pixels in hexadecimal: rows from the top, 8-bit R, G, B and A = 255.
const SHA256 = "c93a9408c6fa48d1203c8c41720904dba0d3dc6531200462479668e25168bbf1"

// AppendRow appends row y of the card: Width pixels of 8-bit R, G, B, A.
//
// Grey is the sum of waves of few periods, which no resizing or compression moves; a diamond grid and colour bars make the card one that people know again.
func AppendRow(dst []byte, y int) []byte {
	for x := range Width {
		v := 2*wave(3*x+y, 512) + 2*wave(x-2*y, 640) + wave(5*x+3*y, 1024) + wave(7*x-4*y, 1536) + wave(x*y/64+2*x, 900) + wave(y*y/96+x, 700)
		v = 24 + v*207/(8*255)
		if (x+y)%64 == 0 || (x-y+Height)%64 == 0 {
			v /= 2
		}
		r, g, b := v, v, v
		if y >= Height-24 {
			r, g, b = bar(x/32, 0, v), bar(x/32, 1, v), bar(x/32, 2, v)
		}
		dst = append(dst, byte(r), byte(g), byte(b), 255)
	}
	return dst
}

// wave is a triangle of the given period, from 0 to 255 and back.
func wave(x, period int) int {
	x = (x%period + period) % period
	if 2*x > period {
		x = period - x
	}
	return x * 510 / period
}

// bar is a channel of the n-th colour bar over a grey value.
func bar(n, channel, v int) int {
	if n>>channel&1 == 1 {
		return v
	}
	return v / 3
}

// Pixels is the whole card.
func Pixels() []byte {
	out := make([]byte, 0, 4*Width*Height)
	for y := range Height {
		out = AppendRow(out, y)
	}
	return out
}
