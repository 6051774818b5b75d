package lab_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/token"
)

// photo is a JPEG file with a lot to recognise.
func photo(t testing.TB, seed float64, w, h int) []byte {
	t.Helper()
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			at := func(k float64) uint8 {
				return uint8(128 + 60*math.Sin((6+seed)*u*k+seed)*math.Cos((9-seed)*v+k*seed) + 60*math.Sin(23*v*u+2*seed+17*u))
			}
			c := color.NRGBA{at(1), at(1.4), at(2.1), 255}
			if math.Hypot(u-0.5-0.4*math.Sin(seed), v-0.5-0.3*math.Cos(2*seed)) < 0.2 {
				c = color.NRGBA{240, 220, 40, 255}
			}
			p.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func scheme(t testing.TB, text string) *lab.Scheme {
	t.Helper()
	s, err := lab.NewScheme(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The laboratory and a measurement make the same copies and find the same in them.
func TestAgreesWithEvaluate(t *testing.T) {
	file := photo(t, 1, 1602, 130)
	dir := t.TempDir()
	path := filepath.Join(dir, "photo.jpg")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	plan := evaluate.DefaultPlan(7)
	survey, err := evaluate.Collect(context.Background(), plan, []evaluate.Input{{File: path}}, evaluate.CollectConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	want, err := survey.Sample(0)
	if err != nil {
		t.Fatal(err)
	}

	p, err := lab.Open(file, plan.Hasher)
	if err != nil {
		t.Fatal(err)
	}
	if p.Digest != want.Digest || p.Entry.Hash != want.Entry || p.Entry.Quality != want.EntryQuality || p.Classic != want.Classic || !p.Large() {
		t.Error("the original differs")
	}
	compared := 0
	check := func(name string, c *lab.Copy, want *evaluate.Copy) {
		views, err := c.Hash(plan.Hasher, plan.Views...)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range want.Readings {
			if views[i].Hash != r.Hash || views[i].Quality != int(r.Quality) || views[i].Margin(0) != r.Margins[0] || views[i].Margin(16) != r.Margins[2] {
				t.Errorf("%s: the view %s differs", name, plan.Views[i])
			}
			compared++
		}
		classic, err := evaluate.Classic(c.Pixels)
		if err != nil || classic != want.Classic {
			t.Errorf("%s: goimagehash's hashes differ (%v)", name, err)
		}
	}
	check("as it is", p.Original(), &want.Copies[0])
	for i, e := range plan.Edits {
		c, err := p.Edited(e, plan.Seed)
		if err != nil {
			t.Fatal(err)
		}
		check(e.Name, c, &want.Copies[i+1])
	}
	if compared < 50*len(plan.Views) {
		t.Errorf("only %d readings were compared", compared)
	}
}

func TestExamine(t *testing.T) {
	var pictures []*lab.Picture
	var hashes []imagehash.Hash
	for i := range 3 {
		p, err := lab.Open(photo(t, float64(3*i+1), 300, 200), imagehash.PDQ{})
		if err != nil {
			t.Fatal(err)
		}
		pictures, hashes = append(pictures, p), append(hashes, p.Entry.Hash)
	}
	set := lab.NewSet(hashes)
	balanced, exact := scheme(t, "balanced"), scheme(t, token.Exact)
	if balanced.Bits != 68 || exact.Bits != 256 || balanced.VoucherBytes <= exact.VoucherBytes || exact.VoucherBytes < 4096 {
		t.Errorf("bits %d and %d, bytes %d and %d", balanced.Bits, exact.Bits, balanced.VoucherBytes, exact.VoucherBytes)
	}
	recode, err := edit.Parse("", "scale:70,jpeg:60")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pictures {
		c, err := p.Edited(recode, 1)
		if err != nil {
			t.Fatal(err)
		}
		views, err := c.Hash(imagehash.PDQ{}, lab.Views(balanced, exact)...)
		if err != nil {
			t.Fatal(err)
		}
		if len(views) != 3 || views[0].View != imagehash.AsIs() {
			t.Fatalf("%d views", len(views))
		}
		slices.Reverse(views) // their order does not matter
		probes, err := balanced.Examine(views, set)
		if err != nil || len(probes) != 16 {
			t.Fatalf("%d probes, %v", len(probes), err)
		}
		hits := 0
		for _, q := range probes {
			is := string(q.Token) == string(balanced.Token(hashes[i]))
			if is != (len(q.Entries) == 1) || is && q.Entries[0] != i {
				t.Errorf("picture %d: a probe has the entries %v", i, q.Entries)
			}
			if is {
				hits++
			}
		}
		if hits != 1 {
			t.Errorf("picture %d: %d probes hit", i, hits)
		}
		n := set.Nearest(views, -1)
		if n.Entry != i || n.Distance > 31 || !slices.Equal(set.Within(views[2].Hash, 31), []int{i}) {
			t.Errorf("picture %d: the nearest is %+v, near are %v", i, n, set.Within(views[2].Hash, 31))
		}
		if n := set.Nearest(views, i); n.Entry == i || n.Distance != set.Distance(n.Entry, views[2].Hash) && n.View == imagehash.AsIs() {
			t.Errorf("picture %d: the nearest other is %+v", i, n)
		}
	}
	if _, err := balanced.Examine(nil, set); err == nil {
		t.Error("examined without views")
	}
	if n := lab.NewSet(nil).Nearest(nil, -1); n.Entry != -1 {
		t.Errorf("an empty set has %+v", n)
	}
}

// A picture that a browser has decoded is hashed the same, if its pixels are.
func TestOpenPixels(t *testing.T) {
	file := photo(t, 2, 200, 150)
	a, err := lab.Open(file, imagehash.PDQ{})
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := decode.Decode(file, decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := lab.OpenPixels(file, 200, 150, decoded.NRGBA().Pix, imagehash.PDQ{})
	if err != nil || a.Entry.Hash != b.Entry.Hash || a.Digest != b.Digest || a.Classic != b.Classic {
		t.Errorf("differs (%v)", err)
	}
	for _, n := range []int{0, 4, 4*200*150 - 4, 4*200*150 + 4} {
		if _, err := lab.OpenPixels(file, 200, 150, make([]byte, n), imagehash.PDQ{}); err == nil {
			t.Errorf("%d bytes are taken for a picture", n)
		}
	}
	if _, err := lab.OpenPixels(file, 1<<40, 1<<40, nil, imagehash.PDQ{}); err == nil {
		t.Error("a huge picture without pixels is taken")
	}
	if _, err := lab.Open([]byte("no picture"), imagehash.PDQ{}); !errors.Is(err, decode.ErrUnknownFormat) {
		t.Error(err)
	}
}

func TestSchemesAreRefused(t *testing.T) {
	for _, text := range []string{"", "best", "lowest-frequency bits=7 probes=as-is:1", "phash-64 bits=64 probes=as-is:1"} {
		if _, err := lab.NewScheme(text); !errors.Is(err, token.ErrScheme) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
