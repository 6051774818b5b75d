package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/store"
)

// ErrRights: the credentials lack what a role needs.
var ErrRights = errors.New("postgres: these credentials lack the rights of a role")

// String is the access as the command line names it.
func (a Access) String() string {
	names := [...]string{"unknown", "ingest", "match", "review", "deletion"}
	if a < 0 || int(a) >= len(names) {
		a = 0
	}
	return names[a]
}

// held are conditions of SQL that hold for credentials which have the rights of an access: one for each of Grants that a role cannot do without.
var held = map[Access][]string{
	Ingest: {`EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'veilhash'::regnamespace AND p.proname = 'put_vouchers' AND has_function_privilege(p.oid, 'EXECUTE'))`},
	Matching: {
		`has_table_privilege('veilhash.vouchers', 'SELECT')`, `has_column_privilege('veilhash.vouchers', 'state', 'UPDATE')`,
		`has_table_privilege('veilhash.tallies', 'SELECT')`, `has_table_privilege('veilhash.tallies', 'INSERT')`, `has_column_privilege('veilhash.tallies', 'state', 'UPDATE')`,
		`has_table_privilege('veilhash.evidence', 'INSERT')`,
	},
	Review: {
		`has_table_privilege('veilhash.vouchers', 'SELECT')`, `has_table_privilege('veilhash.evidence', 'SELECT')`, `has_column_privilege('veilhash.tallies', 'open', 'SELECT')`,
	},
	Deleting: {`has_table_privilege('veilhash.vouchers', 'DELETE')`, `has_table_privilege('veilhash.deletions', 'INSERT')`},
}

// Inspect looks at a database without changing it, with the credentials of a server that has the given accesses. Errors are *store.NewerError, store.ErrForeign, ErrOutdated
// where the schema is older and these credentials may not change it, ErrRights, and the database's.
func Inspect(ctx context.Context, url string, needs ...Access) (store.Schema, error) {
	steps, err := schemaSteps()
	if err != nil {
		return store.Schema{}, err
	}
	s := store.Schema{Known: len(steps)}
	conn, err := connect(ctx, url)
	if err != nil {
		return s, explain(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if s.Found, err = schemaVersion(ctx, conn); err != nil {
		return s, explain(err)
	}
	if s.Found > s.Known {
		return s, &store.NewerError{Found: s.Found, Known: s.Known}
	}
	if !s.Current() {
		var owner bool // of the schema, or where there is none, of the right to make it
		err := conn.QueryRow(ctx, `SELECT coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'veilhash'),
			has_database_privilege(current_database(), 'CREATE'))`).Scan(&owner)
		switch {
		case err != nil:
			return s, explain(err)
		case !owner:
			return s, fmt.Errorf("%w (version %d, this program needs %d)", ErrOutdated, s.Found, s.Known)
		}
		return s, nil // Open migrates, and the owner has all rights
	}
	for _, access := range needs {
		for _, condition := range held[access] {
			var holds bool
			if err := conn.QueryRow(ctx, "SELECT "+condition).Scan(&holds); err != nil {
				return s, explain(err)
			}
			if !holds {
				return s, fmt.Errorf("%w: %s", ErrRights, access)
			}
		}
	}
	return s, nil
}

// connect is a connection that is not waited for longer than Open would.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	return pgx.ConnectConfig(ctx, cfg)
}

// Address is where a database is and as whom it is used, for people: without a password, whatever form the URL has.
func Address(url string) string {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return "an address that is not understood"
	}
	return fmt.Sprintf("%s on %s:%d as %s", cfg.Database, cfg.Host, cfg.Port, cfg.User)
}
