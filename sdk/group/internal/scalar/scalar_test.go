package scalar

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519"
)

// l is the order, from its definition.
var l = func() *big.Int {
	c, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return c.Add(c, new(big.Int).Lsh(big.NewInt(1), 252))
}()

// little returns x's n little-endian bytes.
func little(x *big.Int, n int) []byte {
	b := x.FillBytes(make([]byte, n))
	for i := range n / 2 {
		b[i], b[n-1-i] = b[n-1-i], b[i]
	}
	return b
}

func TestConstants(t *testing.T) {
	if !bytes.Equal(order[:], little(l, 32)) {
		t.Errorf("order = %x", order)
	}
	sum := new(big.Int)
	for j, f := range []int64{fold0, fold1, fold2, fold3, fold4, fold5} {
		sum.Add(sum, new(big.Int).Lsh(big.NewInt(f), uint(21*j)))
	}
	if want := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 252), l); sum.Cmp(want) != 0 {
		t.Errorf("fold = %d, want %d", sum, want)
	}
}

// wides returns 64-byte integers: edges around multiples of l and powers of
// two, and n random ones.
func wides(n int) [][]byte {
	var out [][]byte
	top := new(big.Int).Lsh(big.NewInt(1), 512)
	add := func(x *big.Int) {
		for d := int64(-2); d <= 2; d++ {
			if y := new(big.Int).Add(x, big.NewInt(d)); y.Sign() >= 0 && y.Cmp(top) < 0 {
				out = append(out, little(y, 64))
			}
		}
	}
	for _, k := range []int64{0, 1, 2, 3, 8, 15, 16, 17} {
		add(new(big.Int).Mul(l, big.NewInt(k)))
	}
	add(new(big.Int).Rsh(l, 1))
	add(new(big.Int).Mul(l, l))
	add(new(big.Int).Mul(l, new(big.Int).Div(top, l)))
	for _, bit := range []uint{20, 21, 63, 64, 125, 231, 251, 252, 253, 255, 256, 273, 294, 378, 483, 504, 511, 512} {
		add(new(big.Int).Lsh(big.NewInt(1), bit))
	}
	// Every limb all ones, or a half, where balanced carries change sign.
	for _, limb := range []int64{1<<21 - 1, 1 << 20, 1<<20 - 1} {
		x := new(big.Int)
		for i := range uint(24) {
			x.Add(x, new(big.Int).Lsh(big.NewInt(limb), 21*i))
		}
		add(x)
	}
	r := rand.New(rand.NewChaCha8([32]byte{'s', 'c', 'a', 'l', 'a', 'r'}))
	for range n {
		b := make([]byte, 64)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		out = append(out, b)
	}
	return out
}

// compare runs every operation on the scalars that a and b reduce to, and
// compares with filippo.io/edwards25519.
func compare(t *testing.T, a, b []byte) {
	t.Helper()
	var x, y, got Scalar
	if _, err := x.SetUniformBytes(a); err != nil {
		t.Fatal(err)
	}
	if _, err := y.SetUniformBytes(b); err != nil {
		t.Fatal(err)
	}
	rx, err := edwards25519.NewScalar().SetUniformBytes(a)
	if err != nil {
		t.Fatal(err)
	}
	ry, err := edwards25519.NewScalar().SetUniformBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	want := edwards25519.NewScalar()
	check := func(op string, got *Scalar, want *edwards25519.Scalar) {
		t.Helper()
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s(%x, %x) = %x, want %x", op, a, b, got.Bytes(), want.Bytes())
		}
	}
	check("SetUniformBytes", &x, rx)
	check("Set", got.Set(&x), rx)
	check("Add", got.Add(&x, &y), want.Add(rx, ry))
	check("Subtract", got.Subtract(&x, &y), want.Subtract(rx, ry))
	check("Negate", got.Negate(&x), want.Negate(rx))
	check("Multiply", got.Multiply(&x, &y), want.Multiply(rx, ry))
	if x.Equal(&y) != rx.Equal(ry) || x.Equal(&x) != 1 {
		t.Errorf("Equal(%x, %x) = %d", a, b, x.Equal(&y))
	}
}

// compareCanonical checks SetCanonicalBytes on any bytes.
func compareCanonical(t *testing.T, b []byte) {
	t.Helper()
	s := Scalar{1, 2, 3}
	r, err := s.SetCanonicalBytes(b)
	_, wantErr := edwards25519.NewScalar().SetCanonicalBytes(b)
	switch {
	case (err == nil) != (wantErr == nil):
		t.Errorf("SetCanonicalBytes(%x): %v, want %v", b, err, wantErr)
	case err == nil && (r != &s || !bytes.Equal(s.Bytes(), b)):
		t.Errorf("SetCanonicalBytes(%x) = %x", b, s.Bytes())
	case err != nil && (r != nil || s != Scalar{1, 2, 3}):
		t.Errorf("SetCanonicalBytes(%x) changed its receiver", b)
	case len(b) != 32 && err != ErrLength || len(b) == 32 && err != nil && err != ErrNotCanonical:
		t.Errorf("SetCanonicalBytes(%x): %v", b, err)
	}
}

