package curve

import (
	"math/big"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/group/internal/field"
)

// integer returns the value of a little-endian scalar.
func integer(s *[32]byte) *big.Int {
	b := *s
	slices.Reverse(b[:])
	return new(big.Int).SetBytes(b[:])
}

func TestDigits(t *testing.T) {
	for _, x := range scalars(t, "digits", 100) {
		s := array(x)
		var r [64]int8
		radix16(&r, s)
		sum := new(big.Int)
		for i := 63; i >= 0; i-- {
			if r[i] < -8 || r[i] > 8 {
				t.Errorf("radix-16 digit %d of %x is %d", i, *s, r[i])
			}
			sum.Add(sum.Lsh(sum, 4), big.NewInt(int64(r[i])))
		}
		if sum.Cmp(integer(s)) != 0 {
			t.Errorf("radix-16 digits of %x add up to %d", *s, sum)
		}

		var n [256]int8
		naf5(&n, s)
		sum.SetInt64(0)
		last := -5
		for i := range n {
			if n[i] != 0 {
				if n[i]&1 == 0 || n[i] < -15 || n[i] > 15 || i-last < 5 {
					t.Errorf("NAF digit %d of %x is %d", i, *s, n[i])
				}
				last = i
			}
			sum.Add(sum, new(big.Int).Lsh(big.NewInt(int64(n[i])), uint(i)))
		}
		if sum.Cmp(integer(s)) != 0 {
			t.Errorf("NAF digits of %x add up to %d", *s, sum)
		}
	}
}

func TestSelect(t *testing.T) {
	var table cachedTable
	table.build(&generator)
	rows := NewTable(&generator).rows
	for digit := -8; digit <= 8; digit++ {
		want := identity
		for range max(digit, -digit) {
			want.Add(&want, &generator)
		}
		if digit < 0 {
			want.Negate(&want)
		}
		var c cached
		var a affine
		var r completed
		var got Point
		table.selectInto(&c, int8(digit))
		r.add(&identity, &c)
		if string(encode(t, got.setCompleted(&r))) != string(encode(t, &want)) {
			t.Errorf("cached table: wrong multiple for digit %d", digit)
		}
		rows[0].selectInto(&a, int8(digit))
		r.addAffine(&identity, &a)
		if string(encode(t, got.setCompleted(&r))) != string(encode(t, &want)) {
			t.Errorf("affine table: wrong multiple for digit %d", digit)
		}
	}
}

func TestPack(t *testing.T) {
	for _, v := range []field.Element{
		{},
		{1},
		{0, -1 << 17},
		{mask26, -1},
		{mask26, 1<<25 + 1<<17, mask26, 1<<25 - 1, mask26, 1<<25 - 1, mask26, 1<<25 - 1, mask26, 1<<25 - 1},
	} {
		var w packed
		var got field.Element
		w.pack(&v)
		if w.unpack(&got, 0); got != v {
			t.Errorf("%v became %v", v, got)
		}
	}
}
