package imagehash

import (
	"math"
	"slices"
	"testing"
)

// TestCosines derives the matrix as Meta's C++ does, in double precision.
func TestCosines(t *testing.T) {
	d := newDCTMatrix()
	factor := float64(float32(math.Sqrt(2.0 / 64)))
	for i := range 16 {
		for k := range 64 {
			want := float32(factor * math.Cos(math.Pi/2/64*float64(i+1)*float64(2*k+1)))
			if got := d[64*i+k]; got != want {
				t.Errorf("row %d, column %d: %v, want %v", i, k, got, want)
			}
		}
	}
}

// TestSingleFrequency checks which coefficient, and so which bit, belongs to
// which frequency: a cosine of one frequency has one coefficient, of size 32.
func TestSingleFrequency(t *testing.T) {
	d := newDCTMatrix()
	for _, freq := range [][2]int{{1, 1}, {1, 16}, {16, 1}, {3, 5}, {16, 16}} {
		var g grid
		for y := range 64 {
			for x := range 64 {
				g[64*y+x] = float32(math.Cos(math.Pi/128*float64(freq[0])*float64(2*y+1)) *
					math.Cos(math.Pi/128*float64(freq[1])*float64(2*x+1)))
			}
		}
		f := g.features(d)
		bit := 16*(freq[0]-1) + freq[1] - 1
		for k, c := range f.Coefficients {
			want := 0.0
			if k == bit {
				want = 32
			}
			if math.Abs(float64(c)-want) > 1e-4 {
				t.Errorf("frequency %v: coefficient %d is %v, want %v", freq, k, c, want)
			}
		}
		if f.Hash.Bit(bit) != 1 {
			t.Errorf("frequency %v: bit %d is not set", freq, bit)
		}
	}
}

func TestQuality(t *testing.T) {
	var g grid
	if q := g.quality(); q != 0 {
		t.Errorf("black: %d", q)
	}
	// One step of half the range, which is 49.8 and so 49 percent, over 64 pixels.
	for y := range 64 {
		for x := 32; x < 64; x++ {
			g[64*y+x] = 127
		}
	}
	if q := g.quality(); q != 49*64/90 {
		t.Errorf("one edge: %d", q)
	}
	for i := range g {
		g[i] = float32(255 * (i % 2))
	}
	if q := g.quality(); q != 100 {
		t.Errorf("stripes: %d", q)
	}
	// Steps of less than one percent do not count.
	for i := range g {
		g[i] = float32(2 * (i % 2))
	}
	if q := g.quality(); q != 0 {
		t.Errorf("faint stripes: %d", q)
	}
}

func TestMedianIsLower(t *testing.T) {
	var g grid
	for i := range g {
		g[i] = float32((i * i * 7) % 251)
	}
	f := g.features(newDCTMatrix())
	sorted := slices.Sorted(slices.Values(f.Coefficients[:]))
	if f.Median != sorted[127] || sorted[127] == sorted[128] {
		t.Errorf("median %v, between %v and %v", f.Median, sorted[127], sorted[128])
	}
}
