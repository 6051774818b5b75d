package classic

import (
	"github.com/corona10/goimagehash/etcs"
	"github.com/corona10/goimagehash/transforms"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// grid is the size that goimagehash resamples to.
func (h Hasher) grid() (cols, rows int) {
	n := h.Size.side()
	switch h.Kind {
	case PHash:
		return n * n, n * n
	case DHash:
		return n + 1, n
	}
	return n, n
}

// features are those of a grid's luma. Quality is left to others.
func (h Hasher) features(luma [][]float64) imagehash.Features {
	n := h.Size.side()
	values := make([]float64, 0, n*n)
	threshold := 0.0
	switch h.Kind {
	case PHash:
		values = lowFrequencies(luma, n)
		threshold = etcs.MedianOfPixels(values)
	case DHash:
		for _, row := range luma {
			for j := range n {
				values = append(values, row[j+1]-row[j])
			}
		}
	case AHash:
		for _, row := range luma {
			values = append(values, row...)
		}
		threshold = etcs.MeanOfPixels(values)
	}
	// What goes into a Features is the difference to the threshold, with a median of 0: it keeps its sign in float32, so that the bits
	// agree with the coefficients, as there they are promised to.
	var f imagehash.Features
	for i, v := range values {
		k := len(values) - 1 - i
		f.Coefficients[k] = float32(v - threshold)
		if v > threshold {
			f.Hash = f.Hash.Flip(k)
		}
	}
	return f
}

// lowFrequencies are the n×n lowest of a square's cosine transform, row by row. goimagehash transforms all columns; only n of them are looked at.
func lowFrequencies(luma [][]float64, n int) []float64 {
	for _, row := range luma {
		transforms.DCT1D(row)
	}
	values := make([]float64, n*n)
	column := make([]float64, len(luma))
	for j := range n {
		for i, row := range luma {
			column[i] = row[j]
		}
		transforms.DCT1D(column)
		for i := range n {
			values[n*i+j] = column[i]
		}
	}
	return values
}
