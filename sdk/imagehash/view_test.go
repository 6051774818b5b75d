package imagehash

import (
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/frame"
)

func TestViewNames(t *testing.T) {
	for name, v := range map[string]View{
		"as-is": AsIs(), "trim": Trim(), "pad-15": Pad(15), "pad-1": Pad(1), "pad-250": Pad(250), "crop-15": Crop(15),
	} {
		if v.String() != name {
			t.Errorf("%v is called %q, want %q", v, v.String(), name)
		}
		if got, err := ParseView(name); err != nil || got != v {
			t.Errorf("ParseView(%q) = %v, %v", name, got, err)
		}
	}
	for _, name := range []string{
		"", "as-is-0", "as-is-1", "as", "trim-1", "trim-0", "pad", "pad-", "pad-0", "pad--1", "pad-+15", "pad-015", "pad-251",
		"pad-1.5", "pad-15 ", " pad-15", "Pad-15", "crop", "crop-0", "crop-251", "crop-99999999999999999999", "rotate-1", "unknown",
	} {
		var parse *ParseError
		if v, err := ParseView(name); !errors.As(err, &parse) || v != (View{}) {
			t.Errorf("ParseView(%q) = %v, %v", name, v, err)
		}
	}
	if s := (View{Op: 200}).String(); s != "unknown" {
		t.Errorf("an unknown view is called %q", s)
	}
}

func FuzzParseView(f *testing.F) {
	for _, s := range []string{"as-is", "trim", "pad-15", "crop-250", "pad-0", "pad-", "crop-+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseView(s)
		if err != nil {
			var parse *ParseError
			if !errors.As(err, &parse) {
				t.Fatal(err)
			}
			return
		}
		if v.String() != s {
			t.Fatalf("%q is called %q", s, v)
		}
		if _, err := (PDQ{}).Begin(9, 9, []View{v}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFrames spells out where views begin and end.
func TestFrames(t *testing.T) {
	for _, test := range []struct {
		view View
		n    int
		want frame.Span
	}{
		{AsIs(), 1000, side(0, 1000)},
		{Trim(), 1000, side(0, 1000)},
		{Pad(15), 1000, side(-8, 1016)}, // 7.5 rounds up
		{Pad(15), 999, side(-7, 1013)},
		{Crop(15), 1000, side(8, 984)},
		{Crop(15), 66, side(0, 66)},
		{Crop(15), 67, side(1, 65)},
		{Crop(250), 1, side(0, 1)},
		{Crop(250), 4, side(1, 2)},
		{Crop(250), 5, side(1, 3)},
		{Pad(250), 1, side(0, 1)},
		{Pad(250), 65535, side(-8192, 65535+2*8192)},
	} {
		if got := test.view.span(test.n); got != test.want {
			t.Errorf("%s of %d pixels: %v, want %v", test.view, test.n, got, test.want)
		}
	}
}

func TestScalingNames(t *testing.T) {
	for name, s := range map[string]Scaling{"canonical": ScalingCanonical, "cpp": ScalingCPP, "full": ScalingFull} {
		if s.String() != name {
			t.Errorf("%d is called %q", s, s.String())
		}
		if got, err := ParseScaling(name); err != nil || got != s {
			t.Errorf("ParseScaling(%q) = %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "CPP", "unknown", "java", "full "} {
		var parse *ParseError
		if _, err := ParseScaling(name); !errors.As(err, &parse) {
			t.Errorf("ParseScaling(%q): %v", name, err)
		}
	}
	if s := Scaling(99).String(); s != "unknown" {
		t.Errorf("an unknown scaling is called %q", s)
	}
}

func side(start, size int) frame.Span { return frame.Span{Start: start, Size: size} }
