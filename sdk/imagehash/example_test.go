package imagehash_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// gradient returns a picture of two crossing gradients.
func gradient(width, height int) []byte {
	var rgba []byte
	for y := range height {
		for x := range width {
			rgba = append(rgba, byte(255*x/width), byte(255*y/height), byte(255*(x*y)/(width*height)), 255)
		}
	}
	return rgba
}

// A picture in memory is hashed by one call.
func ExampleHashRGBA() {
	rgba := gradient(320, 200)
	features, err := imagehash.HashRGBA(imagehash.PDQ{}, 320, 200, rgba)
	if err != nil {
		panic(err)
	}
	fmt.Println(features[0].Hash, features[0].Quality)
	// Output:
	// 000a0057000801574b4b495f435b5b570b5b53554a5b5f5d695b5f5f4b5f5fdf 23
}

// A picture that does not lie in memory is pushed in strips, and several views
// of it are hashed in the same pass.
func ExampleSampler() {
	const width, height = 320, 200
	views := []imagehash.View{imagehash.AsIs(), imagehash.Pad(15), imagehash.Trim()}
	sampler, err := imagehash.PDQ{}.Begin(width, height, views)
	if err != nil {
		panic(err)
	}
	picture := gradient(width, height)
	for again := true; again; {
		for strip := range slices.Chunk(picture, 16*4*width) {
			if err := sampler.WriteRows(strip); err != nil {
				panic(err)
			}
		}
		if again, err = sampler.EndPass(); err != nil {
			panic(err)
		}
	}
	features, err := sampler.Features()
	if err != nil {
		panic(err)
	}
	for _, f := range features {
		fmt.Println(f.View, f.Hash.Distance(features[0].Hash), f.Same)
	}
	// Output:
	// as-is 0 false
	// pad-15 62 false
	// trim 0 true
}

// Bits that a near-duplicate may well have otherwise are those of a small margin.
func ExampleFeatures_Margin() {
	features, err := imagehash.HashRGBA(imagehash.PDQ{}, 320, 200, gradient(320, 200))
	if err != nil {
		panic(err)
	}
	f := features[0]
	unsure := 0
	for k := range imagehash.HashBits {
		if f.Margin(k) < f.Margin(unsure) && f.Coefficients[k] != f.Median {
			unsure = k
		}
	}
	flipped := f.Hash.Flip(unsure)
	fmt.Println(flipped.Distance(f.Hash))
	// Output:
	// 1
}

// Conditions that a caller can do something about have types.
func ExampleSizeError() {
	_, err := imagehash.PDQ{}.Begin(30_000, 30_000, nil)
	var size *imagehash.SizeError
	fmt.Println(errors.As(err, &size))
	fmt.Println(err)
	// Output:
	// true
	// imagehash: picture of 30000×30000 is over the limit of 65535 a side and 100000000 pixels
}
