package decode

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// scene returns an opaque test picture.
func scene(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	copy(m.Pix, testpicture.RGBA(11, width, height))
	return m
}

// transparentScene returns a test picture of varying opacity.
func transparentScene(width, height int) *image.NRGBA {
	m := scene(width, height)
	testpicture.Transparent(11, m.Pix)
	return m
}

// drawn returns src in another type.
func drawn[T interface {
	image.Image
	Set(x, y int, c color.Color)
}](dst T, src image.Image) T {
	b := dst.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			dst.Set(x, y, src.At(x, y))
		}
	}
	return dst
}

// ycbcr returns a test picture with planes of one of the six subsampling ratios.
func ycbcr(width, height int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), ratio)
	for i := range m.Y {
		m.Y[i] = byte(i * 37)
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = byte(i*91), byte(i*153+80)
	}
	return m
}

var ratios = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
}

// stdImages returns a picture in every type that the libraries' decoders return.
func stdImages(width, height int) map[string]image.Image {
	opaque, transparent := scene(width, height), transparentScene(width, height)
	r := opaque.Rect
	deep := image.NewNRGBA64(r)
	for i := range deep.Pix {
		deep.Pix[i] = byte(i * i * 31)
		if i%8 >= 6 {
			deep.Pix[i] = 255
		}
	}
	web := color.Palette(palette.WebSafe)
	seeThrough := append(color.Palette{color.NRGBA{}, color.NRGBA{200, 100, 50, 128}}, web...)
	clear := image.NewPaletted(r, seeThrough)
	for i := range clear.Pix {
		clear.Pix[i] = byte(i % len(seeThrough))
	}
	images := map[string]image.Image{
		"gray":                 drawn(image.NewGray(r), opaque),
		"gray16":               drawn(image.NewGray16(r), deep),
		"nrgba":                opaque,
		"nrgba transparent":    transparent,
		"nrgba64":              deep,
		"rgba":                 drawn(image.NewRGBA(r), opaque),
		"rgba transparent":     drawn(image.NewRGBA(r), transparent),
		"rgba64":               drawn(image.NewRGBA64(r), deep),
		"rgba64 transparent":   drawn(image.NewRGBA64(r), transparent),
		"paletted":             drawn(image.NewPaletted(r, web), opaque),
		"paletted transparent": clear,
		"cmyk":                 drawn(image.NewCMYK(r), opaque),
	}
	for _, ratio := range ratios {
		images["ycbcr "+ratio.String()] = ycbcr(width, height, ratio)
	}
	return images
}

// asNRGBA converts pixel by pixel with image/color.
func asNRGBA(m image.Image) *image.NRGBA {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(x, y, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// encoded returns what an encoder writes.
func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func jpegOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: 90}) })
}

func gifOf(t testing.TB, g *gif.GIF) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, g) })
}

func bmpOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, m) })
}

func tiffOf(t testing.TB, m image.Image, c tiff.CompressionType) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, &tiff.Options{Compression: c, Predictor: true}) })
}

// exifOf returns EXIF data with an orientation, behind another entry.
func exifOf(order binary.AppendByteOrder, o Orientation) []byte {
	head := "II*\x00"
	if order.String() == binary.BigEndian.String() {
		head = "MM\x00*"
	}
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x0100)
	b = order.AppendUint16(b, 4)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint32(b, 99)
	b = order.AppendUint16(b, orientationTag)
	b = order.AppendUint16(b, typeShort)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(o))
	b = order.AppendUint16(b, 0)
	return order.AppendUint32(b, 0)
}

// jpegWithEXIF puts EXIF data into a JPEG picture, behind its first segment.
func jpegWithEXIF(data, exif []byte) []byte {
	segment := []byte{0xff, markerAPP1}
	segment = binary.BigEndian.AppendUint16(segment, uint16(2+len(exifHeader)+len(exif)))
	segment = append(append(segment, exifHeader...), exif...)
	return append(append(bytes.Clone(data[:2]), segment...), data[2:]...)
}

// pngWithEXIF puts EXIF data into a PNG picture, behind its header.
func pngWithEXIF(data, exif []byte) []byte {
	const header = pngSignatureSize + 12 + 13
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(exif)))
	chunk = append(append(chunk, "eXIf"...), exif...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(bytes.Clone(data[:header]), chunk...), data[header:]...)
}

// webpOf returns a WebP file of chunks.
func webpOf(chunks ...webpChunk) []byte {
	body := []byte("WEBP")
	for _, c := range chunks {
		body = append(appendWebPChunkHeader(body, c.kind, len(c.data)), c.data...)
		body = append(body, make([]byte, len(c.data)&1)...)
	}
	return append(appendWebPChunkHeader(nil, "RIFF", len(body)), body...)
}

// vp8x returns the header chunk of an extended WebP file.
func vp8x(flags byte, width, height int) webpChunk {
	return webpChunk{"VP8X", appendUint24(appendUint24([]byte{flags, 0, 0, 0}, width-1), height-1)}
}

// anmf returns the chunk of an animation's frame.
func anmf(x, y, width, height int, chunks ...webpChunk) webpChunk {
	var b []byte
	for _, v := range []int{x / 2, y / 2, width - 1, height - 1, 100} {
		b = appendUint24(b, v)
	}
	b = append(b, 0)
	for _, c := range chunks {
		b = append(appendWebPChunkHeader(b, c.kind, len(c.data)), c.data...)
		b = append(b, make([]byte, len(c.data)&1)...)
	}
	return webpChunk{"ANMF", b}
}
