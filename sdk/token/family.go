package token

import (
	"strconv"
	"strings"
)

// A family is the schemes of one kind of hash. Its name is the first word of their texts.
type family struct {
	name  string
	order []int // the hash's bits, those that last longest first
	bits  int   // of the presets' tokens
}

const lowestFrequencyName = "lowest-frequency"

// classics are the hashers of goimagehash's hashes, of n×n bits. The families of their schemes are named after them.
var classics = [...]struct {
	name    string
	n       int
	measure func(n, row, col int) int
	bits    int // of the presets' tokens
}{
	{"phash-64", 8, phashMeasure, 63},
	{"phash-256", 16, phashMeasure, 64},
	{"dhash-64", 8, centreMeasure, 64},
	{"dhash-256", 16, centreMeasure, 80},
	{"ahash-64", 8, centreMeasure, 64}, // too many pictures share all of these: docs/research.md
	{"ahash-256", 16, centreMeasure, 192},
}

func familyOf(name string) *family {
	if name == lowestFrequencyName {
		return &family{name: name, order: frequencyOrder[:]}
	}
	for _, c := range classics {
		if c.name == name {
			return &family{name, ordered(c.n, c.measure), c.bits}
		}
	}
	return nil
}

// familyFor is the family that takes a hasher's hashes.
func familyFor(hasher string) *family {
	if strings.HasPrefix(hasher, "pdq-") {
		hasher = lowestFrequencyName
	}
	return familyOf(hasher)
}

func familyNames() string {
	names := lowestFrequencyName
	for _, c := range classics {
		names += ", " + c.name
	}
	return names
}

func (f *family) accepts(hasher string) bool {
	if f.name == lowestFrequencyName {
		return strings.HasPrefix(hasher, "pdq-")
	}
	return hasher == f.name
}

// phashMeasure puts low frequencies first: by the sum of row and column. The constant one comes last: it is as good as always set, and tells nothing.
func phashMeasure(n, row, col int) int {
	if row+col == 0 {
		return 2 * n
	}
	return row + col
}

// centreMeasure puts the centre of the picture first, because what is cropped or framed changes the edges most.
func centreMeasure(n, row, col int) int {
	y, x := 2*row-(n-1), 2*col-(n-1)
	return y*y + x*x
}

// ordered lists the bits of n×n values by a rising measure, ties by the value's number i, which is that of bit n²−1−i.
func ordered(n int, measure func(n, row, col int) int) []int {
	var order []int
	for m := 0; len(order) < n*n; m++ {
		for i := range n * n {
			if measure(n, i/n, i%n) == m {
				order = append(order, n*n-1-i)
			}
		}
	}
	return order
}

// preset is the family's scheme of a preset, which is given for PDQ.
func (f *family) preset(name, pdq string) string {
	if f.name == lowestFrequencyName {
		return pdq
	}
	switch name {
	case "exact":
		return f.text(len(f.order), "as-is:1")
	case "wide":
		return f.text(f.bits, "as-is:28,pad-15:10,pad-40:8,trim:8,crop-15:10")
	}
	return f.text(f.bits, "as-is:8,pad-15:4,trim:4")
}

func (f *family) text(bits int, probes string) string {
	return f.name + " bits=" + strconv.Itoa(bits) + " probes=" + probes
}
