package field

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"testing"

	reference "filippo.io/edwards25519/field"
)

// prime is 2²⁵⁵ − 19.
var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// place is the exponent of each limb.
var place = [10]uint{0, 26, 51, 77, 102, 128, 153, 179, 204, 230}

// integer returns the value of v, reduced, without any code under test.
func integer(v *Element) *big.Int {
	sum := new(big.Int)
	for i, limb := range v {
		sum.Add(sum, new(big.Int).Lsh(big.NewInt(limb), place[i]))
	}
	return sum.Mod(sum, prime)
}

// encode returns x's 32 little-endian bytes.
func encode(x *big.Int) []byte {
	b := x.FillBytes(make([]byte, 32))
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return b
}

// carried reports whether v is what the package documentation calls so.
func carried(v *Element) bool {
	for i, limb := range v {
		switch {
		case i == 1:
			if limb < -1<<17 || limb > 1<<25+1<<17 {
				return false
			}
		case limb < 0 || limb >= 1<<(26-i&1):
			return false
		}
	}
	return true
}

// newRand returns a source that gives every run the same cases.
func newRand(name string) *rand.Rand {
	var seed [32]byte
	copy(seed[:], name)
	return rand.New(rand.NewChaCha8(seed))
}

// edges are encodings at the ends of ranges: around 0, p, 2²⁵⁵ and 2²⁵⁶, and
// with limbs all ones.
func edges() [][]byte {
	var out [][]byte
	for _, s := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"1200000000000000000000000000000000000000000000000000000000000000",
		"1300000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p − 1
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p + 1
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 2²⁵⁵ − 1
		"0000000000000000000000000000000000000000000000000000000000000080", // 2²⁵⁵
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", // 2²⁵⁶ − 1
		"ffffff0300000000000000000000000000000000000000000000000000000000", // limb 0
		"000000fcffff0700000000000000000000000000000000000000000000000000", // limb 1
		"00000000000000000000000000000000000000000000000000000000c0ffff7f", // limb 9
		"b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b", // √−1
		"f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff3f", // (p − 1)/2
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			panic(err)
		}
		out = append(out, b)
	}
	return out
}

// cases returns the edges and n random encodings.
func cases(name string, n int) [][]byte {
	out := edges()
	r := newRand(name)
	for range n {
		b := make([]byte, 32)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		out = append(out, b)
	}
	return out
}

// compare runs every operation on the elements that a and b encode, and
// compares with filippo.io/edwards25519/field.
func compare(t *testing.T, a, b []byte) {
	t.Helper()
	var x, y, got Element
	var rx, ry, want reference.Element
	for _, err := range []error{second(x.SetBytes(a)), second(y.SetBytes(b)), second(rx.SetBytes(a)), second(ry.SetBytes(b))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func(op string) {
		t.Helper()
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s(%x, %x) = %x, want %x", op, a, b, got.Bytes(), want.Bytes())
		}
		if !carried(&got) {
			t.Errorf("%s(%x, %x) is not carried: %v", op, a, b, got)
		}
	}
	got, want = x, rx
	check("SetBytes")
	got.Add(&x, &y)
	want.Add(&rx, &ry)
	check("Add")
	got.Subtract(&x, &y)
	want.Subtract(&rx, &ry)
	check("Subtract")
	got.Negate(&x)
	want.Negate(&rx)
	check("Negate")
	got.Multiply(&x, &y)
	want.Multiply(&rx, &ry)
	check("Multiply")
	got.Square(&x)
	want.Square(&rx)
	check("Square")
	got.Invert(&x)
	want.Invert(&rx)
	check("Invert")
	got.Pow22523(&x)
	want.Pow22523(&rx)
	check("Pow22523")
	got.Absolute(&x)
	want.Absolute(&rx)
	check("Absolute")
	_, square := got.SqrtRatio(&x, &y)
	_, wantSquare := want.SqrtRatio(&rx, &ry)
	check("SqrtRatio")
	if square != wantSquare {
		t.Errorf("SqrtRatio(%x, %x): square = %d, want %d", a, b, square, wantSquare)
	}
	for cond := range 2 {
		got.Select(&x, &y, cond)
		want.Select(&rx, &ry, cond)
		check("Select")
	}
	if x.IsNegative() != rx.IsNegative() {
		t.Errorf("IsNegative(%x) = %d", a, x.IsNegative())
	}
	if x.Equal(&y) != rx.Equal(&ry) {
		t.Errorf("Equal(%x, %x) = %d", a, b, x.Equal(&y))
	}
	got.LazySubtract(&x, &y).CondNegate(1)
	want.Subtract(&ry, &rx)
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("CondNegate(LazySubtract(%x, %x)) = %x", a, b, got.Bytes())
	}
}

