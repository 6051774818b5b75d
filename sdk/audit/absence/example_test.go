package absence_test

import (
	"fmt"
	"os"

	"github.com/veilhash/veilhash/sdk/audit/absence"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

// Anyone can check a proof with the set, the file and no key.
func ExampleVerify() {
	const vectors = "../../testdata/vectors/"
	set, err := setdir.Open(vectors + "set")
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := os.ReadFile(vectors + "absence/picture.png")
	if err != nil {
		fmt.Println(err)
		return
	}
	proof, err := os.ReadFile(vectors + "absence/picture.absence")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := absence.Verify(set.Manifest, proof, file, set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("absent: none of %d probes of this file is in this set\n", s.Probes)
	// Output: absent: none of 16 probes of this file is in this set
}
