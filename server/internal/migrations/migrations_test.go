package migrations_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/veilhash/veilhash/server/internal/migrations"
)

func TestRead(t *testing.T) {
	file := func(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(sql)} }
	got, err := migrations.Read(fstest.MapFS{"migrations/0002_b.sql": file("two"), "migrations/0001_a.sql": file("one"), "migrations/README": file("")})
	if err != nil || !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q, %v", got, err)
	}
	for name, fs := range map[string]fstest.MapFS{
		"a gap":     {"migrations/0001_a.sql": file(""), "migrations/0003_c.sql": file("")},
		"twice":     {"migrations/0001_a.sql": file(""), "migrations/0001_b.sql": file("")},
		"no number": {"migrations/first.sql": file("")},
	} {
		if _, err := migrations.Read(fs); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