func second(_ any, err error) error { return err }

func TestAgainstReference(t *testing.T) {
	in := cases("against reference", 60)
	for _, a := range in {
		for _, b := range in {
			compare(t, a, b)
		}
	}
}

func FuzzAgainstReference(f *testing.F) {
	in := edges()
	for i, a := range in {
		f.Add(a, in[(i*7+3)%len(in)])
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) != 32 || len(b) != 32 {
			var x Element
			if _, err := x.SetBytes(a); (err == nil) != (len(a) == 32) {
				t.Errorf("SetBytes of %d bytes: %v", len(a), err)
			}
			return
		}
		compare(t, a, b)
	})
}

func TestSetBytesLength(t *testing.T) {
	for _, n := range []int{0, 1, 31, 33, 64} {
		v := Element{1, 2, 3}
		if r, err := v.SetBytes(make([]byte, n)); r != nil || err != ErrLength {
			t.Errorf("SetBytes of %d bytes: %v, %v", n, r, err)
		}
		if v != (Element{1, 2, 3}) {
			t.Errorf("SetBytes of %d bytes changed its receiver", n)
		}
	}
}

// TestCanonicalBytes walks through every value within 64 of 0, p and 2²⁵⁵, in
// carried and in loose representations.
func TestCanonicalBytes(t *testing.T) {
	top := new(big.Int).Lsh(big.NewInt(1), 255)
	for _, base := range []*big.Int{big.NewInt(0), prime, top} {
		for d := int64(-64); d <= 64; d++ {
			x := new(big.Int).Add(base, big.NewInt(d))
			want := encode(new(big.Int).Mod(x, prime))
			var v Element
			if x.Sign() >= 0 && x.BitLen() <= 255 {
				if _, err := v.SetBytes(encode(x)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(v.Bytes(), want) {
					t.Errorf("%d: %x, want %x", x, v.Bytes(), want)
				}
			}
			// The base as limbs all ones plus one, and d in limb 0 and in limb 1.
			var loose Element
			switch base.Sign() {
			case 1:
				for i := range loose {
					loose[i] = 1<<(26-i&1) - 1
				}
				loose[0]++
				if base == prime {
					loose[0] -= 19
				}
			}
			loose[0] += d
			if !bytes.Equal(loose.Bytes(), want) {
				t.Errorf("loose %v: %x, want %x", loose, loose.Bytes(), want)
			}
			loose[0] += 3 << 26
			loose[1] -= 3
			if !bytes.Equal(loose.Bytes(), want) {
				t.Errorf("loose %v: %x, want %x", loose, loose.Bytes(), want)
			}
		}
	}
}

// TestReduceEnds walks through all 4-bounded values near multiples of 2²⁵⁵, where
// the quotients in reduce change, in representations that carry out of every
// limb.
func TestReduceEnds(t *testing.T) {
	for top := int64(-4); top <= 4; top++ {
		for _, ones := range []bool{false, true} {
			for d := int64(-240); d <= 240; d++ {
				var v Element
				if ones {
					// 2²⁵⁵ − 1
					for i := range v {
						v[i] = 1<<(26-i&1) - 1
					}
				}
				v[9] += top << 25
				v[0] += d
				for _, shift := range []int64{0, 1, -1} {
					// The same value, with limbs 0 and 1 out of their places.
					w := v
					w[0] += shift << 26
					w[1] -= shift
					for i, limb := range w {
						if limit := extreme(4, 0)[i]; limb > limit || limb < -limit {
							w = v // not 4-bounded
							w[9] = v[9] - top<<25
						}
					}
					want := encode(integer(&w))
					if got := w.Bytes(); !bytes.Equal(got, want) {
						t.Fatalf("%v: %x, want %x", w, got, want)
					}
				}
			}
		}
	}
}

func TestSqrtM1(t *testing.T) {
	want := new(big.Int).Exp(big.NewInt(2), new(big.Int).Rsh(prime, 2), prime) // 2^((p−1)/4)
	if want.Bit(0) == 1 {
		want.Sub(prime, want)
	}
	if got := integer(&sqrtM1); got.Cmp(want) != 0 {
		t.Errorf("sqrtM1 = %d, want %d", got, want)
	}
}
