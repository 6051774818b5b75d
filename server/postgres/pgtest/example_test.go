package pgtest_test

import (
	"testing"

	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
)

func Example() {
	_ = func(t *testing.T) {
		server := pgtest.Start(t)
		db, err := postgres.Open(t.Context(), postgres.Config{URL: server.Database()})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		server.Crash()
		server.Run()
	}
}
