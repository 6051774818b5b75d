package imagehash

import "math"

// This file is a second PDQ, for comparison: whole pictures in memory, one plain
// loop a step, nothing streamed, merged or unrolled. It follows the definitions
// in the package comment and, for the box filter, the four phases of Meta's
// reference. It shares no code with the package but the types.

// naiveFeatures hashes a view of a picture, as p does.
func naiveFeatures(p PDQ, v View, width, height int, rgba []byte) Features {
	rgba = naiveFlatten(rgba)
	width, height, rgba = naiveView(v, width, height, rgba)
	if width < MinSide || height < MinSide {
		return Features{}
	}
	luma := make([]float32, width*height)
	for i := range luma {
		r, g, b := float32(rgba[4*i]), float32(rgba[4*i+1]), float32(rgba[4*i+2])
		luma[i] = float32(0.299*r) + float32(0.587*g) + float32(0.114*b)
	}
	switch {
	case p.Scaling == ScalingCanonical:
		luma = naiveTriangle(luma, width, height, p.Phase)
		width, height = 512, 512
	case p.Scaling == ScalingCPP && (width > 512 || height > 512):
		small := make([]float32, 512*512)
		for y := range 512 {
			for x := range 512 {
				small[512*y+x] = luma[y*height/512*width+x*width/512]
			}
		}
		luma, width, height = small, 512, 512
	}
	return naivePDQ(luma, width, height)
}

// naiveFlatten returns the picture over white.
func naiveFlatten(rgba []byte) []byte {
	out := make([]byte, len(rgba))
	for i := range rgba {
		a := float64(rgba[i|3]) / 255
		out[i] = byte(math.Floor(float64(rgba[i])*a + 255*(1-a) + 0.5 + 1e-9))
		if i&3 == 3 {
			out[i] = 255
		}
	}
	return out
}

// naiveView returns the picture that a view shows.
func naiveView(v View, width, height int, rgba []byte) (int, int, []byte) {
	halfOf := func(n int) int { return int(math.Floor(float64(v.Amount*n)/2000 + 0.5)) }
	x0, y0, x1, y1 := 0, 0, width, height
	switch v.Op {
	case OpPad:
		x0, y0 = -halfOf(width), -halfOf(height)
		x1, y1 = width-x0, height-y0
	case OpCrop:
		x0, y0 = halfOf(width), halfOf(height)
		x1, y1 = width-x0, height-y0
	case OpTrim:
		x0, y0, x1, y1 = naiveTrim(width, height, rgba)
	}
	mirror := func(i, n int) int {
		switch {
		case i < 0:
			return -i - 1
		case i >= n:
			return n - 1 - (i - n)
		}
		return i
	}
	var out []byte
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			i := 4 * (mirror(y, height)*width + mirror(x, width))
			out = append(out, rgba[i:i+4]...)
		}
	}
	return x1 - x0, y1 - y0, out
}

// naiveTrim returns the rectangle inside a picture's uniform borders.
func naiveTrim(width, height int, rgba []byte) (x0, y0, x1, y1 int) {
	like := func(x, y, u, v int) bool {
		for c := range 3 {
			if math.Abs(float64(rgba[4*(y*width+x)+c])-float64(rgba[4*(v*width+u)+c])) > 12 {
				return false
			}
		}
		return true
	}
	row := func(y int) bool {
		for x := range width {
			if !like(x, y, 0, y) {
				return false
			}
		}
		return true
	}
	x1, y1 = width, height
	for y0 < height/3 && row(y0) {
		y0++
	}
	for height-y1 < height/3 && row(y1-1) {
		y1--
	}
	column := func(x int) bool {
		for y := y0; y < y1; y++ {
			if !like(x, y, x, y0) {
				return false
			}
		}
		return true
	}
	for x0 < width/3 && column(x0) {
		x0++
	}
	for width-x1 < width/3 && column(x1-1) {
		x1--
	}
	return
}

// naiveTriangle scales to 512×512, along rows and then along columns.
func naiveTriangle(luma []float32, width, height, phase int) []float32 {
	wide := make([]float32, 512*height)
	for o := range 512 {
		first, w := naiveWeights(width, o, phase)
		for y := range height {
			var sum float32
			for i := range w {
				sum += float32(w[i] * luma[y*width+first+i])
			}
			wide[y*512+o] = sum
		}
	}
	out := make([]float32, 512*512)
	for o := range 512 {
		first, w := naiveWeights(height, o, phase)
		for x := range 512 {
			var sum float32
			for i := range w {
				sum += float32(w[i] * wide[(first+i)*512+x])
			}
			out[o*512+x] = sum
		}
	}
	return out
}

