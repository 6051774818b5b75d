package imagehash

// The loops in this file take nearly all the time. In WebAssembly, Go's compiler
// pays for every turn of a loop and every bounds check more than for the
// arithmetic in it; so they take several values a turn, through pointers to
// arrays whose indexes need no check.
//
// All sums run from the first term to the last in float32, and every product is
// converted to float32 before it is added: the conversion forbids the compiler
// to fuse the two, so that every platform gets the same bits.

// A cellRow is a row of the picture that canonical scaling makes.
type cellRow [canonicalSide]float32

// A gridRow is a row of the picture that the cosine transform gets.
type gridRow [gridSide]float32

// gather sets every cell of dst from the pixels of src, which is the whole side.
func (a *axis) gather(dst, src []float32) {
	dst = dst[:len(a.first)]
	switch {
	case a.weight == nil:
		for i, f := range a.first {
			dst[i] = src[f]
		}
	case a.taps == 2 && len(dst)%4 == 0:
		gather2(dst, src, a.first, a.weight)
	case a.taps == 4 && len(dst)%4 == 0:
		gather4(dst, src, a.first, a.weight)
	case a.taps == 8:
		gather8(dst, src, a.first, a.weight)
	case a.taps%16 == 0:
		gather16(dst, src, a.first, a.weight, a.taps)
	default:
		for i, f := range a.first {
			w := a.weight[i*a.taps:][:a.taps]
			s := src[f:][:len(w)]
			var sum float32
			for t, v := range w {
				sum += float32(v * s[t])
			}
			dst[i] = sum
		}
	}
}

// gather2 is for two taps a cell, as in scaling up.
func gather2(dst, src []float32, first []int32, weight []float32) {
	for len(first) >= 4 && len(dst) >= 4 && len(weight) >= 8 {
		f := (*[4]int32)(first)
		d := (*[4]float32)(dst)
		w := (*[8]float32)(weight)
		s := (*[2]float32)(src[f[0]:])
		d[0] = float32(w[0]*s[0]) + float32(w[1]*s[1])
		s = (*[2]float32)(src[f[1]:])
		d[1] = float32(w[2]*s[0]) + float32(w[3]*s[1])
		s = (*[2]float32)(src[f[2]:])
		d[2] = float32(w[4]*s[0]) + float32(w[5]*s[1])
		s = (*[2]float32)(src[f[3]:])
		d[3] = float32(w[6]*s[0]) + float32(w[7]*s[1])
		first, dst, weight = first[4:], dst[4:], weight[8:]
	}
}

// gather4 is for four taps a cell, as for pictures of up to 1024 pixels a side.
func gather4(dst, src []float32, first []int32, weight []float32) {
	for len(first) >= 4 && len(dst) >= 4 && len(weight) >= 16 {
		f := (*[4]int32)(first)
		d := (*[4]float32)(dst)
		w := (*[16]float32)(weight)
		s := (*[4]float32)(src[f[0]:])
		d[0] = float32(w[0]*s[0]) + float32(w[1]*s[1]) + float32(w[2]*s[2]) + float32(w[3]*s[3])
		s = (*[4]float32)(src[f[1]:])
		d[1] = float32(w[4]*s[0]) + float32(w[5]*s[1]) + float32(w[6]*s[2]) + float32(w[7]*s[3])
		s = (*[4]float32)(src[f[2]:])
		d[2] = float32(w[8]*s[0]) + float32(w[9]*s[1]) + float32(w[10]*s[2]) + float32(w[11]*s[3])
		s = (*[4]float32)(src[f[3]:])
		d[3] = float32(w[12]*s[0]) + float32(w[13]*s[1]) + float32(w[14]*s[2]) + float32(w[15]*s[3])
		first, dst, weight = first[4:], dst[4:], weight[16:]
	}
}

// gather8 is for eight taps a cell, as for pictures of up to 2048 pixels a side.
func gather8(dst, src []float32, first []int32, weight []float32) {
	for i, f := range first {
		s, w := (*[8]float32)(src[f:]), (*[8]float32)(weight[8*i:])
		dst[i] = float32(w[0]*s[0]) + float32(w[1]*s[1]) + float32(w[2]*s[2]) + float32(w[3]*s[3]) +
			float32(w[4]*s[4]) + float32(w[5]*s[5]) + float32(w[6]*s[6]) + float32(w[7]*s[7])
	}
}

