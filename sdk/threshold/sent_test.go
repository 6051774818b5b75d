package threshold

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// Against a set of numbers: whatever is acknowledged, merged and removed, in any order.
func TestSentAgainstASet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for range 300 {
		s, want := NewSent(Scope{1}), map[element]bool{}
		for range rng.IntN(40) {
			other, numbers := NewSent(Scope{1}), []element{}
			for range rng.IntN(12) {
				x := element(1 + rng.IntN(60))
				numbers = append(numbers, x)
				if err := other.Acknowledge(Share{x: x}); err != nil {
					t.Fatal(err)
				}
			}
			if rng.IntN(3) == 0 {
				s.Remove(other)
				for _, x := range numbers {
					delete(want, x)
				}
				continue
			}
			if err := s.Merge(other); err != nil {
				t.Fatal(err)
			}
			for _, x := range numbers {
				want[x] = true
			}
		}
		if got := slices.Sorted(maps.Keys(want)); !slices.Equal(got, s.points) || s.Len() != len(want) {
			t.Fatalf("%v, want %v", s.points, got)
		}
		for x := range element(62) {
			if s.Contains(Share{x: x}) != want[x] {
				t.Fatalf("Contains(%d) = %v", x, !want[x])
			}
		}
	}
}

// A full memory takes what it knows and nothing else, and keeps what it has.
func TestSentFull(t *testing.T) {
	s := NewSent(Scope{})
	for x := range element(MaxSent - 1) {
		s.points = append(s.points, 2*x+2)
	}
	other := NewSent(Scope{})
	other.points = []element{1, 2, 3, 4}
	if err := s.Merge(other); !errors.Is(err, ErrSentFull) || s.Len() != MaxSent {
		t.Fatalf("%v with %d points, want ErrSentFull with %d", err, s.Len(), MaxSent)
	}
	if !s.Contains(Share{x: 1}) || s.Contains(Share{x: 3}) || !slices.IsSorted(s.points) {
		t.Error("it does not hold what fits")
	}
	if err := s.Acknowledge(Share{x: 3}); !errors.Is(err, ErrSentFull) {
		t.Errorf("a new point: %v", err)
	}
	if err := s.Acknowledge(Share{x: 2}); err != nil {
		t.Errorf("a known point: %v", err)
	}
}
