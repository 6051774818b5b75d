package openapi_test

import (
	"encoding/json"
	"fmt"

	"github.com/veilhash/veilhash/server/openapi"
)

func ExampleText() {
	var d struct {
		OpenAPI string
		Paths   map[string]any
	}
	err := json.Unmarshal([]byte(openapi.Text()), &d)
	_, found := d.Paths["/v0/vouchers"]
	fmt.Println(d.OpenAPI, found, err)
	// Output: 3.1.0 true <nil>
}
