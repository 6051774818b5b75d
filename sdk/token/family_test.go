package token

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
)

// Every hasher of package classic has schemes, of exactly its bits.
func TestFamiliesOfClassicHashers(t *testing.T) {
	for _, h := range classic.All() {
		f := familyFor(h.Name())
		if f == nil || f.name != h.Name() {
			t.Fatalf("%s has no scheme", h.Name())
		}
		sorted := slices.Sorted(slices.Values(f.order))
		for k := range h.Bits() {
			if len(sorted) != h.Bits() || sorted[k] != k {
				t.Fatalf("%s: the order is not one of its %d bits", h.Name(), h.Bits())
			}
		}
	}
}

func TestOrders(t *testing.T) {
	// Number i is bit 63−i.
	want := []int{1, 8, 2, 9, 16, 3, 10, 17, 24}
	order := familyOf("phash-64").order
	for place, number := range want {
		if order[place] != 63-number {
			t.Errorf("phash-64: place %d is bit %d, want number %d", place, order[place], number)
		}
	}
	if order[63] != 63 {
		t.Error("phash-64: the constant frequency does not come last")
	}
	for name, first := range map[string][]int{
		"dhash-64":  {27, 28, 35, 36, 19, 20, 26, 29},
		"ahash-64":  {27, 28, 35, 36, 19, 20, 26, 29},
		"ahash-256": {119, 120, 135, 136, 103, 104},
	} {
		f := familyOf(name)
		for place, number := range first {
			if f.order[place] != len(f.order)-1-number {
				t.Errorf("%s: place %d is bit %d, want number %d", name, place, f.order[place], number)
			}
		}
	}
}

func TestParseFor(t *testing.T) {
	for _, h := range classic.All() {
		for _, preset := range PresetNames() {
			text, ok := PresetFor(h.Name(), preset)
			if !ok {
				t.Fatalf("%s has no preset %s", h.Name(), preset)
			}
			s, err := ParseFor(h, text)
			if err != nil {
				t.Fatalf("%s, preset %s: %v", h.Name(), preset, err)
			}
			if want := parse(t, presetText(t, preset)).Count(); s.Count() != want {
				t.Errorf("%s, preset %s: %d probes, want %d", h.Name(), preset, s.Count(), want)
			}
		}
		var e *SchemeError
		if _, err := ParseFor(h, Balanced); !errors.As(err, &e) {
			t.Errorf("%s takes PDQ's scheme: %v", h.Name(), err)
		}
		if _, err := ParseFor(imagehash.PDQ{}, h.Name()+" bits=8 probes=as-is:1"); !errors.As(err, &e) {
			t.Errorf("PDQ takes the scheme of %s: %v", h.Name(), err)
		}
		var view *imagehash.ViewError
		if _, err := ParseFor(h, h.Name()+" bits=8 probes=as-is:1,left-17:1"); !errors.As(err, &view) {
			t.Errorf("%s turns pictures: %v", h.Name(), err)
		}
	}
	if _, ok := PresetFor("whash-64", "balanced"); ok {
		t.Error("a preset for a hasher that does not exist")
	}
	for _, text := range []string{"phash-64 bits=65 probes=as-is:1", "dhash-256 bits=257 probes=as-is:1", "phash bits=8 probes=as-is:1"} {
		if _, err := Parse(text); !errors.Is(err, ErrScheme) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func presetText(t *testing.T, name string) string {
	t.Helper()
	text, ok := Preset(name)
	if !ok {
		t.Fatalf("no preset %s", name)
	}
	return text
}

// The first flips are of the bits with the least margins, as far as the token has them.
func TestProbesOfClassicHashes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, h := range classic.All() {
		s := parse(t, h.Name()+" bits=63 probes=as-is:3")
		f := features(r, imagehash.AsIs())
		for k := h.Bits(); k < imagehash.HashBits; k++ { // a shorter hash has no further bits
			f.Coefficients[k] = 0
			if f.Hash.Bit(k) == 1 {
				f.Hash = f.Hash.Flip(k)
			}
		}
		probes := s.Probes([]imagehash.ViewFeatures{f}, 50)
		if len(probes) != 3 || len(probes[1].Flips) != 1 {
			t.Fatalf("%s: %d probes", h.Name(), len(probes))
		}
		least := slices.MinFunc(familyOf(h.Name()).order[:63], func(a, b int) int {
			if f.Margin(a) < f.Margin(b) {
				return -1
			}
			return 1
		})
		if probes[1].Flips[0] != least {
			t.Errorf("%s: the first flip is of bit %d, want %d", h.Name(), probes[1].Flips[0], least)
		}
		if !slices.Equal(probes[1].Token, s.Token(f.Hash.Flip(least))) {
			t.Errorf("%s: the probe is not the token of the flipped hash", h.Name())
		}
	}
}

func TestSchemeErrorsNameWhatIsKnown(t *testing.T) {
	_, err := Parse("nothing bits=8 probes=as-is:1")
	for _, name := range []string{"lowest-frequency", "phash-64", "ahash-256"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}
