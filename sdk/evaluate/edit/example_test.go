package edit_test

import (
	"fmt"
	"image"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
)

func Example() {
	picture := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	for _, e := range edit.Suite()[:3] {
		copy, err := e.Apply(picture, 1, "example")
		if err != nil {
			panic(err)
		}
		fmt.Println(e.Group, e.Name, copy.Rect.Size())
	}
	// Output:
	// messenger messenger-0.64 (256,192)
	// messenger messenger-0.4 (160,120)
	// messenger messenger-twice (160,120)
}
