package lab_test

import (
	"fmt"
	"log"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

// Does a picture that was shrunk and compressed still match?
func Example() {
	p, err := lab.Open(photo(&testing.T{}, 1, 320, 240), imagehash.PDQ{})
	if err != nil {
		log.Fatal(err)
	}
	set := lab.NewSet([]imagehash.Hash{p.Entry.Hash})
	scheme, err := lab.NewScheme("balanced")
	if err != nil {
		log.Fatal(err)
	}
	e, err := edit.Parse("", "scale:50,jpeg:30")
	if err != nil {
		log.Fatal(err)
	}
	c, err := p.Edited(e, 1)
	if err != nil {
		log.Fatal(err)
	}
	views, err := c.Hash(imagehash.PDQ{}, lab.Views(scheme)...)
	if err != nil {
		log.Fatal(err)
	}
	probes, err := scheme.Examine(views, set)
	if err != nil {
		log.Fatal(err)
	}
	for i, q := range probes {
		if len(q.Entries) > 0 {
			fmt.Printf("probe %d of %d, of the view %s, with %d bits inverted\n", i+1, len(probes), q.View, len(q.Flips))
		}
	}
	// Output:
	// probe 1 of 16, of the view as-is, with 0 bits inverted
}
