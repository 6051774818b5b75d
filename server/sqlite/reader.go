package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/veilhash/veilhash/server/internal/lite"
)

// A reader reads what was committed, past the queue.
type reader struct {
	ctx context.Context // of the one call that it is made for
	db  *sql.DB
}

var _ lite.Conn = reader{}

func (db *DB) reader(ctx context.Context) reader { return reader{ctx, db.read} }

// Exec implements [lite.Conn]; the connection refuses what would change something.
func (r reader) Exec(query string, args ...any) (int64, error) {
	done, err := r.db.ExecContext(r.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Get implements [lite.Conn].
func (r reader) Get(query string, args []any, into ...any) (bool, error) {
	err := r.db.QueryRowContext(r.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Query implements [lite.Conn].
func (r reader) Query(query string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(r.ctx, query, args...)
}
