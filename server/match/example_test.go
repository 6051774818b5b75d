package match_test

import (
	"context"
	"log"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/store"
)

// A matcher's process: the set's keys on one side, the store on the other.
func Example() {
	serve := func(ctx context.Context, st store.Work, keys *sdk.Matcher) {
		worker, err := match.New(match.Config{Store: st, Matchers: []*sdk.Matcher{keys}})
		if err != nil {
			log.Fatal(err)
		}
		worker.Run(ctx) // until ctx ends
	}
	_ = serve
}
