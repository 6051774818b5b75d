package distribute_test

import (
	"log"
	"net/http"

	"github.com/veilhash/veilhash/server/distribute"
)

// A set's files for the pages of one other origin.
func Example() {
	serve := func() {
		h, err := distribute.New(distribute.Config{Dir: "/srv/veilhash/set", Origins: []string{"https://chat.example"}})
		if err != nil {
			log.Fatal(err)
		}
		http.Handle(distribute.Prefix, h)
	}
	_ = serve
}