func TestAgainstReference(t *testing.T) {
	in := wides(30)
	for _, a := range in {
		for _, b := range in {
			compare(t, a, b)
		}
		compareCanonical(t, a[:32])
		compareCanonical(t, a[32:])
		compareCanonical(t, a[:31])
		compareCanonical(t, a)
	}
}

func TestInvert(t *testing.T) {
	for _, a := range wides(10) {
		var x, got Scalar
		x.SetUniformBytes(a)
		r, err := edwards25519.NewScalar().SetUniformBytes(a)
		if err != nil {
			t.Fatal(err)
		}
		want := edwards25519.NewScalar().Invert(r)
		if !bytes.Equal(got.Invert(&x).Bytes(), want.Bytes()) {
			t.Errorf("Invert(%x) = %x, want %x", x, got, want.Bytes())
		}
	}
}

// TestReduceBound reduces limbs of ±2⁴⁶, and ±2³⁰ for the last, the largest that
// reduce takes.
func TestReduceBound(t *testing.T) {
	r := rand.New(rand.NewChaCha8([32]byte{'r', 'e', 'd', 'u', 'c', 'e'}))
	for n := range 2000 {
		var x wide
		want := new(big.Int)
		for i := range x {
			x[i] = 1 << 46
			if i == 23 {
				x[i] = 1 << 30
			}
			if n == 1 || n > 1 && r.IntN(2) == 0 {
				x[i] = -x[i]
			}
			want.Add(want, new(big.Int).Lsh(big.NewInt(x[i]), uint(21*i)))
		}
		var got Scalar
		in := x
		if got.reduce(&x); !bytes.Equal(got.Bytes(), little(want.Mod(want, l), 32)) {
			t.Fatalf("reduce(%d) = %x, want %x", in, got, little(want, 32))
		}
	}
}

func FuzzAgainstReference(f *testing.F) {
	in := wides(3)
	for i, a := range in {
		f.Add(a, in[(i*5+2)%len(in)])
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		compareCanonical(t, a)
		if len(a) == 64 && len(b) == 64 {
			compare(t, a, b)
		} else if len(a) != 64 {
			s := Scalar{1, 2, 3}
			if r, err := s.SetUniformBytes(a); r != nil || err != ErrLength || s != (Scalar{1, 2, 3}) {
				t.Errorf("SetUniformBytes of %d bytes: %v", len(a), err)
			}
		}
	})
}

func TestAliasing(t *testing.T) {
	in := wides(2)
	var x, y Scalar
	x.SetUniformBytes(in[len(in)-1])
	y.SetUniformBytes(in[len(in)-2])
	for name, op := range map[string]func(s, a, b *Scalar) *Scalar{
		"Add":      (*Scalar).Add,
		"Subtract": (*Scalar).Subtract,
		"Multiply": (*Scalar).Multiply,
		"Negate":   func(s, a, _ *Scalar) *Scalar { return s.Negate(a) },
		"Invert":   func(s, a, _ *Scalar) *Scalar { return s.Invert(a) },
	} {
		var want, same Scalar
		if r := op(&want, &x, &y); r != &want {
			t.Errorf("%s does not return its receiver", name)
		}
		op(&same, &x, &x)
		a, b, c := x, y, x
		if op(&a, &a, &y); a != want {
			t.Errorf("%s: receiver is first argument", name)
		}
		if op(&b, &x, &b); b != want {
			t.Errorf("%s: receiver is second argument", name)
		}
		if op(&c, &c, &c); c != same {
			t.Errorf("%s: all equal", name)
		}
	}
}

func TestAllocations(t *testing.T) {
	in := wides(0)[7]
	var x, y Scalar
	sum := 0
	n := testing.AllocsPerRun(10, func() {
		x.SetUniformBytes(in)
		y.SetCanonicalBytes(x.Bytes())
		y.Add(&x, &y).Subtract(&y, &x).Multiply(&x, &y).Negate(&y)
		y.Invert(&y)
		sum += x.Equal(&y)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMultiply(b *testing.B) {
	var x Scalar
	x.SetUniformBytes(bytes.Repeat([]byte{0xa5}, 64))
	for b.Loop() {
		x.Multiply(&x, &x)
	}
}

func BenchmarkInvert(b *testing.B) {
	var x Scalar
	x.SetUniformBytes(bytes.Repeat([]byte{0xa5}, 64))
	for b.Loop() {
		x.Invert(&x)
	}
}

func BenchmarkReferenceMultiply(b *testing.B) {
	x, err := edwards25519.NewScalar().SetUniformBytes(bytes.Repeat([]byte{0xa5}, 64))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x.Multiply(x, x)
	}
}
