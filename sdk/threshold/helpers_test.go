package threshold

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"
)

// seeded returns a deterministic source of randomness for one test.
func seeded(t testing.TB) *rand.Rand {
	digest := sha256.Sum256([]byte(t.Name()))
	return rand.New(rand.NewChaCha8(digest))
}

// testAccount returns an account whose secret is a hash of the name.
func testAccount(name string) *Account {
	return NewAccountFromSecret(sha256.Sum256([]byte(name)), 1)
}

func mustDealer(t testing.TB, a *Account, p Params) *Dealer {
	t.Helper()
	d, err := a.Dealer(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func randomElement(r *rand.Rand) element { return element(r.Uint64N(modulus)) }

// garbage returns a share of random values at a random point.
func garbage(r *rand.Rand, m int) Share {
	s := Share{x: element(1 + r.Uint64N(modulus-1)), y: make([]element, m)}
	for i := range s.y {
		s.y[i] = randomElement(r)
	}
	return s
}

// picture returns the canonical token of picture i.
func picture(i int) []byte { return binary.BigEndian.AppendUint64([]byte("picture"), uint64(i)) }

// trueShares returns n shares of different pictures.
func trueShares(d *Dealer, n int) []Share {
	shares := make([]Share, n)
	for i := range shares {
		shares[i] = d.Share(picture(i))
	}
	return shares
}

// refOf names a voucher after its share, so that tests can tell whose a Ref is.
func refOf(s Share) Ref { return sha256.Sum256(s.Bytes()) }

// trials returns n natively and a tenth of it in WebAssembly, where multiplying
// costs ten times as much.
func trials(t testing.TB, n int) int {
	if runtime.GOARCH == "wasm" {
		t.Logf("%d of %d trials under wasm", n/10, n)
		return n / 10
	}
	return n
}

// newDetector returns a detector that accepts this payload key only.
func newDetector(t testing.TB, threshold, synthetic int, key PayloadKey) *Detector {
	t.Helper()
	d, err := NewDetector(Config{
		Threshold: threshold,
		Synthetic: synthetic,
		Check:     func(k PayloadKey, _ Ref) bool { return k.Equal(key) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustAdd(t testing.TB, d *Detector, s Share) Result {
	t.Helper()
	result, err := d.AddMatch(refOf(s), s)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// words is a wordSource of given words; it panics when they are used up.
type words []uint64

func (w *words) word() uint64 {
	v := (*w)[0]
	*w = (*w)[1:]
	return v
}