// gather16 is for taps that are a multiple of sixteen, as for everything larger.
func gather16(dst, src []float32, first []int32, weight []float32, taps int) {
	for i, f := range first {
		var sum float32
		s := src[f:][:taps]
		for len(s) >= 16 && len(weight) >= 16 {
			a, w := (*[16]float32)(s), (*[16]float32)(weight)
			sum = sum + float32(w[0]*a[0]) + float32(w[1]*a[1]) + float32(w[2]*a[2]) + float32(w[3]*a[3]) +
				float32(w[4]*a[4]) + float32(w[5]*a[5]) + float32(w[6]*a[6]) + float32(w[7]*a[7]) +
				float32(w[8]*a[8]) + float32(w[9]*a[9]) + float32(w[10]*a[10]) + float32(w[11]*a[11]) +
				float32(w[12]*a[12]) + float32(w[13]*a[13]) + float32(w[14]*a[14]) + float32(w[15]*a[15])
			s, weight = s[16:], weight[16:]
		}
		dst[i] = sum
	}
}

// addRows adds to each cell of dst the cells of four rows times their weights.
func addRows(dst *cellRow, rows *[4]*cellRow, w *[4]float32) {
	a, b, c, d := rows[0], rows[1], rows[2], rows[3]
	wa, wb, wc, wd := w[0], w[1], w[2], w[3]
	for i := 0; i < len(dst); i += 4 {
		dst[i] = dst[i] + float32(wa*a[i]) + float32(wb*b[i]) + float32(wc*c[i]) + float32(wd*d[i])
		dst[i+1] = dst[i+1] + float32(wa*a[i+1]) + float32(wb*b[i+1]) + float32(wc*c[i+1]) + float32(wd*d[i+1])
		dst[i+2] = dst[i+2] + float32(wa*a[i+2]) + float32(wb*b[i+2]) + float32(wc*c[i+2]) + float32(wd*d[i+2])
		dst[i+3] = dst[i+3] + float32(wa*a[i+3]) + float32(wb*b[i+3]) + float32(wc*c[i+3]) + float32(wd*d[i+3])
	}
}

// accumulate adds row to sum and copies it to kept.
func accumulate(sum, kept, row []float32) {
	row = row[:len(sum)]
	copy(kept, row)
	for i, v := range row {
		sum[i] += v
	}
}

// slide adds row to sum, takes kept off and copies row to it.
func slide(sum, kept, row []float32) {
	for len(sum) >= 4 && len(kept) >= 4 && len(row) >= 4 {
		s, k, r := (*[4]float32)(sum), (*[4]float32)(kept), (*[4]float32)(row)
		s[0] = s[0] + r[0] - k[0]
		s[1] = s[1] + r[1] - k[1]
		s[2] = s[2] + r[2] - k[2]
		s[3] = s[3] + r[3] - k[3]
		*k = *r
		sum, kept, row = sum[4:], kept[4:], row[4:]
	}
	for i := range sum {
		sum[i] = sum[i] + row[i] - kept[i]
		kept[i] = row[i]
	}
}

// scale sets dst to src times f.
func scale(dst, src []float32, f float32) {
	for len(dst) >= 4 && len(src) >= 4 {
		d, s := (*[4]float32)(dst), (*[4]float32)(src)
		d[0], d[1], d[2], d[3] = f*s[0], f*s[1], f*s[2], f*s[3]
		dst, src = dst[4:], src[4:]
	}
	for i := range dst {
		dst[i] = f * src[i]
	}
}

// addScaled adds c times src to dst.
func addScaled(dst, src *gridRow, c float32) {
	for i := 0; i < len(dst); i += 8 {
		d, s := (*[8]float32)(dst[i:]), (*[8]float32)(src[i:])
		d[0] += float32(c * s[0])
		d[1] += float32(c * s[1])
		d[2] += float32(c * s[2])
		d[3] += float32(c * s[3])
		d[4] += float32(c * s[4])
		d[5] += float32(c * s[5])
		d[6] += float32(c * s[6])
		d[7] += float32(c * s[7])
	}
}

