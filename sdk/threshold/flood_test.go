package threshold

import (
	"math/rand/v2"
	"testing"
)

// TestTheTenThousandth: a match of an account that is flooded with garbage costs the same multiplications whether ten or ten thousand came before, never more
// than DecodeBudget, and the state does not grow.
func TestTheTenThousandth(t *testing.T) {
	const T, w = 3, 8
	d, err := NewDetector(Config{Threshold: T, Synthetic: w, Check: func(PayloadKey, Ref) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 10_000))
	early, size := 0, 0
	for i := range 10_000 {
		if _, err := d.AddMatch(Ref{}, garbage(r, Polynomials(w))); err != nil {
			t.Fatal(err)
		}
		if d.budget.spent > DecodeBudget(T, w) {
			t.Fatalf("match %d spent %d multiplications of %d", i, d.budget.spent, DecodeBudget(T, w))
		}
		state, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case i < 2*(T+1+w):
			early, size = max(early, d.budget.spent), max(size, len(state))
		case d.budget.spent > early || len(state) > size:
			t.Fatalf("match %d spent %d multiplications and keeps %d bytes, the first ones %d and %d", i, d.budget.spent, len(state), early, size)
		}
	}
	if early == 0 {
		t.Error("no work was counted")
	}
}
