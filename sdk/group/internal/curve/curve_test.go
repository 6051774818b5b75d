package curve

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519"

	"github.com/veilhash/veilhash/sdk/group/internal/field"
)

// encode returns the encoding of RFC 8032, section 5.1.2, and checks on the way
// that p is on the curve, that T fits and that all coordinates are carried.
func encode(t *testing.T, p *Point) []byte {
	t.Helper()
	var zInv, x, y, xy, d field.Element
	zInv.Invert(&p.Z)
	x.Multiply(&p.X, &zInv)
	y.Multiply(&p.Y, &zInv)
	xy.Multiply(&p.T, &zInv)
	if d.Multiply(&x, &y); d.Equal(&xy) != 1 {
		t.Error("T is not XY/Z")
	}
	// 2(y² − x²) = 2 + 2d·x²y²
	var lhs, rhs, two field.Element
	two.Add(two.One(), &two)
	lhs.Subtract(lhs.Square(&y), rhs.Square(&x))
	lhs.Add(&lhs, &lhs)
	rhs.Multiply(rhs.Square(&xy), &d2)
	rhs.Add(&rhs, &two)
	if lhs.Equal(&rhs) != 1 {
		t.Error("not on the curve")
	}
	for _, c := range []*field.Element{&p.X, &p.Y, &p.Z, &p.T} {
		for i, limb := range c {
			if i != 1 && (limb < 0 || limb >= 1<<(26-i&1)) || i == 1 && (limb < -1<<17 || limb > 1<<25+1<<17) {
				t.Errorf("limb %d is not carried: %d", i, limb)
			}
		}
	}
	out := y.Bytes()
	out[31] |= byte(x.IsNegative() << 7)
	return out
}

// decode reverses encode, by way of the reference.
func decode(t *testing.T, b []byte) (*Point, *edwards25519.Point) {
	t.Helper()
	ref, err := new(edwards25519.Point).SetBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	var coordinates [4]field.Element
	x, y, z, xy := ref.ExtendedCoordinates()
	for i, b := range [][]byte{x.Bytes(), y.Bytes(), z.Bytes(), xy.Bytes()} {
		if _, err := coordinates[i].SetBytes(b); err != nil {
			t.Fatal(err)
		}
	}
	return new(Point).SetCoordinates(&coordinates[0], &coordinates[1], &coordinates[2], &coordinates[3]), ref
}

func newRand(name string) *rand.Rand {
	var seed [32]byte
	copy(seed[:], name)
	return rand.New(rand.NewChaCha8(seed))
}

