package edit

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Every edit of the lists is what its recipe says, to the pixel.
func TestRecipesSayWhatEditsDo(t *testing.T) {
	p := card(90, 61)
	for _, e := range all() {
		again, err := Parse(e.Name, e.Recipe)
		if err != nil || again.Recipe != e.Recipe {
			t.Fatalf("%s: %q becomes %q, %v", e.Name, e.Recipe, again.Recipe, err)
		}
		a, err := e.Apply(p, 3, "card")
		if err != nil {
			t.Fatal(err)
		}
		b, err := again.Apply(p, 3, "card")
		if err != nil || a.Rect != b.Rect || !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: the recipe makes something else (%v)", e.Name, err)
		}
	}
}

// Every operation is usable as it is offered: at its bounds and at its usual amount.
func TestOperations(t *testing.T) {
	p := card(64, 50)
	seen := map[string]bool{}
	for _, o := range Operations() {
		if seen[o.Name] || o.Title == "" || o.Group == "" {
			t.Errorf("%q comes twice, or has no title or group", o.Name)
		}
		seen[o.Name] = true
		if o.Max == 0 {
			if _, err := Parse("", o.Name); err != nil {
				t.Error(err)
			}
			continue
		}
		if o.Usual < o.Min || o.Usual > o.Max || o.Step <= 0 {
			t.Errorf("%s: usual amount %g, step %g", o.Name, o.Usual, o.Step)
		}
		for _, amount := range []float64{o.Min, o.Usual, o.Max} {
			e, err := Parse("", o.Name+":"+format(amount))
			if err != nil {
				t.Error(err)
				continue
			}
			if e.Name != e.Recipe {
				t.Errorf("%s has the name %s", e.Recipe, e.Name)
			}
			if _, err := e.Apply(p, 1, "card"); err != nil {
				t.Errorf("%s: %v", e.Recipe, err)
			}
		}
	}
	if len(seen) < 25 {
		t.Errorf("%d operations", len(seen))
	}
}

func TestRecipesCombine(t *testing.T) {
	p := card(100, 70)
	e, err := Parse("", " crop:10 , flip,mirror , scale:200 ")
	if err != nil || e.Recipe != "crop:10,flip,mirror,scale:200" {
		t.Fatalf("%q, %v", e.Recipe, err)
	}
	q, err := e.Apply(p, 1, "card")
	if err != nil || q.Rect.Dx() != 180 || q.Rect.Dy() != 124 {
		t.Errorf("%v, %v", q.Rect, err)
	}
	nothing, err := Parse("", "")
	if err != nil {
		t.Fatal(err)
	}
	if q, err := nothing.Apply(p, 1, "card"); err != nil || !bytes.Equal(q.Pix, p.Pix) {
		t.Errorf("an empty recipe changes the picture (%v)", err)
	}
	twice, err := Parse("", "flip,flip")
	if err != nil {
		t.Fatal(err)
	}
	if q, err := twice.Apply(p, 1, "card"); err != nil || !bytes.Equal(q.Pix, p.Pix) {
		t.Errorf("twice upside down is not the picture (%v)", err)
	}
}

// What is encoded as JPEG or WebP lies on white first, as it is hashed.
func TestTransparentPicturesLieOnWhite(t *testing.T) {
	p := card(64, 64)
	for y := range 64 {
		for x := range 32 {
			p.Pix[p.PixOffset(x, y)+3] = 0
		}
	}
	for _, recipe := range []string{"jpeg:95", "webp:95"} {
		q, err := mustParse(t, recipe).Apply(p, 1, "card")
		if err != nil {
			t.Fatal(err)
		}
		if c := q.NRGBAAt(8, 8); c.R < 245 || c.G < 245 || c.B < 245 || c.A != 255 {
			t.Errorf("%s: transparent became %v", recipe, c)
		}
		if q.NRGBAAt(50, 40) == q.NRGBAAt(8, 8) {
			t.Errorf("%s: all is white", recipe)
		}
	}
}

func TestRecipesAreRefused(t *testing.T) {
	for recipe, part := range map[string]string{
		"sharpen:2":                       "sharpen:2",
		"jpeg":                            "jpeg",
		"jpeg:0":                          "jpeg:0",
		"jpeg:101":                        "jpeg:101",
		"jpeg:75.5":                       "jpeg:75.5",
		"jpeg:NaN":                        "jpeg:NaN",
		"crop:-1":                         "crop:-1",
		"mirror:1":                        "mirror:1",
		"crop:1,,flip":                    "",
		"crop:1;flip":                     "crop:1;flip",
		strings.Repeat("flip,", 16) + "x": "x",
	} {
		_, err := Parse("", recipe)
		var refused *RecipeError
		if !errors.Is(err, ErrRecipe) || !errors.As(err, &refused) || refused.Part != part {
			t.Errorf("%s: %v", recipe, err)
		}
	}
	if _, err := mustParse(t, "scale:400,scale:400,scale:400").Apply(card(400, 400), 1, "card"); !errors.Is(err, errTooLarge) {
		t.Errorf("a picture of 655 megapixels: %v", err)
	}
}

func mustParse(t *testing.T, recipe string) Edit {
	t.Helper()
	e, err := Parse("", recipe)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// FuzzParse takes any text: what is accepted has one form, which is accepted again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "jpeg:75", "scale:62.5,jpeg:75", "mirror", "turn:-1.5", "jpeg:1e1", "crop:0x1p-2", "noise:+5", "a:b:c", ",", "jpeg:٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, recipe string) {
		e, err := Parse("x", recipe)
		if err != nil {
			if !errors.Is(err, ErrRecipe) {
				t.Errorf("%q: %v", recipe, err)
			}
			return
		}
		again, err := Parse("x", e.Recipe)
		if err != nil || again.Recipe != e.Recipe || len(again.steps) != len(e.steps) {
			t.Errorf("%q becomes %q, then %q, %v", recipe, e.Recipe, again.Recipe, err)
		}
	})
}
