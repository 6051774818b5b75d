//go:build js && wasm

package d1

import (
	"context"
	"database/sql"
	"errors"
	"syscall/js"

	"github.com/veilhash/veilhash/server/internal/lite"
	"github.com/veilhash/veilhash/server/internal/promise"
)

// A conn runs the SQL of one call.
type conn struct {
	ctx context.Context // of the one call that it is made for
	db  *sql.DB
}

var _ lite.Conn = conn{}

// ready refuses what must not, or need not, be sent. The driver takes no notice of contexts.
func (c conn) ready(query string, args []any) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	return check(query, args)
}

// Exec implements [lite.Conn].
func (c conn) Exec(query string, args ...any) (int64, error) {
	if err := c.ready(query, args); err != nil {
		return 0, err
	}
	r, err := c.db.ExecContext(c.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Get implements [lite.Conn].
func (c conn) Get(query string, args []any, into ...any) (bool, error) {
	if err := c.ready(query, args); err != nil {
		return false, err
	}
	err := c.db.QueryRowContext(c.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Query implements [lite.Conn].
func (c conn) Query(query string, args ...any) (*sql.Rows, error) {
	if err := c.ready(query, args); err != nil {
		return nil, err
	}
	return c.db.QueryContext(c.ctx, query, args...)
}

// batch runs statements as one transaction, and returns how many rows each has returned.
func batch(db js.Value, statements ...lite.Statement) ([]int, error) {
	results, err := runBatch(db, statements)
	if err != nil {
		return nil, err
	}
	rows := make([]int, len(statements))
	for i := range rows {
		rows[i] = results.Index(i).Get("results").Length()
	}
	return rows, nil
}

// runBatch is batch, with the results as D1 gives them.
func runBatch(db js.Value, statements []lite.Statement) (js.Value, error) {
	list := make([]any, len(statements))
	for i, s := range statements {
		if err := check(s.Query, s.Args); err != nil {
			return js.Value{}, err
		}
		args := make([]any, len(s.Args))
		for k, a := range s.Args {
			args[k] = argument(a)
		}
		list[i] = db.Call("prepare", s.Query).Call("bind", args...)
	}
	return promise.Await(db.Call("batch", list))
}

// argument is a parameter as D1 takes it.
func argument(v any) any {
	b, isBytes := v.([]byte)
	if !isBytes {
		return v
	}
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