// naiveWeights returns the weights of the pixels, of n, in cell o of 512, and
// the first pixel that has one.
func naiveWeights(n, o, phase int) (first int, weights []float32) {
	// Positions in units of 1/102400 of a pixel, in which everything is whole.
	const unit = 102400
	centre := (100*(2*o+1)+2*phase)*n - unit/2
	reach := unit
	if n > 512 {
		reach = 200 * n
	}
	var numerators []int
	total := 0
	for x := range n {
		d := x*unit - centre
		if d < 0 {
			d = -d
		}
		if d < reach {
			if total == 0 {
				first = x
			}
			numerators = append(numerators, reach-d)
			total += reach - d
		}
	}
	if total == 0 {
		if centre > 0 {
			first = n - 1
		}
		return first, []float32{1}
	}
	for _, m := range numerators {
		weights = append(weights, float32(float64(m)/float64(total)))
	}
	return first, weights
}

// naivePDQ takes luma through the filters, the transform and the comparison.
func naivePDQ(luma []float32, width, height int) Features {
	if width != 64 || height != 64 {
		window := func(n int) int { return int(math.Ceil(float64(n) / 128)) }
		for range 2 {
			for y := range height {
				naiveBox(luma[y*width:], 1, width, window(width))
			}
			for x := range width {
				naiveBox(luma[x:], width, height, window(height))
			}
		}
	}
	var g [64][64]float32
	for i := range g {
		for j := range g[i] {
			y := int((float64(i) + 0.5) * float64(height) / 64)
			x := int((float64(j) + 0.5) * float64(width) / 64)
			g[i][j] = luma[y*width+x]
		}
	}

	steps := 0
	percent := func(a, b float32) int {
		return int(math.Abs(float64(int(float32((a-b)*100) / 255))))
	}
	for i := range 64 {
		for j := range 64 {
			if i < 63 {
				steps += percent(g[i][j], g[i+1][j])
			}
			if j < 63 {
				steps += percent(g[i][j], g[i][j+1])
			}
		}
	}

	var f Features
	f.Quality = min(steps/90, 100)
	var matrix [16][64]float32
	factor := float64(float32(math.Sqrt(2.0 / 64)))
	for i := range matrix {
		for j := range matrix[i] {
			matrix[i][j] = float32(factor * math.Cos(math.Pi/2/64*float64(i+1)*float64(2*j+1)))
		}
	}
	for i := range 16 {
		var t [64]float32
		for j := range t {
			for k := range 64 {
				t[j] += float32(matrix[i][k] * g[k][j])
			}
		}
		for j := range 16 {
			var sum float32
			for k := range 64 {
				sum += float32(t[k] * matrix[j][k])
			}
			f.Coefficients[16*i+j] = sum
		}
	}
	f.Median = naiveMedian(f.Coefficients[:])
	for k, c := range f.Coefficients {
		if c > f.Median {
			f.Hash[31-k/8] |= 1 << (k % 8)
		}
	}
	return f
}

// naiveMedian is the value that fewer than half of the values are below and at
// most half are above.
func naiveMedian(values []float32) float32 {
	for _, m := range values {
		below, above := 0, 0
		for _, v := range values {
			if v < m {
				below++
			}
			if v > m {
				above++
			}
		}
		if below < len(values)/2 && above <= len(values)/2 {
			return m
		}
	}
	panic("no median")
}

// naiveBox replaces n values, stride apart, by their means in a window of w.
func naiveBox(v []float32, stride, n, w int) {
	in := make([]float32, n)
	for i := range in {
		in[i] = v[i*stride]
	}
	var sum float32
	held, entering, leaving := 0, 0, 0
	for out := -((w+2)/2 - 1); out < n; out++ {
		over := entering == n
		if !over {
			sum += in[entering]
			entering++
			held++
		}
		if over || held > w {
			sum -= in[leaving]
			leaving++
			held--
		}
		if out >= 0 {
			v[out*stride] = sum / float32(held)
		}
	}
}