// scalars returns edge cases and n random scalars.
func scalars(t testing.TB, name string, n int) []*edwards25519.Scalar {
	var out []*edwards25519.Scalar
	for _, s := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0200000000000000000000000000000000000000000000000000000000000000",
		"0700000000000000000000000000000000000000000000000000000000000000",
		"0800000000000000000000000000000000000000000000000000000000000000",
		"0900000000000000000000000000000000000000000000000000000000000000",
		"1000000000000000000000000000000000000000000000000000000000000000",
		"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // l − 1
		"ebd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", // l − 2
		"f6e97a2e8d31092c6bce7b51ef7c6f0a00000000000000000000000000000008", // (l − 1)/2
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0f", // 2²⁵² − 1
		"0000000000000000000000000000000000000000000000000000000000000010", // 2²⁵²
		"8888888888888888888888888888888888888888888888888888888888888808", // digits −8
		"7777777777777777777777777777777777777777777777777777777777777707", // digits 7
		"7888888888888888888888888888888888888888888888888888888888888808",
		"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		x, err := edwards25519.NewScalar().SetCanonicalBytes(b)
		if err != nil {
			t.Fatal(s, err)
		}
		out = append(out, x)
	}
	r := newRand(name)
	for range n {
		b := make([]byte, 64)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		x, err := edwards25519.NewScalar().SetUniformBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

func array(s *edwards25519.Scalar) *[32]byte { return (*[32]byte)(s.Bytes()) }

// points returns encodings of points: all eight of small order, and the
// generator times scalars, some with a part of small order.
func points(t testing.TB, name string, n int) [][]byte {
	small := []string{
		"0100000000000000000000000000000000000000000000000000000000000000", // order 1
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	}
	var out [][]byte
	var torsion []*edwards25519.Point
	for _, s := range small {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		p, err := new(edwards25519.Point).SetBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		torsion = append(torsion, p)
		out = append(out, b)
	}
	for i, s := range scalars(t, name, n) {
		p := new(edwards25519.Point).ScalarBaseMult(s)
		out = append(out, p.Bytes(), p.Add(p, torsion[i%8]).Bytes())
	}
	return out
}

func TestConstants(t *testing.T) {
	// d = −121665/121666
	var num, den, d field.Element
	num[0], den[0] = -121665, 121666
	d.Multiply(&num, den.Invert(&den))
	if d.Add(&d, &d); d != d2 {
		t.Errorf("2d = %v", d)
	}
	if got, want := encode(t, &generator), edwards25519.NewGeneratorPoint().Bytes(); !bytes.Equal(got, want) {
		t.Errorf("generator = %x, want %x", got, want)
	}
	if got, want := encode(t, &identity), edwards25519.NewIdentityPoint().Bytes(); !bytes.Equal(got, want) {
		t.Errorf("identity = %x, want %x", got, want)
	}
	if !bytes.Equal(encode(t, NewGeneratorPoint()), encode(t, &generator)) || !bytes.Equal(encode(t, NewIdentityPoint()), encode(t, &identity)) {
		t.Error("constructors")
	}
}

func TestArithmetic(t *testing.T) {
	in := points(t, "arithmetic", 10)
	check := func(op string, got *Point, want *edwards25519.Point) {
		t.Helper()
		if g, w := encode(t, got), want.Bytes(); !bytes.Equal(g, w) {
			t.Errorf("%s = %x, want %x", op, g, w)
		}
	}
	for _, a := range in {
		x, rx := decode(t, a)
		check("decode", x, rx)
		check("Set", new(Point).Set(x), rx)
		check("Double", new(Point).Double(x), new(edwards25519.Point).Add(rx, rx))
		check("Negate", new(Point).Negate(x), new(edwards25519.Point).Negate(rx))
		for _, b := range in {
			y, ry := decode(t, b)
			check("Add", new(Point).Add(x, y), new(edwards25519.Point).Add(rx, ry))
			check("Subtract", new(Point).Subtract(x, y), new(edwards25519.Point).Subtract(rx, ry))
		}
	}
}

func TestScalarMult(t *testing.T) {
	ss := scalars(t, "scalars", 20)
	for i, b := range points(t, "scalar mult", 20) {
		q, ref := decode(t, b)
		// A denominator other than 1.
		q.Subtract(q.Add(q, &generator), &generator)
		table := NewTable(q)
		for j, s := range ss {
			if (i+j)%5 != 0 && i > 8 {
				continue
			}
			want := new(edwards25519.Point).ScalarMult(s, ref).Bytes()
			if got := encode(t, new(Point).ScalarMult(array(s), q)); !bytes.Equal(got, want) {
				t.Fatalf("ScalarMult(%x, %x) = %x, want %x", s.Bytes(), b, got, want)
			}
			if got := encode(t, table.ScalarMult(new(Point), array(s))); !bytes.Equal(got, want) {
				t.Fatalf("table of %x: ScalarMult(%x) = %x, want %x", b, s.Bytes(), got, want)
			}
		}
	}
	for _, s := range ss {
		want := new(edwards25519.Point).ScalarBaseMult(s).Bytes()
		if got := encode(t, new(Point).ScalarBaseMult(array(s))); !bytes.Equal(got, want) {
			t.Fatalf("ScalarBaseMult(%x) = %x, want %x", s.Bytes(), got, want)
		}
	}
}

func TestVarTimeMultiScalarMult(t *testing.T) {
	ss := scalars(t, "multi", 24)
	encoded := points(t, "multi", 24)
	for n := 0; n <= len(ss); n += 1 + n/3 {
		var s [][32]byte
		var p []*Point
		var rp []*edwards25519.Point
		for i := range n {
			q, ref := decode(t, encoded[(i*5+n)%len(encoded)])
			s, p, rp = append(s, *array(ss[i])), append(p, q), append(rp, ref)
		}
		want := edwards25519.NewIdentityPoint().VarTimeMultiScalarMult(ss[:n], rp).Bytes()
		if got := encode(t, new(Point).VarTimeMultiScalarMult(s, p)); !bytes.Equal(got, want) {
			t.Fatalf("%d points: %x, want %x", n, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("lengths that differ did not panic")
		}
	}()
	new(Point).VarTimeMultiScalarMult(make([][32]byte, 2), []*Point{&generator})
}

func FuzzScalarMult(f *testing.F) {
	for i, s := range scalars(f, "fuzz", 4) {
		f.Add(s.Bytes(), points(f, "fuzz", 4)[i])
	}
	f.Fuzz(func(t *testing.T, s, b []byte) {
		ref, err := new(edwards25519.Point).SetBytes(b)
		if err != nil {
			return
		}
		x, err := edwards25519.NewScalar().SetCanonicalBytes(s)
		if err != nil {
			return
		}
		q, _ := decode(t, ref.Bytes())
		want := new(edwards25519.Point).ScalarMult(x, ref).Bytes()
		if got := encode(t, new(Point).ScalarMult(array(x), q)); !bytes.Equal(got, want) {
			t.Errorf("ScalarMult(%x, %x) = %x, want %x", s, b, got, want)
		}
		if got := encode(t, NewTable(q).ScalarMult(new(Point), array(x))); !bytes.Equal(got, want) {
			t.Errorf("table of %x: ScalarMult(%x) = %x, want %x", b, s, got, want)
		}
		if got := encode(t, new(Point).VarTimeMultiScalarMult([][32]byte{*array(x)}, []*Point{q})); !bytes.Equal(got, want) {
			t.Errorf("VarTimeMultiScalarMult(%x, %x) = %x, want %x", s, b, got, want)
		}
	})
}
