package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

func openAt(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestConformance(t *testing.T) {
	var path string
	storetest.Run(t, storetest.Backend{
		Open: func(t *testing.T) store.Store {
			path = filepath.Join(t.TempDir(), "odd name?#%41.db")
			return openAt(t, path)
		},
		Reopen: func(t *testing.T) store.Store { return openAt(t, path) },
	})
}
