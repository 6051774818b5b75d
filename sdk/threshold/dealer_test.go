package threshold

import (
	"errors"
	"slices"
	"testing"
)

func TestParamsLimits(t *testing.T) {
	a := testAccount("limits")
	for _, p := range []Params{{Threshold: 0}, {Threshold: -1}, {Threshold: MaxThreshold + 1},
		{Threshold: 1, Synthetic: -1}, {Threshold: 1, Synthetic: MaxSynthetic + 1}} {
		if _, err := a.Dealer(p); !errors.Is(err, ErrParams) {
			t.Errorf("%+v: %v, want ErrParams", p, err)
		}
	}
	mustDealer(t, a, Params{Threshold: MaxThreshold, Synthetic: MaxSynthetic})
	mustDealer(t, a, Params{Threshold: 1})
}

// TestShareLiesOnThePolynomials: T shares of any pictures give back all
// polynomials, and with them the payload key; the (T+1)-th agrees.
func TestShareLiesOnThePolynomials(t *testing.T) {
	for _, T := range []int{1, 2, 3, 10, 30} {
		for _, w := range []int{0, 1, 5, 7, 32} {
			d := mustDealer(t, testAccount("lies"), Params{Threshold: T, Synthetic: w})
			shares := trueShares(d, T+1)
			found := interpolate(shares[1:])
			for i, f := range d.dealt().polynomials {
				if !slices.Equal(f, found[i]) {
					t.Fatalf("T = %d, w = %d: polynomial %d differs", T, w, i)
				}
				if evaluate(found[i], shares[0].x) != shares[0].y[i] {
					t.Fatalf("T = %d, w = %d: share off polynomial %d", T, w, i)
				}
			}
			constants := make([]element, len(found))
			for i, f := range found {
				constants[i] = f[0]
			}
			if !newPayloadKey(constants, T, w).Equal(d.PayloadKey()) {
				t.Fatalf("T = %d, w = %d: payload key differs", T, w)
			}
		}
	}
}

// TestBelowThresholdEverythingIsPossible is Shamir's secrecy, stated as he
// does: for T−1 shares and *any* values at zero there are polynomials of degree
// below T through both, exactly one each. So T−1 shares exclude no payload key.
func TestBelowThresholdEverythingIsPossible(t *testing.T) {
	r := seeded(t)
	const T, w = 6, 3
	d := mustDealer(t, testAccount("secrecy"), Params{Threshold: T, Synthetic: w})
	shares := trueShares(d, T-1)
	for range 50 {
		claimed := Share{x: 0, y: make([]element, Polynomials(w))}
		for i := range claimed.y {
			claimed.y[i] = randomElement(r)
		}
		possible := interpolate(append(slices.Clone(shares), claimed))
		for i, f := range possible {
			if len(f) != T || f[0] != claimed.y[i] {
				t.Fatal("the claimed payload key is excluded")
			}
			for _, s := range shares {
				if evaluate(f, s.x) != s.y[i] {
					t.Fatal("the shares are excluded")
				}
			}
		}
	}
}

// TestThresholdOne: the polynomials are constant, so each share carries the
// payload key's constants and one is enough.
func TestThresholdOne(t *testing.T) {
	d := mustDealer(t, testAccount("one"), Params{Threshold: 1, Synthetic: 4})
	a, b := d.Share([]byte("a")), d.Share([]byte("b"))
	if a.x == b.x || !slices.Equal(a.y, b.y) {
		t.Fatal("two pictures' shares do not lie on constants")
	}
	if !newPayloadKey(a.y, 1, 4).Equal(d.PayloadKey()) {
		t.Fatal("a share does not determine the payload key")
	}
}

// TestSharesAreStable: one token, one share; two tokens, two points.
func TestSharesAreStable(t *testing.T) {
	d := mustDealer(t, testAccount("stable"), Params{Threshold: 3, Synthetic: 2})
	seen := make(map[element]bool)
	for i := range 1000 {
		s := d.Share(picture(i))
		if !s.equal(d.Share(picture(i))) {
			t.Fatal("a token has two shares")
		}
		if s.x == 0 || s.x >= modulus || seen[s.x] {
			t.Fatal("x is zero, out of range or not new")
		}
		seen[s.x] = true
	}
	if len(d.Share(nil).y) != 5 {
		t.Error("the empty token has no share")
	}
}

// TestDevicesAgree: a second device with the imported account derives the same
// of everything, without a word from the first.
func TestDevicesAgree(t *testing.T) {
	p := Params{Threshold: 30, Synthetic: 32, Period: 3, Epoch: 4, SetID: [32]byte{5}}
	first := NewAccount()
	text, err := first.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	second, err := ParseAccount(text)
	if err != nil {
		t.Fatal(err)
	}
	a, b := mustDealer(t, first, p), mustDealer(t, second, p)
	if !a.PayloadKey().Equal(b.PayloadKey()) || a.Scope() != b.Scope() || a.Generation() != b.Generation() {
		t.Error("payload key, scope or generation differ")
	}
	for i := range 20 {
		if !a.Share(picture(i)).equal(b.Share(picture(i))) {
			t.Fatal("shares differ")
		}
	}
	openings, _ := NewOpeningCounts([]uint32{3, 2, 1})
	x, _ := a.Synthetics(openings)
	y, _ := b.Synthetics(openings)
	if !slices.EqualFunc(x, y, equalSynthetic) {
		t.Error("synthetic points differ")
	}
}