// dot returns the sum of the products of a and b.
func dot(a, b *gridRow) float32 {
	var sum float32
	for i := 0; i < len(a); i += 8 {
		a, b := (*[8]float32)(a[i:]), (*[8]float32)(b[i:])
		sum = sum + float32(a[0]*b[0]) + float32(a[1]*b[1]) + float32(a[2]*b[2]) + float32(a[3]*b[3]) +
			float32(a[4]*b[4]) + float32(a[5]*b[5]) + float32(a[6]*b[6]) + float32(a[7]*b[7])
	}
	return sum
}

// quickWindow is the box filter's width on a side of canonicalSide pixels.
const quickWindow = 4

// pushQuick is push for a picture of canonicalSide×canonicalSide whose window is
// full, which is nearly every row that is hashed. It forms the same sums, and
// multiplies by a quarter, which is exact, in place of dividing by four.
func (j *jarosz) pushQuick(row *cellRow) {
	const n, w = canonicalSide, quickWindow
	blurred, middle := (*cellRow)(j.blurred), (*cellRow)(j.middle)
	quickRow(blurred, row)

	c := &j.first
	sum, kept := (*cellRow)(c.sum), (*cellRow)(c.row(c.added))
	for i := 0; i < n; i += 4 {
		s, k := (*[4]float32)(sum[i:]), (*[4]float32)(kept[i:])
		b, m := (*[4]float32)(blurred[i:]), (*[4]float32)(middle[i:])
		s[0] = s[0] + b[0] - k[0]
		s[1] = s[1] + b[1] - k[1]
		s[2] = s[2] + b[2] - k[2]
		s[3] = s[3] + b[3] - k[3]
		*k = *b
		m[0], m[1], m[2], m[3] = s[0]*(1.0/w), s[1]*(1.0/w), s[2]*(1.0/w), s[3]*(1.0/w)
	}
	c.added++
	c.done++

	// The second row pass counts only at columns 8i+4, none of them at an end.
	q := middle[0] + middle[1]
	q += middle[2]
	q += middle[3]
	for i := range gridSide - 1 {
		m := (*[12]float32)(middle[8*i:])
		q = q + m[4] - m[0]
		q = q + m[5] - m[1]
		q = q + m[6] - m[2]
		j.cut[i] = q * (1.0 / w)
		q = q + m[7] - m[3]
		q = q + m[8] - m[4]
		q = q + m[9] - m[5]
		q = q + m[10] - m[6]
		q = q + m[11] - m[7]
	}
	q = q + middle[n-4] - middle[n-8]
	q = q + middle[n-3] - middle[n-7]
	q = q + middle[n-2] - middle[n-6]
	j.cut[gridSide-1] = q * (1.0 / w)
	j.pushCut()
}

// quickRow is boxRow for a window of quickWindow.
func quickRow(dst, src *cellRow) {
	const n, w = canonicalSide, quickWindow
	sum := src[0] + src[1]
	sum += src[2]
	dst[0] = sum / 3
	sum += src[3]
	dst[1] = sum * (1.0 / w)
	for i := 0; i < n-w-4; i += 8 {
		s, d := (*[12]float32)(src[i:]), (*[8]float32)(dst[i+2:])
		sum = sum + s[4] - s[0]
		d[0] = sum * (1.0 / w)
		sum = sum + s[5] - s[1]
		d[1] = sum * (1.0 / w)
		sum = sum + s[6] - s[2]
		d[2] = sum * (1.0 / w)
		sum = sum + s[7] - s[3]
		d[3] = sum * (1.0 / w)
		sum = sum + s[8] - s[4]
		d[4] = sum * (1.0 / w)
		sum = sum + s[9] - s[5]
		d[5] = sum * (1.0 / w)
		sum = sum + s[10] - s[6]
		d[6] = sum * (1.0 / w)
		sum = sum + s[11] - s[7]
		d[7] = sum * (1.0 / w)
	}
	for i := n - w - 4; i < n-w; i++ {
		sum = sum + src[i+4] - src[i]
		dst[i+2] = sum * (1.0 / w)
	}
	sum -= src[n-4]
	dst[n-2] = sum / 3
	sum -= src[n-3]
	dst[n-1] = sum / 2
}
