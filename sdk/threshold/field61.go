package threshold

import "math/bits"

// modulus is the Mersenne prime p = 2^61 − 1. Shares, points and coefficients
// are elements of GF(p). A Mersenne prime makes reduction two shifts and an
// addition, and 61 bits leave room for lazy sums in a word.
const modulus = 1<<61 - 1

// An element is a fully reduced element of GF(p): always below modulus.
//
// The operations below run in constant time: no branch and no memory access
// depends on an operand. They need nothing but 64-bit words, so native and
// WebAssembly builds run the same code.
type element uint64

// reduceOnce maps v < 2p to v mod p.
func reduceOnce(v uint64) element {
	t := v - modulus
	// A borrow sets the top bit, because v < 2p < 2^63.
	return element(t + modulus&-(t>>63))
}

// add returns a + b.
func (a element) add(b element) element { return reduceOnce(uint64(a) + uint64(b)) }

// sub returns a − b.
func (a element) sub(b element) element { return reduceOnce(uint64(a) + modulus - uint64(b)) }

// mul returns a·b.
//
// With a·b = h·2^61 + r and 2^61 ≡ 1, the product is h + r. As a, b ≤ p − 1,
// a·b ≤ (p−1)² < p·2^61, so h < p and h + r < 2p: one subtraction is enough.
func (a element) mul(b element) element {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return reduceOnce(lo&modulus + (hi<<3 | lo>>61))
}

// inverse returns 1/a, and 0 for 0, as a^(p−2) (Fermat).
//
// p − 2 = 2^61 − 3 = (2^59 − 1)·4 + 1: the addition chain builds a^(2^k − 1)
// for k = 1, 2, 3, 6, 7, 14, 28, 29, 58, 59 by x_{i+j} = x_i^(2^j)·x_j.
func (a element) inverse() element {
	x2 := a.squared(1).mul(a)
	x3 := x2.squared(1).mul(a)
	x6 := x3.squared(3).mul(x3)
	x7 := x6.squared(1).mul(a)
	x14 := x7.squared(7).mul(x7)
	x28 := x14.squared(14).mul(x14)
	x29 := x28.squared(1).mul(a)
	x58 := x29.squared(29).mul(x29)
	x59 := x58.squared(1).mul(a)
	return x59.squared(2).mul(a)
}

// squared returns a^(2^n). n is public.
func (a element) squared(n int) element {
	for range n {
		a = a.mul(a)
	}
	return a
}

// invertAll replaces each element by its inverse with one inversion and three
// multiplications an element (Montgomery's trick). No element may be zero:
// a zero would make all of them zero.
func invertAll(v []element) {
	prefix := make([]element, len(v))
	acc := element(1)
	for i, a := range v {
		prefix[i] = acc
		acc = acc.mul(a)
	}
	acc = acc.inverse()
	for i := len(v) - 1; i >= 0; i-- {
		v[i], acc = acc.mul(prefix[i]), acc.mul(v[i])
	}
}

// dot returns Σ a_k·b_k, for slices of one length. Products are below 2^122, so
// 32 of them fit in 127 bits and are reduced together, by 2^64 ≡ 8.
func dot(a, b []element) element {
	var total element
	for len(a) > 0 {
		n := min(len(a), 32)
		var hi, lo, carry uint64
		for k, x := range a[:n] {
			h, l := bits.Mul64(uint64(x), uint64(b[k]))
			lo, carry = bits.Add64(lo, l, 0)
			hi += h + carry
		}
		// Four parts below 2^61 (the last below 2^6) add up to less than 2^63.
		v := lo&modulus + lo>>61 + hi<<3&modulus + hi>>58
		total = total.add(reduceOnce(v&modulus + v>>61))
		a, b = a[n:], b[n:]
	}
	return total
}

// evaluate returns f(x) by Horner's rule; coefficients start with the constant.
func evaluate(coefficients []element, x element) element {
	var y element
	for i := len(coefficients) - 1; i >= 0; i-- {
		y = y.mul(x).add(coefficients[i])
	}
	return y
}
