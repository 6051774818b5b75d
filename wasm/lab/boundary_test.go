package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// photo is a JPEG file that hashes with a high quality.
func photo(t testing.TB, seed float64) []byte {
	t.Helper()
	p := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	for y := range 150 {
		for x := range 200 {
			u, v := float64(x)/200, float64(y)/150
			c := uint8(128 + 60*math.Sin((6+seed)*u+seed)*math.Cos((9-seed)*v) + 60*math.Sin(23*v*u+2*seed+17*u))
			p.SetNRGBA(x, y, color.NRGBA{c, 255 - c, c / 2, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func frame(t testing.TB, request any, parts ...[]byte) []byte {
	t.Helper()
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	return append(append(out, text...), bytes.Join(parts, nil)...)
}

// ask sends a request and takes the answer apart; failed is the error's sentence, if there is one.
func ask[T any](t testing.TB, b *boundary, request map[string]any, parts ...[]byte) (answer T, rest []byte, failed string) {
	t.Helper()
	in := frame(t, request, parts...)
	copy(b.room(len(in)), in)
	b.call(len(in))
	n := binary.LittleEndian.Uint32(b.result)
	var f failure
	if err := json.Unmarshal(b.result[4:4+n], &f); err != nil {
		t.Fatal(err)
	}
	if f.Error == "" {
		if err := json.Unmarshal(b.result[4:4+n], &answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer, b.result[4+n:], f.Error
}

func must[T any](t testing.TB, b *boundary, request map[string]any, parts ...[]byte) (T, []byte) {
	t.Helper()
	answer, rest, failed := ask[T](t, b, request, parts...)
	if failed != "" {
		t.Fatalf("%v: %s", request["op"], failed)
	}
	return answer, rest
}

func TestDescribe(t *testing.T) {
	d, _ := must[description](t, newBoundary(), map[string]any{"op": "describe"})
	if len(d.Edits) < 50 || len(d.Groups) != 7 || len(d.Presets) != 3 || len(d.Operations) != len(edit.Operations()) || d.MinQuality != 50 || len(d.Classic) != 3 {
		t.Errorf("%d edits, %d groups, %d presets, %d operations", len(d.Edits), len(d.Groups), len(d.Presets), len(d.Operations))
	}
}

// What comes out of the boundary is what the packages say.
func TestExamine(t *testing.T) {
	b := newBoundary()
	file, other := photo(t, 1), photo(t, 5)
	o, thumbnail := must[opened](t, b, map[string]any{"op": "open", "key": 7, "side": 64}, file)
	p, err := lab.Open(file, imagehash.PDQ{})
	if err != nil {
		t.Fatal(err)
	}
	if o.PDQ != p.Entry.Hash.String() || o.Quality != p.Entry.Quality || o.Small != (size{64, 48}) || len(thumbnail) != 4*64*48 || o.Width != 200 || o.Large {
		t.Errorf("opened %+v, %d bytes", o, len(thumbnail))
	}
	q, err := lab.Open(other, imagehash.PDQ{})
	if err != nil {
		t.Fatal(err)
	}
	must[struct{}](t, b, map[string]any{"op": "set"}, q.Entry.Hash[:], p.Entry.Hash[:])

	for _, e := range []map[string]any{{"name": "noise-10"}, {"recipe": "scale:70,jpeg:40,turn:1"}, {}} {
		got, pixels := must[examined](t, b, map[string]any{
			"op": "examine", "key": 7, "edit": e, "seed": "3", "own": 1, "side": 100, "schemes": []string{"balanced", token.Exact},
		})
		want := p.Original()
		if len(e) > 0 {
			made, err := editRequest{Name: str(e["name"]), Recipe: str(e["recipe"])}.edit()
			if err != nil {
				t.Fatal(err)
			}
			if want, err = p.Edited(made, 3); err != nil {
				t.Fatal(err)
			}
			if got.Recipe != made.Recipe {
				t.Errorf("%v: the recipe is %s", e, got.Recipe)
			}
		}
		scheme, err := lab.NewScheme("balanced")
		if err != nil {
			t.Fatal(err)
		}
		views, err := want.Hash(imagehash.PDQ{}, lab.Views(scheme)...)
		if err != nil {
			t.Fatal(err)
		}
		probes, err := scheme.Examine(views, lab.NewSet([]imagehash.Hash{q.Entry.Hash, p.Entry.Hash}))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Views) != 3 || len(got.Margins) != 256 || len(got.Schemes) != 2 || len(got.Schemes[0].Probes) != len(probes) || len(got.Schemes[1].Probes) != 1 {
			t.Fatalf("%v: %+v", e, got)
		}
		for i, v := range views {
			if got.Views[i].PDQ != v.Hash.String() || got.Views[i].View != v.View.String() || got.Views[i].Quality != v.Quality {
				t.Errorf("%v: view %d is %+v", e, i, got.Views[i])
			}
		}
		for k, m := range got.Margins {
			if m != views[0].Margin(k) {
				t.Fatalf("%v: margin %d is %g", e, k, m)
			}
		}
		for i, w := range probes {
			g := got.Schemes[0].Probes[i]
			if g.Token != hex.EncodeToString(w.Token) || g.View != w.View.String() || len(g.Flips) != len(w.Flips) || len(g.Entries) != len(w.Entries) {
				t.Errorf("%v: probe %d is %+v", e, i, g)
			}
		}
		if got.Own != views[0].Hash.Distance(p.Entry.Hash) || got.OwnViews > got.Own || got.Nearest != 0 || got.NearestDistance != views[0].Hash.Distance(q.Entry.Hash) {
			t.Errorf("%v: distances %d, %d, %d to entry %d", e, got.Own, got.OwnViews, got.NearestDistance, got.Nearest)
		}
		if len(pixels) != 4*got.Small.Width*got.Small.Height || max(got.Small.Width, got.Small.Height) > 100 {
			t.Errorf("%v: %d bytes for %+v", e, len(pixels), got.Small)
		}
	}
	if c, _ := must[costs](t, b, map[string]any{"op": "cost", "key": 7, "schemes": []string{"wide"}}); len(c.Schemes) != 1 || c.Schemes[0].Text != token.Wide {
		t.Errorf("cost %+v", c)
	}
	must[struct{}](t, b, map[string]any{"op": "close", "key": 7})
	if _, _, failed := ask[examined](t, b, map[string]any{"op": "examine", "key": 7, "own": -1}); failed == "" {
		t.Error("a closed picture is examined")
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

func TestSchemesAndLists(t *testing.T) {
	b := newBoundary()
	s, _ := must[schemeAbout](t, b, map[string]any{"op": "scheme", "text": "balanced"})
	if s.Text != token.Balanced || s.Probes != 16 || len(s.Views) != 3 || s.Bits != 68 || len(s.Places) != s.Bits || s.Places[0] != 0 || s.VoucherBytes < 4096 {
		t.Errorf("%+v", s)
	}
	if _, _, failed := ask[schemeAbout](t, b, map[string]any{"op": "scheme", "text": "lowest-frequency bits=60 probes=pad-999:1"}); !strings.Contains(failed, "pad-999") {
		t.Errorf("a view that is none: %q", failed)
	}
	digits := strings.Repeat("0f", 32)
	l, hashes := must[listed](t, b, map[string]any{"op": "list", "name": "hashes.txt"}, []byte("# comment\n"+digits+"\nnonsense\n"+strings.Repeat("a5", 32)+"\n"))
	if l.Entries != 2 || len(hashes) != 64 || len(l.Broken) != 1 || !strings.Contains(l.Broken[0], "hashes.txt:3") || hex.EncodeToString(hashes[:32]) != digits {
		t.Errorf("%+v, %x", l, hashes)
	}
	for _, file := range []string{"", "nonsense", "<!DOCTYPE x>", "{}"} {
		if _, _, failed := ask[listed](t, b, map[string]any{"op": "list", "name": "x"}, []byte(file)); failed == "" {
			t.Errorf("%q is a list", file)
		}
	}
	i, _ := must[intervals](t, b, map[string]any{"op": "interval", "rates": [][2]int{{0, 0}, {5, 10}, {3, 3}}})
	if len(i.Rates) != 3 || i.Rates[1].Value != 0.5 || i.Rates[1].Low > 0.25 || i.Rates[1].Low < 0.2 || i.Rates[2].High != 1 {
		t.Errorf("%+v", i)
	}
}

func TestPixels(t *testing.T) {
	b := newBoundary()
	file, rgba := []byte("a format of tomorrow"), make([]byte, 4*20*10)
	for i := range rgba {
		rgba[i] = byte(i * i)
	}
	r := map[string]any{"op": "pixels", "key": 1, "length": len(file), "width": 20, "height": 10}
	if o, _ := must[opened](t, b, r, file, rgba); o.Width != 20 || o.Height != 10 {
		t.Errorf("%+v", o)
	}
	for _, length := range []int{-1, 1, 1 << 30} {
		r["length"] = length
		if _, _, failed := ask[opened](t, b, r, file, rgba); failed == "" {
			t.Errorf("a file of %d bytes", length)
		}
	}
}

func TestMisuse(t *testing.T) {
	b := newBoundary()
	for name, in := range map[string][]byte{
		"nothing":           nil,
		"half a length":     {1, 0},
		"a text that lacks": {200, 0, 0, 0, '{', '}'},
		"no JSON":           {1, 0, 0, 0, '{'},
		"no operation":      frame(t, map[string]any{"op": "fly"}),
		"a list as a set":   frame(t, map[string]any{"op": "set"}, make([]byte, 33)),
		"no picture":        frame(t, map[string]any{"op": "open"}, []byte("GIF89a")),
		"no such edit":      frame(t, map[string]any{"op": "examine", "edit": map[string]any{"name": "melt"}}),
		"a strange rate":    frame(t, map[string]any{"op": "interval", "rates": [][2]int{{2, 1}}}),
	} {
		copy(b.room(len(in)), in)
		b.call(len(in))
		if !strings.Contains(string(b.result), `{"error":"`) {
			t.Errorf("%s: %s", name, b.result)
		}
	}
	b.room(4)
	if b.call(5); !strings.Contains(string(b.result), "longer than there is room") {
		t.Errorf("%s", b.result)
	}
	if n := len(b.room(-1)); n != 0 {
		t.Errorf("room for −1 bytes is %d", n)
	}
}

// FuzzHandle sends any bytes: each is answered in a frame, and none ends the program.
func FuzzHandle(f *testing.F) {
	file := photo(f, 3)
	for _, r := range []map[string]any{
		{"op": "describe"}, {"op": "open", "key": 1, "side": 10}, {"op": "pixels", "width": 3, "height": 3, "length": 2}, {"op": "set"}, {"op": "list", "name": "x"},
		{"op": "scheme", "text": "wide"}, {"op": "examine", "own": -1, "edit": map[string]any{"recipe": "jpeg:5"}, "schemes": []string{"exact"}}, {"op": "cost"}, {"op": "interval", "rates": [][2]int{{1, 2}}},
	} {
		f.Add(frame(f, r, file[:64]))
	}
	f.Add([]byte{255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 4096 {
			return
		}
		b := newBoundary()
		b.handle(in)
		if n := binary.LittleEndian.Uint32(b.result); !json.Valid(b.result[4 : 4+n]) {
			t.Errorf("%q", b.result)
		}
		if strings.Contains(string(b.result), "internal fault") {
			t.Errorf("a panic: %s", b.result)
		}
	})
}
