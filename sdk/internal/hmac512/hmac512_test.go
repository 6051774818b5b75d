package hmac512_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/hmac512"
)

// RFC 4231, sections 4.2 to 4.8 (without 4.6, which truncates).
func TestRFC4231(t *testing.T) {
	for i, c := range []struct{ key, data, want string }{
		{strings.Repeat("\x0b", 20), "Hi There",
			"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
		{"Jefe", "what do ya want for nothing?",
			"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
		{strings.Repeat("\xaa", 20), strings.Repeat("\xdd", 50),
			"fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
		{strings.Repeat("\xaa", 131), "Test Using Larger Than Block-Size Key - Hash Key First",
			"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
	} {
		if mac := hmac512.NewKey([]byte(c.key)).Sum([]byte(c.data)); hex.EncodeToString(mac[:]) != c.want {
			t.Errorf("case %d: %x", i, mac)
		}
	}
}

// Against the standard library, for keys, data and outputs of many lengths.
func TestAgainstStandardLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 512))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	for range 500 {
		key, data := random(r.IntN(300)), random(r.IntN(300))
		want := hmac.New(sha512.New, key)
		want.Write(data)
		cut := r.IntN(len(data) + 1)
		if mac := hmac512.NewKey(key).Sum(data[:cut], data[cut:]); !bytes.Equal(mac[:], want.Sum(nil)) {
			t.Fatalf("key %x, data %x: %x", key, data, mac)
		}
		salt, info, n := random(r.IntN(200)), random(r.IntN(200)), r.IntN(400)
		if r.IntN(4) == 0 {
			salt = nil
		}
		derived, err := hkdf.Key(sha512.New, key, salt, string(info), n)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, n)
		if hmac512.HKDF(got, key, salt, info); !bytes.Equal(got, derived) {
			t.Fatalf("HKDF of %x, %x, %x: %x", key, salt, info, got)
		}
	}
	longest := make([]byte, 255*hmac512.Size)
	hmac512.HKDF(longest, []byte("k"), nil, nil)
	if want, err := hkdf.Key(sha512.New, []byte("k"), nil, "", len(longest)); err != nil || !bytes.Equal(longest, want) {
		t.Errorf("the longest output differs, %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("more than the longest output is given")
		}
	}()
	hmac512.HKDF(make([]byte, 255*hmac512.Size+1), nil, nil, nil)
}

// One Key makes many MACs, and they do not depend on each other.
func TestKeysAreReused(t *testing.T) {
	k := hmac512.NewKey([]byte("key"))
	first := k.Sum([]byte("a"))
	k.Sum([]byte("b"))
	if again := k.Sum([]byte("a")); again != first {
		t.Error("the second MAC of one text is another")
	}
	if text := fmt.Sprintf("%v %+v %#v", *k, k, k); strings.Contains(text, "5") && strings.Contains(text, "[") {
		t.Errorf("a key prints %s", text)
	}
}
