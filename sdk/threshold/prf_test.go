package threshold

import (
	"testing"
)

func TestPrefixedTellsPartsApart(t *testing.T) {
	seen := make(map[string]bool)
	for _, parts := range [][][]byte{
		{}, {{}}, {{}, {}}, {[]byte("a")}, {[]byte("a"), {}}, {{}, []byte("a")}, {[]byte("ab")},
		{[]byte("a"), []byte("b")}, {{0, 0, 0, 0}}, {{0, 0, 0, 1}, {}},
	} {
		encoded := string(prefixed(nil, parts...))
		if seen[encoded] {
			t.Errorf("%q encodes as another list does", parts)
		}
		seen[encoded] = true
	}
}

// TestStreamsDiffer: key, label and input each change every word.
func TestStreamsDiffer(t *testing.T) {
	first := func(key byte, label, input string) uint64 {
		return newStream(prfKey{key}, label, []byte(input)).word()
	}
	base := first(1, "ab", "c")
	for name, other := range map[string]uint64{
		"key": first(2, "ab", "c"), "label": first(1, "a", "bc"), "input": first(1, "ab", "d"), "empty": first(1, "ab", ""),
	} {
		if other == base {
			t.Errorf("%s does not change the stream", name)
		}
	}
	s := newStream(prfKey{1}, "ab", []byte("c"))
	seen := make(map[uint64]bool)
	for range 1000 {
		seen[s.word()] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d distinct words of 1000: blocks repeat", len(seen))
	}
}

func TestUniformElementSkipsTheModulus(t *testing.T) {
	// All ones in the low 61 bits is p, whatever the top three say.
	w := words{modulus, 1<<64 - 1, 1<<63 | modulus, 7<<61 | 5}
	if got := uniformElement(&w); got != 5 || len(w) != 0 {
		t.Errorf("got %d with %d words left, want 5 with none", got, len(w))
	}
	w = words{modulus - 1}
	if got := uniformElement(&w); got != modulus-1 {
		t.Errorf("got %d, want p − 1", got)
	}
	w = words{7 << 61}
	if got := uniformElement(&w); got != 0 {
		t.Errorf("got %d, want 0: an element may be zero", got)
	}
}

func TestUniformPointSkipsZero(t *testing.T) {
	w := words{0, 7 << 61, modulus, 0, 9}
	if got := uniformPoint(&w); got != 9 {
		t.Errorf("got %d, want 9", got)
	}
}

// TestUniformBelowIsExact enumerates every value of the bits that are used:
// each result comes from exactly one, and the others are rejected.
func TestUniformBelowIsExact(t *testing.T) {
	for n := uint64(1); n <= 70; n++ {
		counts := make([]int, n)
		space := uint64(1)
		for space < n {
			space *= 2
		}
		for v := range space {
			// The top bits must not matter. A rejected word falls through to 0.
			w := words{v | 0xabc<<52, 0}
			got := uniformBelow(&w, n)
			if rejected := len(w) == 0; rejected != (v >= n) {
				t.Fatalf("below %d: word %d was rejected: %v", n, v, rejected)
			}
			if v < n {
				counts[got]++
			}
		}
		for v, c := range counts {
			if c != 1 {
				t.Fatalf("below %d: %d comes from %d words, want 1", n, v, c)
			}
		}
	}
	w := words{1<<64 - 1, 1<<64 - 2}
	if got := uniformBelow(&w, 1<<64-1); got != 1<<64-2 {
		t.Errorf("got %d", got)
	}
}
