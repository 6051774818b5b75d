package decode

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/image/tiff"
)

func wantCorrupt(t *testing.T, name string, err error) {
	t.Helper()
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) {
		t.Errorf("%s: %v, want a CorruptError", name, err)
	}
}

// bombs returns small files whose headers announce width×height pixels.
func bombs(t testing.TB, width, height int) map[Format][]byte {
	t.Helper()
	files := map[Format][]byte{}

	data := pngOf(t, scene(2, 2))
	const ihdr = pngSignatureSize + 8
	binary.BigEndian.PutUint32(data[ihdr:], uint32(width))
	binary.BigEndian.PutUint32(data[ihdr+4:], uint32(height))
	binary.BigEndian.PutUint32(data[ihdr+13:], crc32.ChecksumIEEE(data[ihdr-4:ihdr+13]))
	files[PNG] = data

	data = jpegOf(t, scene(16, 16))
	sof := bytes.Index(data, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(data[sof+5:], uint16(height))
	binary.BigEndian.PutUint16(data[sof+7:], uint16(width))
	files[JPEG] = data

	data = gifOf(t, &gif.GIF{Image: []*image.Paletted{stdImages(2, 2)["paletted"].(*image.Paletted)}, Delay: []int{0}})
	binary.LittleEndian.PutUint16(data[6:], uint16(width))
	binary.LittleEndian.PutUint16(data[8:], uint16(height))
	files[GIF] = data

	files[WebP] = webpOf(vp8x(1<<1, width, height), anmf(0, 0, 4, 3, webpChunk{"VP8 ", []byte("\x00\x00\x00\x9d\x01\x2a\x04\x00\x03\x00")}))

	data = bmpOf(t, scene(2, 2))
	binary.LittleEndian.PutUint32(data[18:], uint32(width))
	binary.LittleEndian.PutUint32(data[22:], uint32(height))
	files[BMP] = data

	data = tiffOf(t, scene(2, 2), tiff.Deflate)
	offset := binary.LittleEndian.Uint32(data[4:])
	for i := range uint32(binary.LittleEndian.Uint16(data[offset:])) {
		e := data[offset+2+12*i:]
		switch binary.LittleEndian.Uint16(e) {
		case 0x0100:
			binary.LittleEndian.PutUint16(e[8:], uint16(width))
		case 0x0101:
			binary.LittleEndian.PutUint16(e[8:], uint16(height))
		}
	}
	files[TIFF] = data
	return files
}

// TestBombs checks that pictures over the limit are refused by their header, in
// no time and without memory for their pixels.
func TestBombs(t *testing.T) {
	files := bombs(t, 30000, 30000)
	if len(files) != 6 {
		t.Fatalf("%d files", len(files))
	}
	for format, data := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := Decode(data, Limits{})
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		var large *TooLargeError
		if !errors.As(err, &large) || large.Width != 30000 || large.Height != 30000 || large.Limits.MaxPixels != DefaultMaxPixels {
			t.Errorf("%s: %v", format, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes allocated", format, used)
		}
		if took > time.Second {
			t.Errorf("%s: took %v", format, took)
		}
	}
	// The limit is on pixels, not on sides.
	for format, data := range bombs(t, 300, 200) {
		if _, err := Decode(data, Limits{MaxPixels: 59_999}); !errors.As(err, new(*TooLargeError)) {
			t.Errorf("%s one pixel over: %v", format, err)
		}
		if _, err := Decode(data, Limits{MaxPixels: 60_000}); errors.As(err, new(*TooLargeError)) {
			t.Errorf("%s within the limit: %v", format, err)
		}
	}
	if _, err := Decode(bombs(t, 65536, 3)[WebP], Limits{}); !errors.As(err, new(*TooLargeError)) {
		t.Errorf("side over the limit: %v", err)
	}
}

// TestScans checks the bound on progressive JPEG pictures, whose scans cost the
// decoder time and the sender nothing.
func TestScans(t *testing.T) {
	f := flatJPEG{blocksX: 500, blocksY: 500, components: 1, adobe: -1, progressive: true,
		value: func(_, x, y int) byte { return byte(x + y) }}
	f.emptyScans = 20
	if _, err := Decode(f.encode(), Limits{}); err != nil {
		t.Errorf("20 scans of 4000×4000: %v", err)
	}
	f.emptyScans = 1000
	data := f.encode()
	start := time.Now()
	_, err := Decode(data, Limits{})
	took := time.Since(start)
	wantCorrupt(t, "1000 scans", err)
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	// As many in a small picture are odd, but cheap.
	f.blocksX, f.blocksY = 4, 4
	if _, err := Decode(f.encode(), Limits{}); err != nil {
		t.Errorf("1000 scans of 32×32: %v", err)
	}
}

func TestInputLimit(t *testing.T) {
	data := pngOf(t, scene(20, 20))
	n := int64(len(data))
	for _, limit := range []int64{0, n, n + 1} {
		if _, err := DecodeReader(bytes.NewReader(data), Limits{MaxBytes: limit}); err != nil {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
	var large *TooLargeError
	if _, err := Decode(data, Limits{MaxBytes: n - 1}); !errors.As(err, &large) || large.Bytes != n {
		t.Errorf("%v", err)
	}
	endless := &counter{r: iotest.DataErrReader(zeros{})}
	if _, err := DecodeReader(endless, Limits{MaxBytes: 1 << 16}); !errors.As(err, &large) {
		t.Errorf("%v", err)
	}
	if endless.n > 1<<16+1 {
		t.Errorf("%d bytes read", endless.n)
	}
	broken := errors.New("broken")
	if _, err := DecodeReader(io.MultiReader(bytes.NewReader(data[:9]), iotest.ErrReader(broken)), Limits{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// TestNotPictures checks what is said of input that is no picture.
func TestNotPictures(t *testing.T) {
	for _, test := range []struct {
		data, says string
	}{
		{"hello, this is not a picture\n", "text"},
		{"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "text"},
		{strings.Repeat("é", 300), "text"}, // cut within a character
		{"\x00\x01\x02", "other binary data"},
		{"\xff\xfe\x00", "other binary data"},
		{"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "other binary data"},
		{"RIFF\x04\x00\x00\x00WAVE", "other binary data"},
		{"\xff\xd8", "other binary data"},
	} {
		for _, decode := range []func() error{
			func() error { _, err := Decode([]byte(test.data), Limits{}); return err },
			func() error { _, err := DecodeConfig([]byte(test.data)); return err },
		} {
			if err := decode(); !errors.Is(err, ErrUnknownFormat) || !strings.HasSuffix(err.Error(), "begins like "+test.says) {
				t.Errorf("%.20q: %v", test.data, err)
			}
		}
	}
	for _, data := range [][]byte{nil, {}} {
		if _, err := Decode(data, Limits{}); !errors.Is(err, ErrEmpty) {
			t.Errorf("empty: %v", err)
		}
	}
}

// TestUnsupported checks pictures that are recognised and not decoded.
func TestUnsupported(t *testing.T) {
	sof := jpegOf(t, scene(16, 16))
	at := bytes.Index(sof, []byte{0xff, 0xc0})
	arithmetic := bytes.Clone(sof)
	arithmetic[at+1] = 0xc9
	twelve := flatJPEG{blocksX: 1, blocksY: 1, components: 1, adobe: -1, precision: 12, value: func(int, int, int) byte { return 0 }}
	rle := bmpOf(t, stdImages(4, 4)["paletted"])
	rle[30] = 1
	method := pngOf(t, scene(4, 4))
	const ihdr = pngSignatureSize + 8
	method[ihdr+10] = 1 // a compression other than deflate
	binary.BigEndian.PutUint32(method[ihdr+13:], crc32.ChecksumIEEE(method[ihdr-4:ihdr+13]))
	for _, test := range []struct {
		data   string
		format Format
	}{
		{"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "heic"},
		{"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", "heic"},
		{"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "avif"},
		{"\x00\x00\x00\x0cJXL \r\n\x87\n\x00", "jxl"},
		{"\xff\x0a\x00", "jxl"},
		{string(arithmetic), JPEG},
		{string(twelve.encode()), JPEG},
		{string(rle), BMP},
		{string(method), PNG},
	} {
		_, err := Decode([]byte(test.data), Limits{})
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Format != test.format || unsupported.Reason == "" {
			t.Errorf("%.20q: %v", test.data, err)
		}
	}
}

// tinyWebP has pictures of one pixel, with which web pages probe a browser (the
// WebP FAQ at developers.google.com).
var tinyWebP = map[string]string{
	"lossy":    "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
	"lossless": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
	"alpha":    "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==",
	"animated": "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA",
}

// samples returns a small file of every kind.
func samples(t testing.TB) map[string][]byte {
	images := stdImages(20, 14)
	flat := func(c, adobe int, progressive bool) []byte {
		return flatJPEG{blocksX: 2, blocksY: 2, components: c, adobe: adobe, progressive: progressive, emptyScans: 1,
			exif: exifOf(binary.LittleEndian, Rotated90), value: func(c, x, y int) byte { return byte(40*c + 30*x + y) }}.encode()
	}
	pal := images["paletted transparent"].(*image.Paletted)
	files := map[string][]byte{
		"jpeg":             jpegOf(t, images["nrgba"]),
		"jpeg grey":        jpegOf(t, images["gray"]),
		"jpeg progressive": flat(3, -1, true),
		"jpeg cmyk":        flat(4, 0, true),
		"png":              pngWithEXIF(pngOf(t, images["nrgba transparent"]), exifOf(binary.BigEndian, Transposed)),
		"png 16":           pngOf(t, images["nrgba64"]),
		"png grey 16":      pngOf(t, images["gray16"]),
		"png paletted":     pngOf(t, images["paletted transparent"]),
		"gif":              gifOf(t, &gif.GIF{Image: []*image.Paletted{pal, pal}, Delay: []int{1, 1}}),
		"bmp":              bmpOf(t, images["rgba"]),
		"bmp paletted":     bmpOf(t, images["paletted"]),
		"tiff":             tiffOf(t, images["rgba"], tiff.Deflate),
		"tiff grey":        tiffOf(t, images["gray16"], tiff.Uncompressed),
	}
	for format, data := range bombs(t, 60, 50) {
		files["false "+string(format)] = data
	}
	for name, text := range tinyWebP {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		files["webp "+name] = data
	}
	return files
}

// TestCutOff decodes every beginning of every sample: there is a typed error, and
// for what breaks off among the pixels it says so.
func TestCutOff(t *testing.T) {
	for name, data := range samples(t) {
		cutOff := 0
		for n := range data {
			p, err := Decode(data[:n], Limits{})
			switch {
			case err == nil:
				p.NRGBA() // some decoders make do without the end
			case !typed(err):
				t.Errorf("%s, %d bytes of %d: %T %v", name, n, len(data), err, err)
			case errors.Is(err, io.ErrUnexpectedEOF):
				cutOff++
				if !strings.HasSuffix(err.Error(), "picture is cut off") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if !strings.HasPrefix(name, "false") && cutOff < len(data)/2 {
			t.Errorf("%s: only %d of %d beginnings are called cut off", name, cutOff, len(data))
		}
	}
}

// TestDamaged changes every byte of every sample.
func TestDamaged(t *testing.T) {
	for name, data := range samples(t) {
		if len(data) > 2000 && testing.Short() {
			continue
		}
		for i := range data {
			for _, flip := range []byte{0x01, 0x80, 0xff} {
				damaged := bytes.Clone(data)
				damaged[i] ^= flip
				p, err := Decode(damaged, Limits{MaxPixels: 1 << 20})
				if err == nil {
					p.NRGBA()
				} else if !typed(err) {
					t.Errorf("%s, byte %d: %T %v", name, i, err, err)
				}
			}
		}
	}
}

// typed says whether err is one of those that Decode promises.
func typed(err error) bool {
	return errors.Is(err, ErrEmpty) || errors.Is(err, ErrUnknownFormat) || errors.As(err, new(*TooLargeError)) ||
		errors.As(err, new(*UnsupportedError)) || errors.As(err, new(*CorruptError))
}

// TestErrorTexts holds a sentence of each kind.
func TestErrorTexts(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&TooLargeError{Width: 30000, Height: 20000, Limits: Limits{}.withDefaults()}, "decode: picture of 30000×20000 is over the limit of 67108864 pixels"},
		{&TooLargeError{Bytes: 11, Limits: Limits{MaxBytes: 10}}, "decode: input is over the limit of 10 bytes"},
		{&UnsupportedError{"heic", "convert it to JPEG or PNG"}, "decode: heic picture is not supported: convert it to JPEG or PNG"},
		{&CorruptError{PNG, io.ErrUnexpectedEOF}, "decode: png picture is cut off"},
		{&CorruptError{PNG, errors.New("bad")}, "decode: png picture is corrupt: bad"},
		{ErrEmpty, "decode: input is empty"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestGuard checks that a decoder's panic becomes an error.
func TestGuard(t *testing.T) {
	_, err := guard(GIF, nil, func(in *input) (byte, error) { return in.data[0], nil })
	wantCorrupt(t, "panic", err)
}

// FuzzDecode checks that any input gives a picture or a typed error.
func FuzzDecode(f *testing.F) {
	seeds := samples(f)
	if len(seeds) < 23 {
		f.Fatalf("%d seeds", len(seeds))
	}
	for _, data := range seeds {
		f.Add(data)
	}
	f.Add([]byte{})
	f.Add([]byte("hello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{MaxPixels: 1 << 18}
		p, err := Decode(data, limits)
		if err != nil {
			if !typed(err) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		m := p.NRGBA()
		if n := m.Rect.Dx() * m.Rect.Dy(); n < 1 || n > limits.MaxPixels {
			t.Fatalf("picture of %v", m.Rect)
		}
	})
}
