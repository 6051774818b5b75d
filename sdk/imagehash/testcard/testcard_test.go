package testcard_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/testcard"
)

// The card is the same on every platform: this test runs natively and in WebAssembly.
func TestDigest(t *testing.T) {
	sum := sha256.Sum256(testcard.Pixels())
	if got := hex.EncodeToString(sum[:]); got != testcard.SHA256 {
		t.Errorf("the card's digest is %s, want %s", got, testcard.SHA256)
	}
}

// There is enough on it for every hasher, and the hash is the same everywhere.
func TestHashes(t *testing.T) {
	for name, want := range map[string]string{
		"pdq-canonical":     "4c6df130e4cd1b10e6cd100ad7f80667911026eddb9a2c6d7b38aecd79b8aee8",
		"pdq-canonical@-50": "0c6ff130e4cd1b10e6cd100ad7f806e7d11026eddb9a2c6d7b38ae4579b8aee8",
		"pdq-cpp":           "4c6da030eecd3b1086cd9a4ab7f02a67b31027add31a2c2d7b382eed71b8aee8",
	} {
		hasher, err := imagehash.ParsePDQ(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := imagehash.HashRGBA(hasher, testcard.Width, testcard.Height, testcard.Pixels())
		if err != nil {
			t.Fatal(err)
		}
		if f[0].Quality != 100 || f[0].Hash.String() != want {
			t.Errorf("%s: quality %d, hash %s", name, f[0].Quality, f[0].Hash)
		}
	}
}

func Example() {
	fmt.Println(len(testcard.Pixels()) == testcard.Width*testcard.Height*4)
	// Output: true
}
