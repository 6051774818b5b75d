package imagehash

import "github.com/veilhash/veilhash/sdk/imagehash/internal/frame"

// A lumaTable holds 0.299·r, 0.587·g and 0.114·b, rounded to float32, for every
// channel value.
type lumaTable struct{ r, g, b [256]float32 }

func newLumaTable() *lumaTable {
	t := new(lumaTable)
	for i := range 256 {
		t.r[i] = 0.299 * float32(i)
		t.g[i] = 0.587 * float32(i)
		t.b[i] = 0.114 * float32(i)
	}
	return t
}

// row sets dst to the luma of a row of R, G, B, A: (0.299·r + 0.587·g) + 0.114·b
// with every step in float32, as in Meta's C++, over white.
func (t *lumaTable) row(dst []float32, rgba []byte) {
	rgba = rgba[:4*len(dst)]
	for len(dst) >= 4 && len(rgba) >= 16 {
		p := (*[16]byte)(rgba)
		d := (*[4]float32)(dst)
		if p[3]&p[7]&p[11]&p[15] == 255 {
			d[0] = t.r[p[0]] + t.g[p[1]] + t.b[p[2]]
			d[1] = t.r[p[4]] + t.g[p[5]] + t.b[p[6]]
			d[2] = t.r[p[8]] + t.g[p[9]] + t.b[p[10]]
			d[3] = t.r[p[12]] + t.g[p[13]] + t.b[p[14]]
		} else {
			t.blend(d[:], p[:])
		}
		dst, rgba = dst[4:], rgba[16:]
	}
	t.blend(dst, rgba)
}

// blend is row for pixels that may be transparent.
func (t *lumaTable) blend(dst []float32, rgba []byte) {
	for i := range dst {
		p := frame.PixelAt(rgba, i)
		dst[i] = t.r[p[0]] + t.g[p[1]] + t.b[p[2]]
	}
}
