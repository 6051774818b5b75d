package b64_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/b64"
)

func check(t *testing.T, text string) {
	t.Helper()
	want, err := base64.StdEncoding.Strict().DecodeString(text)
	for _, c := range text {
		if c == '\n' || c == '\r' { // which the standard library skips, and we refuse
			err = base64.CorruptInputError(0)
		}
	}
	got, ok := b64.Decode(text)
	if ok != (err == nil) || ok && !bytes.Equal(got, want) {
		t.Errorf("%q: got %x %v, want %x %v", text, got, ok, want, err)
	}
	if ok && b64.String(got) != text {
		t.Errorf("%q: came back as %q", text, b64.String(got))
	}
}

func TestAgainstStandardLibrary(t *testing.T) {
	b := make([]byte, 300)
	for i := range b {
		b[i] = byte(i*7 + i/3)
	}
	for n := range b {
		text := base64.StdEncoding.EncodeToString(b[:n])
		if got := b64.String(b[:n]); got != text {
			t.Fatalf("%d bytes: got %q, want %q", n, got, text)
		}
		check(t, text)
	}
	for c := range 256 {
		for i := range 4 {
			text := []byte("QUFB")
			text[i] = byte(c)
			check(t, string(text))
			text = []byte("QUFBQQ==")
			text[4+i] = byte(c)
			check(t, string(text))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "QQ==", "QUE=", "QUFB", "QR==", "Q===", "====", "QQ==QUFB", "QUE", "QU\nE="} {
		f.Add(s)
	}
	f.Fuzz(check)
}
