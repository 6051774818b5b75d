package group

import "math/bits"

// VarTimeMultiScalarMult sets e = Σ scalars[i]·elements[i], and returns e. Its
// time depends on scalars and elements, so neither may be secret. It panics if
// the slices differ in length.
func (e *Element) VarTimeMultiScalarMult(scalars []*Scalar, elements []*Element) *Element {
	if len(scalars) != len(elements) {
		panic("group: VarTimeMultiScalarMult of slices that differ in length")
	}
	if len(scalars) < pippengerFrom {
		straus(&e.p, scalars, elements)
	} else {
		e.p.Set(pippenger(scalars, elements))
	}
	return e
}

// pippengerFrom is how many terms it takes for buckets to beat one table for
// each term. BenchmarkMultiScalarMult shows both sides of it, which meet near 200.
const pippengerFrom = 200

// pippenger is the bucket method (Bernstein, Doumen, Lange and Oosterwijk,
// "Faster batch forgery identification", section 4). Scalars are cut into signed
// digits of w bits. For each place, from the top, elements go to the bucket of
// their digit's magnitude; Σ j·bucket[j] then takes two additions a bucket.
func pippenger(scalars []*Scalar, elements []*Element) *point {
	// A place costs n + 2·2^(w−1) additions and w doublings, and there are 253/w.
	w := max(4, min(14, bits.Len(uint(len(scalars)))-3))
	places := (253 + w) / w // one bit more, for the last carry
	half := 1 << (w - 1)

	digits := make([]int16, len(scalars)*places)
	for i, s := range scalars {
		signedDigits(digits[i*places:][:places], s.Bytes(), w)
	}

	acc := newIdentityPoint()
	buckets := make([]point, half)
	used := make([]bool, half)
	for place := places - 1; place >= 0; place-- {
		for range w {
			acc.Double(acc)
		}
		clear(used)
		for i, element := range elements {
			d := int(digits[i*places+place])
			if d == 0 {
				continue
			}
			b := &buckets[max(d, -d)-1]
			switch p := &element.p; {
			case used[max(d, -d)-1] && d > 0:
				b.Add(b, p)
			case used[max(d, -d)-1]:
				b.Subtract(b, p)
			case d > 0:
				b.Set(p)
			default:
				b.Negate(p)
			}
			used[max(d, -d)-1] = true
		}
		// running is Σ_{k≥j} bucket[k]; the sum of all of them counts bucket[j] j
		// times.
		running, sum := newIdentityPoint(), newIdentityPoint()
		for j := half - 1; j >= 0; j-- {
			if used[j] {
				running.Add(running, &buckets[j])
			}
			sum.Add(sum, running)
		}
		acc.Add(acc, sum)
	}
	return acc
}

// signedDigits writes a scalar less than 2²⁵³ as Σ digits[i]·2^(w·i) with
// digits in −2^(w−1)…2^(w−1), for 2 ≤ w ≤ 14. There must be places for 254 bits.
func signedDigits(digits []int16, scalar []byte, w int) {
	carry := 0
	for i := range digits {
		var word int
		for j := range 3 {
			if k := i*w/8 + j; k < len(scalar) {
				word |= int(scalar[k]) << (8 * j)
			}
		}
		d := word>>(i*w%8)&(1<<w-1) + carry
		carry = (d + 1<<(w-1)) >> w
		digits[i] = int16(d - carry<<w)
	}
}
