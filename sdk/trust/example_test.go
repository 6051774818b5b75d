package trust_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/trust"
)

// The policy of a program under development says in so many words what it does without.
func ExampleParsePolicy() {
	p, err := trust.ParsePolicy([]byte(`veilhash-policy v0
max-age-hours 168
min-threshold 10
min-synthetics 0
min-token-bits 56
min-margin-bits 32
kinds derivative
require 0
unendorsed
unlogged
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.MinThreshold, p.Kinds, len(p.Curators), len(p.Log.Logs))
	// Output: 10 derivative 0 0
}
