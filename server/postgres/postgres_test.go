package postgres

import (
	"context"
	"testing"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

func openAt(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(context.Background(), Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestConformance(t *testing.T) {
	server := pgtest.Start(t)
	var url string
	storetest.Run(t, storetest.Backend{
		Open: func(t *testing.T) store.Store {
			url = server.Database()
			return openAt(t, url)
		},
		Reopen: func(t *testing.T) store.Store { return openAt(t, url) },
	})
}
