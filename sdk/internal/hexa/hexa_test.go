package hexa_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// Against the standard library, for every byte.
func TestAgainstStandardLibrary(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	want := hex.EncodeToString(all)
	if got := hexa.String(all); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	back := make([]byte, 256)
	if !hexa.Decode(back, want) || !bytes.Equal(back, all) {
		t.Error("did not come back")
	}
}

// Exactly the sixteen lower-case digits are digits, in either place.
func TestDecodeRefuses(t *testing.T) {
	var b [1]byte
	for c := range 256 {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), byte(c)) >= 0
		for _, text := range []string{string([]byte{byte(c), '0'}), string([]byte{'0', byte(c)})} {
			if hexa.Decode(b[:], text) != digit {
				t.Errorf("%q: want %v", text, digit)
			}
		}
	}
	for _, text := range []string{"", "0", "000"} {
		if hexa.Decode(b[:], text) {
			t.Errorf("%q was taken for one byte", text)
		}
	}
}
