package threshold

import (
	"math/rand/v2"
	"testing"
)

var standard = Params{Threshold: 30, Synthetic: 32}

// Client: once a period.
func BenchmarkDealer(b *testing.B) {
	a := NewAccount()
	b.ReportAllocs()
	for b.Loop() {
		mustDealer(b, a, standard)
	}
}

// Client: once a picture.
func BenchmarkShare(b *testing.B) {
	d := mustDealer(b, NewAccount(), standard)
	b.ReportAllocs()
	for b.Loop() {
		d.Share([]byte("token"))
	}
}

// Client: once a period.
func BenchmarkSynthetics(b *testing.B) {
	d := mustDealer(b, NewAccount(), standard)
	openings := oneProbe(b)
	for b.Loop() {
		d.Synthetics(openings)
	}
}

// Server: an attempt at 31 true and 32 synthetic points, which succeeds.
func BenchmarkDecode(b *testing.B) {
	points := shuffled(rand.New(rand.NewPCG(1, 2)), mustDealer(b, NewAccount(), standard), 31, 32)
	budget := work{budget: DecodeBudget(30, 32)}
	for b.Loop() {
		budget.spent = 0
		if _, ok := decode(points, 30, &budget); !ok {
			b.Fatal("not decoded")
		}
	}
}

// Server: a match of an account flooded with garbage, the dearest there is.
func BenchmarkAddMatchFlooded(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := newDetector(b, 30, 32, mustDealer(b, NewAccount(), standard).PayloadKey())
	for b.Loop() {
		s := garbage(r, 32)
		if _, err := d.AddMatch(Ref{}, s); err != nil {
			b.Fatal(err)
		}
	}
}

// Server: a match of an account that has opened.
func BenchmarkAddMatchOpen(b *testing.B) {
	dealer := mustDealer(b, NewAccount(), standard)
	d := newDetector(b, 30, 32, dealer.PayloadKey())
	for _, s := range trueShares(dealer, 31) {
		mustAdd(b, d, s)
	}
	s := dealer.Share([]byte("another"))
	for b.Loop() {
		d.AddMatch(Ref{}, s)
	}
}

// Server: storage of a full window.
func BenchmarkState(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := newDetector(b, 30, 32, mustDealer(b, NewAccount(), standard).PayloadKey())
	for range 63 {
		mustAdd(b, d, garbage(r, 32))
	}
	for b.Loop() {
		state, err := d.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := RestoreDetector(d.config, state); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMultiply(b *testing.B) {
	a, c := element(0x123456789abcdef), element(0x0fedcba987654321)
	for b.Loop() {
		for range 1000 {
			a = a.mul(c)
		}
	}
	if a == 0 {
		b.Fatal("zero")
	}
}
