package token

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// features is a view's result with random coefficients around a median of zero.
func features(r *rand.Rand, v imagehash.View) imagehash.ViewFeatures {
	f := imagehash.ViewFeatures{View: v}
	f.Quality = 100
	for k := range f.Coefficients {
		f.Coefficients[k] = float32(r.NormFloat64() * 100)
		if f.Coefficients[k] > 0 {
			f.Hash = f.Hash.Flip(k)
		}
	}
	return f
}

func parse(t testing.TB, text string) Scheme {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFrequencyOrder(t *testing.T) {
	if want := []int{0, 1, 16, 2, 17, 32, 3, 18, 33, 48, 4}; !slices.Equal(frequencyOrder[:len(want)], want) {
		t.Errorf("begins %v, want %v", frequencyOrder[:len(want)], want)
	}
	byFrequency := make([]int, imagehash.HashBits)
	for k := range byFrequency {
		byFrequency[k] = k
	}
	slices.SortStableFunc(byFrequency, func(a, b int) int { return cmp.Compare(a/16+a%16, b/16+b%16) })
	if !slices.Equal(frequencyOrder[:], byFrequency) {
		t.Error("is not the order by i+j, ties by the bit's number")
	}
}

func TestToken(t *testing.T) {
	s := parse(t, "lowest-frequency bits=12 probes=as-is:1")
	if s.Size() != 2 {
		t.Fatalf("%d bytes, want 2", s.Size())
	}
	for place, k := range frequencyOrder {
		got := s.Token(imagehash.Hash{}.Flip(k))
		want := []byte{0, 0}
		if place < 12 {
			want[place/8] = 0x80 >> (place % 8)
		}
		if !slices.Equal(got, want) {
			t.Errorf("bit %d alone gives %x, want %x", k, got, want)
		}
	}
}

// The lazily enumerated patterns must be those of a full enumeration, in its order.
func TestFlipsAreBestFirst(t *testing.T) {
	const bits = 10
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s := parse(t, "lowest-frequency bits=10 probes=as-is:256").(*firstBits)
		f := features(r, imagehash.AsIs())
		var sums []float64
		for subset := range 1 << bits {
			sum := 0.0
			for place := range bits {
				if subset>>place&1 == 1 {
					sum += float64(f.Margin(frequencyOrder[place]))
				}
			}
			sums = append(sums, sum)
		}
		slices.Sort(sums)
		seen := make(map[string]bool)
		flips := s.flipper(&f)
		for i := range 1 << bits {
			ranks, ok := flips.next()
			if !ok {
				t.Fatalf("ran dry after %d of %d", i, 1<<bits)
			}
			p := flips.probe(ranks)
			seen[string(p.Token)] = true
			sum := 0.0
			for _, k := range p.Flips {
				sum += float64(f.Margin(k))
			}
			if d := sum - sums[i]; d > 1e-6 || d < -1e-6 {
				t.Fatalf("pattern %d has the sum %v, want %v", i, sum, sums[i])
			}
		}
		if _, ok := flips.next(); ok || len(seen) != 1<<bits {
			t.Errorf("%d distinct patterns of %d", len(seen), 1<<bits)
		}
	}
}

func TestProbes(t *testing.T) {
	s := parse(t, Balanced)
	r := rand.New(rand.NewPCG(3, 4))
	var views []imagehash.ViewFeatures
	for _, v := range s.Views() {
		views = append(views, features(r, v))
	}
	probes := s.Probes(views, 50)
	if len(probes) != 16 || s.Count() != 16 {
		t.Fatalf("%d probes of %d", len(probes), s.Count())
	}
	distinct(t, probes)
	if !slices.Equal(probes[0].Token, s.Token(views[0].Hash)) || len(probes[0].Flips) != 0 {
		t.Error("the first probe is not the picture's own token")
	}
	for i, p := range probes {
		want := views[0].View
		if i >= 13 {
			want = views[2].View
		} else if i >= 11 {
			want = views[1].View
		}
		if p.View != want {
			t.Errorf("probe %d is of the view %v, want %v", i, p.View, want)
		}
		// A probe is the token of a hash with the flipped bits.
		h := views[slices.Index(s.Views(), p.View)].Hash
		for _, k := range p.Flips {
			h = h.Flip(k)
		}
		if !slices.Equal(s.Token(h), p.Token) {
			t.Errorf("probe %d is not its view's hash with %v inverted", i, p.Flips)
		}
	}
}

