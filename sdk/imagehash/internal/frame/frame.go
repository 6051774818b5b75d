package frame

// A Span is the part of one side of a picture that a view takes: Size pixels
// from Start on, which is negative where the view is wider than the picture.
type Span struct{ Start, Size int }

// A Frame is the part of a picture that a view takes.
type Frame struct{ X, Y Span }

// Whole returns the frame that is the whole of a width×height picture.
func Whole(width, height int) Frame { return Frame{Span{0, width}, Span{0, height}} }

// Padded returns the side of n pixels with so many thousandths more, half of
// them at each end.
func Padded(n, thousandths int) Span {
	m := half(n, thousandths)
	return Span{-m, n + 2*m}
}

// Cropped returns the side of n pixels with so many thousandths less.
func Cropped(n, thousandths int) Span {
	m := half(n, thousandths)
	return Span{m, n - 2*m}
}

// half is half the amount, to the nearest pixel, halves up.
func half(n, thousandths int) int { return (thousandths*n + 1000) / 2000 }

// Reflect returns the pixel, 0 to n−1, that stands at position i of a side of n
// pixels continued by reflection: −1 is 0, −2 is 1, n is n−1.
func Reflect(i, n int) int {
	if i < 0 {
		return -1 - i
	}
	if i >= n {
		return 2*n - 1 - i
	}
	return i
}
