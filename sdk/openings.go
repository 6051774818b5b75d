package sdk

import "github.com/veilhash/veilhash/sdk/threshold"

// defaultOpenings is DefaultOpenings as a text, in units of 1/1000.
const defaultOpenings = "951,41,7,1"

// DefaultOpenings is how many probes of a synthetic voucher open unless a scanner is told otherwise: measured on true matches of the preset `balanced`, where one
// listed picture of ten is listed in several versions (docs/threshold.md, section 5). Where each picture is listed once a true match opens exactly one, always.
func DefaultOpenings() threshold.OpeningCounts {
	o, err := threshold.ParseOpeningCounts([]byte(defaultOpenings))
	if err != nil {
		panic("sdk: " + err.Error()) // a test parses it
	}
	return o
}
