// Package lite is the contract of package store in SQLite's dialect of SQL, for the two backends that speak it: a file (package sqlite) and Cloudflare's D1 (package d1).
// What a call asks of the database is here, once; how it is committed and where connections come from is theirs.
//
// Each call is atomic where its [Conn] runs it in one transaction. Those that change something and are more than one statement say so; only
// the first of these statements decides, so that even without a transaction nothing is half done.
package lite

import (
	"database/sql"
	"embed"
	"fmt"

	"github.com/veilhash/veilhash/server/internal/migrations"
)

// A Conn runs SQL. Arguments are named by number, ?1 and on.
type Conn interface {
	// Exec returns the number of rows that changed.
	Exec(query string, args ...any) (int64, error)

	// Get reads at most one row, and reports whether there was one.
	Get(query string, args []any, into ...any) (bool, error)

	// Query reads rows. The caller closes them.
	Query(query string, args ...any) (*sql.Rows, error)
}

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations returns the SQL of each version of the schema, that of version 1 first.
func Migrations() ([]string, error) {
	steps, err := migrations.Read(migrationFiles)
	if err != nil {
		return nil, fmt.Errorf("lite: %w", err)
	}
	return steps, nil
}
