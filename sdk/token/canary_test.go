package token_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/testcard"
	"github.com/veilhash/veilhash/sdk/token"
)

// The canary's token is the first view's own, the same natively and in WebAssembly.
func TestCanary(t *testing.T) {
	for _, c := range []struct{ hasher, scheme, want string }{
		{"pdq-canonical", "lowest-frequency bits=64 probes=as-is:8,pad-15:4,trim:4", "061bc6f9876f7511"},
		{"pdq-canonical@-50", "lowest-frequency bits=64 probes=as-is:8,pad-15:4,trim:4", "061b86f9876e7511"},
		{"pdq-canonical", token.Exact, "061bc6f9876f75112ccdd91cdeae68fb452c99e68834dd1a0e8b3224cb08ddb6"},
		{"pdq-canonical", "lowest-frequency bits=56 probes=as-is:34,trim:2", "061bc6f9876f75"},
	} {
		hasher, err := imagehash.ParsePDQ(c.hasher)
		if err != nil {
			t.Fatal(err)
		}
		scheme, err := token.Parse(c.scheme)
		if err != nil {
			t.Fatal(err)
		}
		got, err := token.Canary("test-card-1", hasher, scheme, 50)
		if err != nil {
			t.Fatal(err)
		}
		f, err := imagehash.HashRGBA(hasher, testcard.Width, testcard.Height, testcard.Pixels())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, scheme.Token(f[0].Hash)) || hex.EncodeToString(got) != c.want {
			t.Errorf("%s, %s: %x", c.hasher, c.scheme, got)
		}
		if _, err := token.Canary("test-card-2", hasher, scheme, 50); !errors.Is(err, token.ErrCanary) {
			t.Errorf("another card: %v", err)
		}
		if _, err := token.Canary("test-card-1", hasher, scheme, 101); !errors.Is(err, token.ErrCanary) {
			t.Errorf("a quality that nothing has: %v", err)
		}
	}
}
