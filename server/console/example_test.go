package console_test

import (
	"fmt"

	"github.com/veilhash/veilhash/server/console"
	"github.com/veilhash/veilhash/server/storetest"
)

func ExampleNew() {
	_, err := console.New(console.Config{Store: storetest.NewMemory()})
	fmt.Println(err)
	// Output: console: store and manifest are required
}
