package ingest_test

import (
	"log"
	"net/http"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/ingest"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/store"
)

// An ingest for the applications of a file, each of whose accounts may send 600 vouchers a minute.
func Example() {
	mount := func(inbox store.Inbox, m *blindset.Manifest) {
		set, err := ingest.NewSet(m)
		if err != nil {
			log.Fatal(err)
		}
		applications, err := access.OpenFile("applications", nil, nil)
		if err != nil {
			log.Fatal(err)
		}
		h, err := ingest.New(ingest.Config{
			Store:   inbox,
			Sets:    []ingest.Set{set},
			Access:  applications,
			Limiter: limit.New(limit.Config{Default: limit.Limits{AccountRequests: limit.Rate{N: 600, Per: time.Minute}}}),
		})
		if err != nil {
			log.Fatal(err)
		}
		http.Handle("/v0/vouchers", h)
	}
	_ = mount
}