func equalSynthetic(a, b Synthetic) bool {
	return a.Share.equal(b.Share) && a.Openings == b.Openings && a.Due == b.Due && a.Pick == b.Pick
}

func TestPayloadKey(t *testing.T) {
	key := mustDealer(t, testAccount("payload"), Params{Threshold: 2}).PayloadKey()
	back, err := ParsePayloadKey(key.Bytes())
	if err != nil || !back.Equal(key) {
		t.Fatalf("round trip: %v", err)
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := ParsePayloadKey(make([]byte, n)); !errors.Is(err, ErrPayloadKey) {
			t.Errorf("%d bytes: %v, want ErrPayloadKey", n, err)
		}
	}
	if key.Equal(mustDealer(t, testAccount("other"), Params{Threshold: 2}).PayloadKey()) {
		t.Error("two accounts have one payload key")
	}
}

func TestSent(t *testing.T) {
	p := Params{Threshold: 2, Synthetic: 1}
	d := mustDealer(t, testAccount("sent"), p)
	sent := NewSent(d.Scope())
	shares := trueShares(d, 50)
	for i, s := range shares {
		if sent.Contains(s) {
			t.Fatal("a point is remembered before its acknowledgement")
		}
		if err := sent.Acknowledge(s); err != nil {
			t.Fatal(err)
		}
		if err := sent.Acknowledge(s); err != nil || !sent.Contains(s) || sent.Len() != i+1 {
			t.Fatal("a point is not remembered once")
		}
	}
	encoded, err := sent.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseSent(encoded, d.Scope())
	if err != nil || back.Len() != 50 {
		t.Fatalf("%d points: %v", back.Len(), err)
	}
	for _, s := range shares {
		if !back.Contains(s) {
			t.Fatal("a point is lost")
		}
	}
	p.Period++
	next := mustDealer(t, testAccount("sent"), p)
	if _, err := ParseSent(encoded, next.Scope()); !errors.Is(err, ErrSentScope) {
		t.Errorf("next period: %v, want ErrSentScope", err)
	}
}

func TestSentMerge(t *testing.T) {
	d := mustDealer(t, testAccount("merge"), Params{Threshold: 2})
	shares := trueShares(d, 3)
	a, b := NewSent(d.Scope()), NewSent(d.Scope())
	for i, s := range []*Sent{a, a, b, b} {
		s.Acknowledge(shares[i/2+i%2]) // a has 0 and 1, b has 1 and 2
	}
	if err := a.Merge(b); err != nil || a.Len() != 3 || !a.Contains(shares[2]) {
		t.Errorf("merged: %d points, %v", a.Len(), err)
	}
	a.Remove(b)
	if a.Len() != 1 || !a.Contains(shares[0]) || b.Len() != 2 {
		t.Errorf("removed: %d points", a.Len())
	}
	if err := a.Merge(NewSent(Scope{1})); !errors.Is(err, ErrSentScope) {
		t.Errorf("another scope: %v, want ErrSentScope", err)
	}
}

func TestSentLimits(t *testing.T) {
	sent := NewSent(Scope{1})
	for i := range element(MaxSent) {
		if err := sent.Acknowledge(Share{x: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := sent.Acknowledge(Share{x: MaxSent + 1}); !errors.Is(err, ErrSentFull) {
		t.Errorf("full: %v, want ErrSentFull", err)
	}
	if err := sent.Acknowledge(Share{x: 1}); err != nil || sent.Len() != MaxSent {
		t.Errorf("a known point in a full memory: %v", err)
	}
	encoded, _ := sent.MarshalBinary()
	if _, err := ParseSent(encoded, Scope{1}); err != nil {
		t.Errorf("the largest memory: %v", err)
	}
	scope := Scope{1}
	for name, body := range map[string][]byte{
		"half a point": {0, 0, 0, 1},
		"zero":         make([]byte, 8),
		"p":            {0x1f, 255, 255, 255, 255, 255, 255, 255},
		"twice":        {0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9},
		"falling":      {0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8},
		"too many":     make([]byte, 8*(MaxSent+1)),
	} {
		if _, err := ParseSent(append(scope[:], body...), scope); !errors.Is(err, ErrSentFormat) {
			t.Errorf("%s: %v, want ErrSentFormat", name, err)
		}
	}
	if _, err := ParseSent(scope[:15], scope); !errors.Is(err, ErrSentFormat) {
		t.Errorf("short: %v, want ErrSentFormat", err)
	}
}

func FuzzParseSent(f *testing.F) {
	scope := Scope{7}
	for _, body := range [][]byte{nil, {1}, {0, 0, 0, 0, 0, 0, 0, 9}, make([]byte, 16), {0x1f, 255, 255, 255, 255, 255, 255, 254}} {
		f.Add(append(scope[:], body...))
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		s, err := ParseSent(encoded, scope)
		if err != nil {
			if !errors.Is(err, ErrSentFormat) && !errors.Is(err, ErrSentScope) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		again, _ := s.MarshalBinary()
		if !slices.Equal(again, encoded) {
			t.Fatal("accepted a memory that is not canonical")
		}
	})
}
