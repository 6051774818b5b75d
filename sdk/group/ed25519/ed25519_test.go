package ed25519

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519"
)

// both are the standard library, and ours, which is compiled natively too.
func compare(t *testing.T, what string, public, message, signature []byte) bool {
	t.Helper()
	want := ed25519.Verify(public, message, signature)
	if got := verifyLimbs25((*[32]byte)(public), message, signature); got != want {
		t.Errorf("%s: public %x, message %x, signature %x: got %v, want %v", what, public, message, signature, got, want)
	}
	if got := Verify((*[32]byte)(public), message, signature); got != want {
		t.Errorf("%s: Verify: got %v, want %v", what, got, want)
	}
	return want
}

// RFC 8032, section 7.1.
func TestRFC8032(t *testing.T) {
	for _, v := range [][3]string{
		{
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		}, {
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		}, {
			"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
		},
	} {
		public, message, signature := unhex(t, v[0]), unhex(t, v[1]), unhex(t, v[2])
		if !compare(t, "vector", public, message, signature) {
			t.Errorf("refused the signature of %x", message)
		}
		if compare(t, "another message", public, append(message, 0), signature) {
			t.Error("accepted a signature of another message")
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Signatures, and signatures with one bit changed, are judged as the standard library judges them.
func TestAgainstStandardLibrary(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	seed, message := make([]byte, 32), make([]byte, 40)
	for i := range 100 {
		random.Read(seed)
		random.Read(message)
		key := ed25519.NewKeyFromSeed(seed)
		public := []byte(key.Public().(ed25519.PublicKey))
		signature := ed25519.Sign(key, message[:i%41])
		if !compare(t, "true", public, message[:i%41], signature) {
			t.Error("refused a signature")
		}
		bit := int(random.Uint64() % 512)
		signature[bit/8] ^= 1 << (bit % 8)
		compare(t, "forged", public, message[:i%41], signature)
		signature[bit/8] ^= 1 << (bit % 8)
		public[bit/8%32] ^= 1 << (bit % 8)
		compare(t, "another key", public, message[:i%41], signature)
		compare(t, "short", public, message[:i%41], signature[:63])
	}
}

// order is the group's order l.
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// S and S + l satisfy the same equation; only S is a signature (RFC 8032, section 5.1.7, step 1).
func TestMalleability(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	signature := ed25519.Sign(key, []byte("m"))
	s := new(big.Int).SetBytes(reversed(signature[32:]))
	for range 7 { // as often as fits into 256 bits, at least
		s.Add(s, order)
		if s.BitLen() > 256 {
			break
		}
		copy(signature[32:], reversed(s.FillBytes(make([]byte, 32))))
		if compare(t, "S + l", key.Public().(ed25519.PublicKey), []byte("m"), signature) {
			t.Error("accepted S ≥ l")
		}
	}
}

func reversed(b []byte) []byte {
	out := bytes.Clone(b)
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// lowOrder are all encodings of the eight points whose order divides 8, those that are not canonical too.
func lowOrder(t *testing.T) (all [][]byte) {
	t.Helper()
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	y8 := unhex(t, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
	y := new(big.Int).SetBytes(reversed(y8))
	for _, y := range []*big.Int{big.NewInt(0), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1)), p, new(big.Int).Add(p, big.NewInt(1)), y, new(big.Int).Sub(p, y)} {
		for _, sign := range []byte{0, 0x80} {
			b := reversed(y.FillBytes(make([]byte, 32)))
			b[31] |= sign
			q, err := new(edwards25519.Point).SetBytes(b)
			if err != nil {
				t.Fatal(err)
			}
			if q.MultByCofactor(q).Equal(edwards25519.NewIdentityPoint()) != 1 {
				t.Fatalf("%x is not of low order", b)
			}
			all = append(all, b)
		}
	}
	return all
}

// Where implementations differ: keys and R of low order or mixed order, encodings that are not canonical, signs of zero. The cases are those of the
// CCTV collection (all pairs), made here.
func TestEdgeCases(t *testing.T) {
	low := lowOrder(t)
	if len(low) != 14 {
		t.Fatalf("%d encodings, want 14", len(low))
	}
	accepted := 0
	zero := make([]byte, 32)
	for _, a := range low {
		for _, r := range low {
			for m := range 4 {
				if compare(t, "low order", a, []byte{byte(m)}, append(bytes.Clone(r), zero...)) {
					accepted++
				}
			}
		}
	}
	if accepted == 0 {
		t.Error("no case was accepted: the cases are not what they should be")
	}
	// A = a·B + low, R = r·B + low, S = r + k·a: the equation with the cofactor holds, the one without it sometimes.
	secret, nonce := scalarOf(t, "a"), scalarOf(t, "r")
	accepted = 0
	for _, la := range low {
		for _, lr := range low {
			ap, rp := new(edwards25519.Point).ScalarBaseMult(secret), new(edwards25519.Point).ScalarBaseMult(nonce)
			tail, _ := new(edwards25519.Point).SetBytes(la)
			a := ap.Add(ap, tail).Bytes()
			tail, _ = new(edwards25519.Point).SetBytes(lr)
			r := rp.Add(rp, tail).Bytes()
			h := sha512.New()
			h.Write(r)
			h.Write(a)
			h.Write([]byte("mixed"))
			k, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
			if err != nil {
				t.Fatal(err)
			}
			s := new(edwards25519.Scalar).MultiplyAdd(k, secret, nonce)
			if compare(t, "mixed order", a, []byte("mixed"), append(bytes.Clone(r), s.Bytes()...)) {
				accepted++
			}
		}
	}
	if accepted == 0 || accepted == len(low)*len(low) {
		t.Errorf("%d of %d accepted: the cases are not what they should be", accepted, len(low)*len(low))
	}
}

func scalarOf(t *testing.T, label string) *edwards25519.Scalar {
	t.Helper()
	h := sha512.Sum512([]byte(label))
	s, err := new(edwards25519.Scalar).SetUniformBytes(h[:])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func FuzzVerify(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	f.Add([]byte(key.Public().(ed25519.PublicKey)), []byte("m"), ed25519.Sign(key, []byte("m")))
	f.Add(bytes.Repeat([]byte{255}, 32), []byte{}, make([]byte, 64))
	f.Fuzz(func(t *testing.T, public, message, signature []byte) {
		if len(public) == 32 {
			compare(t, "fuzzed", public, message, signature)
		}
	})
}
