package decode

import (
	"image"
	"image/color"
)

// A source gives the pixels of a decoded picture, whose top left corner is at
// (0, 0).
type source interface {
	// read sets dst to the pixels of row y from column x on: 4 bytes R, G, B,
	// A each, not premultiplied.
	read(dst []byte, x, y int)
}

// sourceOf returns the source for what the libraries' decoders return. Values of
// 16 bits lose their lower eight, as image/color's conversions do it.
func sourceOf(m image.Image) source {
	switch m := m.(type) {
	case *image.YCbCr:
		if m.Rect.Min == (image.Point{}) {
			return fullYCbCr{m}
		}
	case *image.Gray:
		return gray{m}
	case *image.Gray16:
		return gray16{m}
	case *image.NRGBA:
		return nrgba{m}
	case *image.NRGBA64:
		return nrgba64{m}
	case *image.RGBA:
		return rgba{m}
	case *image.RGBA64:
		return rgba64{m}
	case *image.CMYK:
		return cmyk{m}
	case *image.Paletted:
		return newPaletted(m)
	}
	return generic{m}
}

type gray struct{ m *image.Gray }

func (s gray) read(dst []byte, x, y int) {
	src := s.m.Pix[y*s.m.Stride+x:][:len(dst)/4]
	for i, v := range src {
		p := (*[4]byte)(dst[4*i:])
		p[0], p[1], p[2], p[3] = v, v, v, 255
	}
}

type gray16 struct{ m *image.Gray16 }

func (s gray16) read(dst []byte, x, y int) {
	src := s.m.Pix[y*s.m.Stride+2*x:]
	for i := range len(dst) / 4 {
		p, v := (*[4]byte)(dst[4*i:]), src[2*i]
		p[0], p[1], p[2], p[3] = v, v, v, 255
	}
}

type nrgba struct{ m *image.NRGBA }

func (s nrgba) read(dst []byte, x, y int) {
	copy(dst, s.m.Pix[y*s.m.Stride+4*x:])
}

type nrgba64 struct{ m *image.NRGBA64 }

func (s nrgba64) read(dst []byte, x, y int) {
	src := s.m.Pix[y*s.m.Stride+8*x:]
	for i := range dst {
		dst[i] = src[2*i]
	}
}

// rgba is premultiplied, which matters only where it is transparent.
type rgba struct{ m *image.RGBA }

func (s rgba) read(dst []byte, x, y int) {
	copy(dst, s.m.Pix[y*s.m.Stride+4*x:])
	for i := 0; i < len(dst); i += 4 {
		if p := (*[4]byte)(dst[i:]); p[3] != 255 {
			c := color.NRGBAModel.Convert(color.RGBA{p[0], p[1], p[2], p[3]}).(color.NRGBA)
			p[0], p[1], p[2] = c.R, c.G, c.B
		}
	}
}

type rgba64 struct{ m *image.RGBA64 }

func (s rgba64) read(dst []byte, x, y int) {
	src := s.m.Pix[y*s.m.Stride+8*x:]
	for i := 0; i < len(dst); i += 4 {
		p, q := (*[4]byte)(dst[i:]), (*[8]byte)(src[2*i:])
		if q[6] == 255 && q[7] == 255 {
			p[0], p[1], p[2], p[3] = q[0], q[2], q[4], 255
			continue
		}
		word := func(k int) uint16 { return uint16(q[k])<<8 | uint16(q[k+1]) }
		c := color.NRGBAModel.Convert(color.RGBA64{word(0), word(2), word(4), word(6)}).(color.NRGBA)
		p[0], p[1], p[2], p[3] = c.R, c.G, c.B, c.A
	}
}

type cmyk struct{ m *image.CMYK }

func (s cmyk) read(dst []byte, x, y int) {
	src := s.m.Pix[y*s.m.Stride+4*x:]
	for i := 0; i < len(dst); i += 4 {
		p, q := (*[4]byte)(dst[i:]), (*[4]byte)(src[i:])
		p[0], p[1], p[2] = color.CMYKToRGB(q[0], q[1], q[2], q[3])
		p[3] = 255
	}
}

// paletted has the palette converted. Indexes beyond it are transparent black.
type paletted struct {
	m       *image.Paletted
	palette *[256][4]byte
}

func newPaletted(m *image.Paletted) paletted {
	s := paletted{m, new([256][4]byte)}
	for i, c := range m.Palette {
		if i < len(s.palette) {
			n := color.NRGBAModel.Convert(c).(color.NRGBA)
			s.palette[i] = [4]byte{n.R, n.G, n.B, n.A}
		}
	}
	return s
}

func (s paletted) read(dst []byte, x, y int) {
	for i, v := range s.m.Pix[y*s.m.Stride+x:][:len(dst)/4] {
		*(*[4]byte)(dst[4*i:]) = s.palette[v]
	}
}

// generic is for types that no decoder here returns today.
type generic struct{ m image.Image }

func (s generic) read(dst []byte, x, y int) {
	origin := s.m.Bounds().Min
	for i := range len(dst) / 4 {
		c := color.NRGBAModel.Convert(s.m.At(origin.X+x+i, origin.Y+y)).(color.NRGBA)
		*(*[4]byte)(dst[4*i:]) = [4]byte{c.R, c.G, c.B, c.A}
	}
}

// canvas shows a source in a part of a larger picture that is transparent
// elsewhere.
type canvas struct {
	src source
	at  image.Rectangle
}

// onCanvas returns src where it covers all of the canvas.
func onCanvas(src source, at, all image.Rectangle) source {
	if at == all {
		return src
	}
	return canvas{src, at}
}

func (s canvas) read(dst []byte, x, y int) {
	clear(dst)
	from, to := max(x, s.at.Min.X), min(x+len(dst)/4, s.at.Max.X)
	if y < s.at.Min.Y || y >= s.at.Max.Y || from >= to {
		return
	}
	s.src.read(dst[4*(from-x):4*(to-x)], from-s.at.Min.X, y-s.at.Min.Y)
}
