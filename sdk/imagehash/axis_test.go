package imagehash

import (
	"image"
	"math"
	"testing"

	"golang.org/x/image/draw"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// TestTriangleWeights checks weights of every kind of size and phase against the
// definition in floating point, and that they add up to 1.
func TestTriangleWeights(t *testing.T) {
	for _, size := range []int{1, 2, 3, 255, 256, 511, 512, 513, 777, 1000, 1024, 1025, 2048, 4000, 4100, 8191, 65535} {
		for _, phase := range []int{0, -50, -145, 33, 800, -800} {
			a := triangleAxis(size, 512, phase)
			s := float64(size) / 512
			reach := math.Max(1, s)
			for i := range 512 {
				centre := (float64(i)+0.5+float64(phase)/100)*s - 0.5
				total, sum := 0.0, 0.0
				weight := func(x int) float64 { return math.Max(0, 1-math.Abs(float64(x)-centre)/reach) }
				for x := max(0, int(centre-reach)-1); x < min(size, int(centre+reach)+2); x++ {
					total += weight(x)
				}
				if a.first[i] < 0 || int(a.first[i])+a.taps > size {
					t.Fatalf("size %d, phase %d, cell %d: taps %d to %d", size, phase, i, a.first[i], int(a.first[i])+a.taps)
				}
				for k, got := range a.weight[i*a.taps:][:a.taps] {
					x := int(a.first[i]) + k
					want := 0.0
					switch {
					case total > 1e-9:
						want = weight(x) / total
					case centre < 0 && x == 0, centre > 0 && x == size-1:
						want = 1
					}
					if math.Abs(float64(got)-want) > 1e-6 {
						t.Fatalf("size %d, phase %d, cell %d: pixel %d has %v, want %v", size, phase, i, x, got, want)
					}
					sum += float64(got)
				}
				if math.Abs(sum-1) > 1e-5 {
					t.Fatalf("size %d, phase %d, cell %d: weights add up to %v", size, phase, i, sum)
				}
			}
		}
	}
}

// TestIdentity checks that a picture of 512 pixels a side is not changed.
func TestIdentity(t *testing.T) {
	a := triangleAxis(512, 512, 0)
	src := make([]float32, 512)
	for i := range src {
		src[i] = float32(i) + 0.1
	}
	dst := make([]float32, 512)
	a.gather(dst, src)
	for i := range src {
		if dst[i] != src[i] {
			t.Fatalf("cell %d is %v, want %v", i, dst[i], src[i])
		}
	}
}

// TestAgainstDraw compares canonical scaling with golang.org/x/image/draw's
// bilinear scaler, which rounds to integers.
func TestAgainstDraw(t *testing.T) {
	for _, size := range [][2]int{{1300, 700}, {300, 900}, {100, 50}, {4097, 13}} {
		w, h := size[0], size[1]
		rgba := testpicture.RGBA(9, w, h)
		src := image.NewGray(image.Rect(0, 0, w, h))
		luma := make([][]float32, h)
		for y := range h {
			luma[y] = make([]float32, w)
			for x := range w {
				v := rgba[4*(y*w+x)]
				src.Pix[y*src.Stride+x] = v
				luma[y][x] = float32(v)
			}
		}
		dst := image.NewGray(image.Rect(0, 0, 512, 512))
		draw.BiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)

		x, y := triangleAxis(w, 512, 0), triangleAxis(h, 512, 0)
		wide := make([][]float32, h)
		for i := range wide {
			wide[i] = make([]float32, 512)
			x.gather(wide[i], luma[i])
		}
		column, cells := make([]float32, h), make([]float32, 512)
		for j := range 512 {
			for i := range column {
				column[i] = wide[i][j]
			}
			y.gather(cells, column)
			for i, c := range cells {
				if d := math.Abs(float64(c) - float64(dst.Pix[i*dst.Stride+j])); d > 1 {
					t.Fatalf("%d×%d: cell %d,%d is %v, draw says %d", w, h, j, i, c, dst.Pix[i*dst.Stride+j])
				}
			}
		}
	}
}

// TestNearest checks the pixels that CImg's resize takes: it advances, cell by
// cell, to ⌊(i+1)·size/512⌋, reckoned in doubles.
func TestNearest(t *testing.T) {
	for size := 1; size <= 3000; size++ {
		a := nearestAxis(size, 512)
		at := 0
		for i := range 512 {
			if int(a.first[i]) != at {
				t.Fatalf("size %d, cell %d: pixel %d, want %d", size, i, a.first[i], at)
			}
			at = int(float64(float64(i)+1) * float64(size) / 512)
		}
	}
}
