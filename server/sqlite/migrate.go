package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/server/store"
)

// applicationID marks the file as ours (PRAGMA application_id): "VHsr".
const applicationID = 0x56487372

// migrate brings the schema to the version of the last step. Each step is a transaction, so that a process that dies on the way
// leaves the version before or after it; two processes that start at once do not apply a step twice.
func migrate(ctx context.Context, conn *sql.Conn, steps []string) error {
	for {
		done, err := migrateOnce(ctx, conn, steps)
		if done || err != nil {
			return err
		}
	}
}

func migrateOnce(ctx context.Context, conn *sql.Conn, steps []string) (done bool, err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			err = errors.Join(err, rollback)
		}
	}()
	version, err := schemaVersion(ctx, conn)
	switch {
	case err != nil:
		return false, err
	case version > len(steps):
		return false, &store.NewerError{Found: version, Known: len(steps)}
	case version == len(steps):
		_, err = conn.ExecContext(ctx, "COMMIT")
		return true, err
	}
	if _, err := conn.ExecContext(ctx, steps[version]); err != nil {
		return false, fmt.Errorf("sqlite: migration to schema version %d: %w", version+1, err)
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version+1))
	if err != nil {
		return false, err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return false, err
}

// schemaVersion reads the version; 0 for an empty file. The error is store.ErrForeign for a database that is not ours.
func schemaVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	var application, version, objects int
	for query, into := range map[string]*int{
		"PRAGMA application_id":              &application,
		"PRAGMA user_version":                &version,
		"SELECT count(*) FROM sqlite_schema": &objects,
	} {
		if err := conn.QueryRowContext(ctx, query).Scan(into); err != nil {
			return 0, err
		}
	}
	empty := application == 0 && version == 0 && objects == 0
	if !empty && application != applicationID {
		return 0, store.ErrForeign
	}
	return version, nil
}
