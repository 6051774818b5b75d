package derivative_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"

	"github.com/veilhash/veilhash/sdk/derivative"
)

func picture(n int) []byte {
	grey := make([]byte, n*n)
	for i := range grey {
		grey[i] = byte(i*i/7 + i/n*3)
	}
	return grey
}

func TestRoundTrip(t *testing.T) {
	hash := [32]byte{1, 2, 3}
	for _, max := range []int{1500, 4000, 20000} {
		b, err := derivative.Encode(hash, picture(64), 64, max)
		if err != nil {
			t.Fatalf("%d bytes: %v", max, err)
		}
		if len(b) > max {
			t.Fatalf("%d bytes where %d were allowed", len(b), max)
		}
		d, err := derivative.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(d.JPEG))
		if err != nil || d.Hash != hash || img.Bounds() != image.Rect(0, 0, 64, 64) {
			t.Errorf("came back as %x, %v, %v", d.Hash, img.Bounds(), err)
		}
	}
	if _, err := derivative.Encode(hash, picture(64), 64, 100); !errors.Is(err, derivative.ErrRoom) {
		t.Errorf("100 bytes: %v, want ErrRoom", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	var big bytes.Buffer
	big.Write(make([]byte, 32))
	if err := jpeg.Encode(&big, image.NewGray(image.Rect(0, 0, derivative.MaxSide+1, 8)), nil); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty":     {},
		"hash only": make([]byte, 32),
		"no JPEG":   append(make([]byte, 32), "<svg onload=alert(1)>"...),
		"too large": big.Bytes(),
	} {
		if _, err := derivative.Decode(b); !errors.Is(err, derivative.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	b, err := derivative.Encode([32]byte{}, picture(16), 16, 4000)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := derivative.Decode(b)
		if err == nil && !bytes.Equal(append(d.Hash[:], d.JPEG...), b) {
			t.Error("decoded to something else")
		}
	})
}
