package ingest_test

import (
	"errors"
	"log"
	"net/http"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server/ingest"
	"github.com/veilhash/veilhash/server/store"
)

// An application's ingest, with credentials.
func Example() {
	mount := func(inbox store.Inbox, m *blindset.Manifest, applications map[string]string) {
		set, err := ingest.NewSet(m)
		if err != nil {
			log.Fatal(err)
		}
		h, err := ingest.New(ingest.Config{
			Store: inbox,
			Sets:  []ingest.Set{set},
			Authenticate: func(r *http.Request) (string, error) {
				app, known := applications[r.Header.Get("Authorization")]
				if !known {
					return "", errors.New("unknown credentials")
				}
				return app, nil
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		http.Handle("/v0/vouchers", h)
	}
	_ = mount
}
