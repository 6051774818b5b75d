package endorse_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
)

// A curator keeps its key and hands out the public part, which others pin.
func Example() {
	key, err := endorse.NewKey("hotline.example")
	if err != nil {
		panic(err)
	}
	public, err := endorse.ParsePublic(endorse.AppendPublic(nil, key.Curator()))
	if err != nil {
		panic(err)
	}
	fmt.Println(public.Name, public == key.Curator())
	// Output: hotline.example true
}