func distinct(t *testing.T, probes []Probe) {
	t.Helper()
	seen := make(map[string]bool)
	for _, p := range probes {
		if seen[string(p.Token)] {
			t.Fatalf("token %x comes twice", p.Token)
		}
		seen[string(p.Token)] = true
	}
}

// Views that change nothing, or show too little, leave their probes to the others.
func TestProbesMakeUp(t *testing.T) {
	s := parse(t, Balanced)
	r := rand.New(rand.NewPCG(5, 6))
	base := features(r, imagehash.AsIs())
	same := []imagehash.ViewFeatures{base, base, base}
	for i, v := range s.Views() {
		same[i].View = v
	}
	probes := s.Probes(same, 50)
	if len(probes) != 16 {
		t.Errorf("three equal views: %d probes of 16", len(probes))
	}
	distinct(t, probes)

	same[1].Quality = 49
	for _, p := range s.Probes(same, 50) {
		if p.View == same[1].View {
			t.Error("a view of too little quality was used")
		}
	}
	for i := range same {
		same[i].Quality = 0
	}
	if probes := s.Probes(same, 50); len(probes) != 0 {
		t.Errorf("a blank picture has %d probes", len(probes))
	}

	few := parse(t, "lowest-frequency bits=8 probes=as-is:200,trim:56")
	if probes := few.Probes([]imagehash.ViewFeatures{base, base}, 0); len(probes) != 256 {
		t.Errorf("all tokens of 8 bits: %d probes of 256", len(probes))
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "balanced", "lowest-frequency", "lowest-frequency bits=64", "highest bits=64 probes=as-is:1",
		"lowest-frequency bits=7 probes=as-is:1", "lowest-frequency bits=257 probes=as-is:1",
		"lowest-frequency bits=064 probes=as-is:1", "lowest-frequency bits=+64 probes=as-is:1",
		"lowest-frequency bits=64 probes=", "lowest-frequency bits=64 probes=as-is", "lowest-frequency bits=64 probes=as-is:0",
		"lowest-frequency bits=64 probes=as-is:01", "lowest-frequency bits=64 probes=as-is:1,", "lowest-frequency bits=64 probes=as-is:1,as-is:2",
		"lowest-frequency bits=64 probes=as-is:200,trim:57", "lowest-frequency bits=64 probes=sideways:1",
		"lowest-frequency  bits=64 probes=as-is:1", "lowest-frequency bits=64 probes=as-is:1 ", "lowest-frequency probes=as-is:1 bits=64",
	} {
		var e *SchemeError
		if _, err := Parse(text); !errors.Is(err, ErrScheme) || !errors.As(err, &e) {
			t.Errorf("%q: %v, want ErrScheme", text, err)
		}
	}
}

func TestPresets(t *testing.T) {
	if len(PresetNames()) == 0 {
		t.Fatal("there is no preset")
	}
	for _, name := range PresetNames() {
		text, ok := Preset(name)
		if !ok {
			t.Fatalf("preset %s has no text", name)
		}
		s := parse(t, text)
		if want := map[string]int{"exact": 1, "balanced": 16, "wide": 64}[name]; s.Count() != want {
			t.Errorf("preset %s has %d probes, want %d", name, s.Count(), want)
		}
	}
	if s := parse(t, Exact); s.Size() != 32 {
		t.Errorf("exact tokens have %d bytes, want 32", s.Size())
	}
	if s := parse(t, Wide); s.Size() != 7 || len(s.Views()) != 12 {
		t.Errorf("wide tokens have %d bytes and %d views, want 7 and 12", s.Size(), len(s.Views()))
	}
	if _, ok := Preset("none such"); ok {
		t.Error("a preset that does not exist")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Balanced)
	f.Add(Exact)
	f.Add(Wide)
	f.Add("lowest-frequency bits=8 probes=as-is:1")
	f.Add(strings.Repeat(",", 2000))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrScheme) {
				t.Errorf("untyped error %v", err)
			}
			return
		}
		if s.String() != text || s.Count() < 1 || s.Count() > maxProbes || len(s.Views()) > maxRounds {
			t.Errorf("accepted %q as %q", text, s)
		}
	})
}
