package decode_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// file returns a PNG picture of a diagonal gradient.
func file() []byte {
	m := image.NewGray(image.Rect(0, 0, 300, 200))
	for y := range 200 {
		for x := range 300 {
			m.SetGray(x, y, color.Gray{Y: byte((x*x/300 + y) % 256)})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func Example() {
	picture, err := decode.Decode(file(), decode.Limits{})
	if err != nil {
		panic(err)
	}
	fmt.Println(picture.Config().Format, picture.Width(), picture.Height())

	features, err := picture.Hash(imagehash.PDQ{}, imagehash.AsIs(), imagehash.Pad(15))
	if err != nil {
		panic(err)
	}
	for _, f := range features {
		fmt.Println(f.View, f.Hash, f.Quality)
	}
	// Output:
	// png 300 200
	// as-is dce67339cce63338cce63318cce6b3186466d998b666ad98a966aa48aad2aad4 100
	// pad-15 dce67738dce67338cce63318cce633186466d998b666ad98a966aa48aa92aad4 100
}

// What went wrong can be told apart without reading the sentence.
func ExampleCorruptError() {
	data := file()
	_, err := decode.Decode(data[:len(data)/2], decode.Limits{})
	fmt.Println(err)

	var corrupt *decode.CorruptError
	fmt.Println(errors.As(err, &corrupt), errors.Is(err, io.ErrUnexpectedEOF))

	_, err = decode.Decode([]byte("Dear Sir or Madam,"), decode.Limits{})
	fmt.Println(err)
	fmt.Println(errors.Is(err, decode.ErrUnknownFormat))
	// Output:
	// decode: png picture is cut off
	// true true
	// decode: not a JPEG, PNG, GIF, WebP, BMP or TIFF picture: it begins like text
	// true
}
