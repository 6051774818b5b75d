package threshold

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// TestNothingSecretIsPrinted: with every verb, at the top and inside another
// struct's unexported field (where fmt does not ask for String), none of the
// secrets appears as hexadecimal, as decimal bytes or as a decimal element.
func TestNothingSecretIsPrinted(t *testing.T) {
	secret := [32]byte{}
	for i := range secret {
		secret[i] = byte(101 + i)
	}
	a := NewAccountFromSecret(secret, 7)
	d := mustDealer(t, a, Params{Threshold: 2, Synthetic: 1})
	key := d.PayloadKey()
	share := d.Share([]byte("token"))
	sent := NewSent(d.Scope())
	if err := sent.Acknowledge(share); err != nil {
		t.Fatal(err)
	}
	det := newDetector(t, 2, 1, key)
	for _, s := range trueShares(d, 3) {
		mustAdd(t, det, s)
	}
	if _, open := det.PayloadKey(); !open {
		t.Fatal("the detector is closed")
	}

	forms := func(b []byte) []string {
		part := b[3:11]
		return []string{
			strings.Trim(fmt.Sprint(part), "[]"), hex.EncodeToString(part), strings.ToUpper(hex.EncodeToString(part)),
			fmt.Sprintf("% x", part), strings.Trim(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte"), "{}"), string(part),
		}
	}
	number := func(e element) []string {
		return []string{fmt.Sprint(uint64(e)), fmt.Sprintf("%x", uint64(e)), fmt.Sprintf("%X", uint64(e))}
	}
	cases := []struct {
		name       string
		value      any
		nestedToo  bool // a long-lived secret, concealed inside other structs too
		secrets    []string
		mustAppear string
	}{
		{"Account", *a, true, forms(secret[:]), "redacted"},
		{"*Account", a, true, forms(secret[:]), "redacted"},
		{"Dealer", *d, true, append(append(number(d.dealt().polynomials[0][0]), number(d.dealt().polynomials[4][1])...), forms(d.dealt().key[:])...), "redacted"},
		{"PayloadKey", key, true, forms(key.Bytes()), "redacted"},
		{"Share", share, false, append(number(share.x), number(share.y[0])...), "redacted"},
		{"Synthetic", Synthetic{share, 1, 2, 3}, false, append(number(share.x), number(share.y[0])...), "redacted"},
		{"Sent", *sent, false, number(share.x), "redacted"},
		{"Detector", *det, false, append(number(d.dealt().polynomials[0][0]), forms(key.Bytes())...), "open"},
	}
	for _, c := range cases {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			if verb == "%d" && !c.nestedToo {
				continue // fmt prints numbers of a struct for %d, whatever it says of itself
			}
			text := fmt.Sprintf(verb, c.value)
			if verb == "%v" && !strings.Contains(text, c.mustAppear) {
				t.Errorf("%s prints as %q", c.name, text)
			}
			for _, s := range c.secrets {
				if strings.Contains(text, s) {
					t.Errorf("%s with %s shows a secret", c.name, verb)
				}
			}
			if !c.nestedToo {
				continue
			}
			nested := fmt.Sprintf(verb, struct{ hidden any }{c.value})
			for _, s := range c.secrets {
				if strings.Contains(nested, s) {
					t.Errorf("%s inside a struct with %s shows a secret", c.name, verb)
				}
			}
		}
	}
}
