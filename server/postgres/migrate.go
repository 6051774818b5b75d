package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/internal/migrations"
	"github.com/veilhash/veilhash/server/store"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// schemaSteps is the SQL of each version, that of version 1 first.
func schemaSteps() ([]string, error) {
	steps, err := migrations.Read(migrationFiles)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return steps, nil
}

// ErrOutdated: the schema is older than this program, or there is none yet, and the credentials may not change it.
var ErrOutdated = errors.New("postgres: the database's schema is older than this program and these credentials may not change it; migrate it with those of its owner")

// migrationLock keeps two processes from migrating at once: an advisory lock's number, "veilhash" in ASCII.
const migrationLock = 0x7665696c68617368

// Migrate brings the database's schema up to date, with its owner's credentials. Errors are *store.NewerError, store.ErrForeign, ErrOutdated
// where the credentials do not suffice, and the database's.
func Migrate(ctx context.Context, url string) error {
	steps, err := schemaSteps()
	if err != nil {
		return err
	}
	conn, err := connect(ctx, url)
	if err != nil {
		return explain(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return migrate(ctx, conn, steps)
}

// migrate brings the schema to the version of the last step. Each step is a transaction, so that a process that dies on the way
// leaves the version before or after it; two processes that start at once do not apply a step twice.
func migrate(ctx context.Context, conn *pgx.Conn, steps []string) error {
	for {
		version, err := schemaVersion(ctx, conn)
		switch {
		case err != nil:
			return explain(err)
		case version > len(steps):
			return &store.NewerError{Found: version, Known: len(steps)}
		case version == len(steps):
			return nil
		}
		err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return step(ctx, tx, version, steps[version]) })
		if hasCode(err, insufficientPrivilege) {
			return fmt.Errorf("%w (version %d, this program needs %d: %w)", ErrOutdated, version, len(steps), err)
		}
		if err != nil {
			return explain(fmt.Errorf("migration to schema version %d: %w", version+1, err))
		}
	}
}

// step applies the step after a version, unless another process has just done so.
func step(ctx context.Context, tx pgx.Tx, version int, text string) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
		return err
	}
	if now, err := schemaVersion(ctx, tx); err != nil || now != version {
		return err
	}
	if version == 0 {
		if _, err := tx.Exec(ctx, "CREATE SCHEMA veilhash; CREATE TABLE veilhash.schema (version integer NOT NULL); INSERT INTO veilhash.schema VALUES (0)"); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, text); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE veilhash.schema SET version = $1", version+1)
	return err
}

// schemaVersion reads the version; 0 where there is no schema of ours. The error is store.ErrForeign where another program's has its name.
func schemaVersion(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (version int, err error) {
	var schema, table bool
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'veilhash'),
			EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = 'veilhash' AND c.relname = 'schema')`).Scan(&schema, &table)
	switch {
	case err != nil:
		return 0, err
	case !schema:
		return 0, nil
	case !table:
		return 0, fmt.Errorf("%w (it has a schema named veilhash)", store.ErrForeign)
	}
	err = q.QueryRow(ctx, "SELECT version FROM veilhash.schema").Scan(&version)
	return version, err
}
