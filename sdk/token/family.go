package token

import (
	"slices"
	"strconv"
	"strings"
)

// A family is the schemes of one kind of hash. Its name is the first word of their texts.
type family struct {
	name  string
	order []int // the hash's bits, those that last longest first
}

// families are PDQ's and, each named after its hasher, those of goimagehash's hashes.
var families = func() []*family {
	fs := []*family{{lowestFrequencyName, frequencyOrder[:]}}
	for _, kind := range []struct {
		name  string
		order func(n int) []int
	}{{"phash-", phashOrder}, {"dhash-", centreOrder}, {"ahash-", centreOrder}} {
		for _, n := range []int{8, 16} {
			fs = append(fs, &family{kind.name + strconv.Itoa(n*n), kind.order(n)})
		}
	}
	return fs
}()

const lowestFrequencyName = "lowest-frequency"

func familyOf(name string) *family {
	for _, f := range families {
		if f.name == name {
			return f
		}
	}
	return nil
}

// familyFor is the family that takes a hasher's hashes.
func familyFor(hasher string) *family {
	for _, f := range families {
		if f.accepts(hasher) {
			return f
		}
	}
	return nil
}

func familyNames() string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

func (f *family) accepts(hasher string) bool {
	if f.name == lowestFrequencyName {
		return strings.HasPrefix(hasher, "pdq-")
	}
	return hasher == f.name
}

// phashOrder is that of n×n frequencies, of which the constant one is number 0, and number i is bit n²−1−i: by rising sum of row and column, ties by number. The constant
// one comes last: it is as good as always set, and tells nothing.
func phashOrder(n int) []int {
	return ordered(n, func(row, col int) int {
		if row+col == 0 {
			return 2 * n
		}
		return row + col
	})
}

// centreOrder is that of n×n places of a picture: from the centre outwards, because what is cropped or framed changes the edges most. Ties by number.
func centreOrder(n int) []int {
	return ordered(n, func(row, col int) int {
		y, x := 2*row-(n-1), 2*col-(n-1)
		return y*y + x*x
	})
}

// ordered lists the bits of n×n values by a rising measure.
func ordered(n int, measure func(row, col int) int) []int {
	numbers := make([]int, n*n)
	for i := range numbers {
		numbers[i] = i
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return measure(a/n, a%n) - measure(b/n, b%n) })
	for i, number := range numbers {
		numbers[i] = n*n - 1 - number
	}
	return numbers
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
		return f.text(63, "as-is:28,pad-15:10,pad-40:8,trim:8,crop-15:10")
	}
	return f.text(63, "as-is:8,pad-15:4,trim:4")
}

func (f *family) text(bits int, probes string) string {
	return f.name + " bits=" + strconv.Itoa(bits) + " probes=" + probes
}
