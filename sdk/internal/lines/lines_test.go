package lines_test

import (
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/lines"
)

func TestRoundTrip(t *testing.T) {
	text := lines.Append(nil, "head")
	text = lines.Append(text, "n", lines.Number(42))
	text = lines.Append(text, "h", "00ff")
	text = lines.Append(text, "v", "a", "b")
	r := lines.Read(text, "head", 100)
	var h [2]byte
	n := r.Number("n", 42)
	r.Hex("h", h[:])
	if v := r.Value("v"); !r.Done() || n != 42 || h != [2]byte{0, 255} || v != "a b" {
		t.Errorf("%q: %d %x %q %v", text, n, h, v, r)
	}
}

func TestRefuses(t *testing.T) {
	for text, f := range map[string]func(r *lines.Reader){
		"other\n":        func(r *lines.Reader) {},
		"head":           func(r *lines.Reader) {},
		"":               func(r *lines.Reader) {},
		"head\nleft\n":   func(r *lines.Reader) {},
		"head\nn 43\n":   func(r *lines.Reader) { r.Number("n", 42) },
		"head\nn 01\n":   func(r *lines.Reader) { r.Number("n", 42) },
		"head\nn\n":      func(r *lines.Reader) { r.Value("n") },
		"head\nnn 1\n":   func(r *lines.Reader) { r.Value("n") },
		"head\nm 1\n":    func(r *lines.Reader) { r.Value("n") },
		"head\nn 1":      func(r *lines.Reader) { r.Value("n") },
		"head\nn 0F\n":   func(r *lines.Reader) { r.Hex("n", make([]byte, 1)) },
		"head\nn 1\nx\n": func(r *lines.Reader) { r.Number("n", 9) },
		"head\n\n":       func(r *lines.Reader) { r.Value("n") },
	} {
		r := lines.Read([]byte(text), "head", 100)
		f(r)
		if r.Done() {
			t.Errorf("%q: accepted", text)
		}
	}
	if r := lines.Read([]byte("head\n"), "head", 4); r.Done() {
		t.Error("accepted a text that is too long")
	}
}
