// Package migrations reads the numbered SQL files that bring a store's schema from each version to the next.
package migrations

import (
	"fmt"
	"io/fs"
)

// Read returns the SQL of each version of a schema, that of version 1 first: the files migrations/NNNN_*.sql of files, which must be numbered from 1 without a gap.
func Read(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var out []string
	for i, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, "migrations/%04d_", &n); err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		out = append(out, string(text))
	}
	return out, nil
}
