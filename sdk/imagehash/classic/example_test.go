package classic_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
)

// Any hasher is found by the name that a manifest has, and takes pictures as every other does.
func ExampleParse() {
	hasher, err := classic.Parse("dhash-64")
	if err != nil {
		panic(err)
	}
	const width, height = 90, 80
	rgba := make([]byte, 4*width*height) // transparent, so white; with a black square on it
	for y := 20; y < 60; y++ {
		for x := 20; x < 60; x++ {
			rgba[4*(y*width+x)+3] = 255
		}
	}
	found, err := imagehash.HashRGBA(hasher, width, height, rgba)
	if err != nil {
		panic(err)
	}
	fmt.Println(hasher.Name(), found[0].Hash.Digits(hasher.Bits()))
	// Output:
	// dhash-64 000e0e0e0e0e0e00
}
