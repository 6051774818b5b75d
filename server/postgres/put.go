package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/veilhash/veilhash/server/store"
)

// A put is a voucher on its way into the database, and what became of it.
type put struct {
	voucher store.Voucher
	answer  int16 // of veilhash.put_vouchers
}

// What veilhash.put_vouchers answers for a voucher.
const (
	answerStored   = 1
	answerRepeated = 2
	answerConflict = 3
)

// Put implements [store.Inbox].
func (db *DB) Put(ctx context.Context, v store.Voucher) (store.Receipt, error) {
	if len(v.Raw) == 0 {
		return 0, store.ErrArgument
	}
	p := &put{voucher: v}
	if err := db.queue.Do(ctx, p, len(v.Raw)); err != nil {
		return 0, err
	}
	switch p.answer {
	case answerStored:
		return store.Stored, nil
	case answerRepeated:
		return store.Repeated, nil
	case answerConflict:
		return 0, store.ErrConflict
	}
	return 0, errors.New("postgres: put_vouchers has given an unknown answer; is the schema that of another version?")
}

// commit puts a group. One statement takes each id once, so what has an id that is in it already goes with the next.
func (db *DB) commit(group []*put, errs []error) {
	order := make([]int, len(group))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(string(group[a].voucher.ID[:]), string(group[b].voucher.ID[:])) })
	for len(order) > 0 {
		var now, later []int
		for _, i := range order {
			if n := len(now); n > 0 && group[now[n-1]].voucher.ID == group[i].voucher.ID {
				later = append(later, i)
			} else {
				now = append(now, i)
			}
		}
		db.commitSome(group, errs, now)
		order = later
	}
}

// commitSome puts those of a group that are named. Where it is the data that the database refuses, each is tried by itself, so that
// one that cannot be stored does not take the others with it.
func (db *DB) commitSome(group []*put, errs []error, some []int) {
	err := db.putAll(group, some)
	var e *pgconn.PgError
	if errors.As(err, &e) && len(some) > 1 && (e.Code[:2] == "22" || e.Code[:2] == "23" || e.Code[:2] == "54") {
		for _, i := range some {
			errs[i] = db.putAll(group, []int{i})
		}
		return
	}
	for _, i := range some {
		errs[i] = err
	}
}

// putAll puts vouchers in one statement. A connection that turns out to be dead before the statement was sent is replaced.
func (db *DB) putAll(group []*put, some []int) error {
	ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
	defer cancel()
	n := len(some)
	var ids, apps, accounts, messages, sets, raws = make([][]byte, n), make([][]byte, n), make([][]byte, n), make([][]byte, n), make([][]byte, n), make([][]byte, n)
	times := make([]int64, n)
	for k, i := range some {
		v := &group[i].voucher
		ids[k], sets[k], raws[k], times[k] = v.ID[:], v.Set[:], v.Raw, v.Received.UnixMilli()
		apps[k], accounts[k], messages[k] = []byte(v.Account.App), []byte(v.Account.Name), []byte(v.Message)
	}
	var answers []int16
	ask := func() error {
		return db.pool.QueryRow(ctx, "SELECT veilhash.put_vouchers($1, $2, $3, $4, $5, $6, $7)", ids, apps, accounts, messages, sets, raws, times).Scan(&answers)
	}
	err := ask()
	if err != nil && pgconn.SafeToRetry(err) {
		err = ask()
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows) || err == nil && len(answers) != n:
		return errors.New("postgres: put_vouchers has answered for another number of vouchers; is the schema that of another version?")
	case err != nil:
		return explain(err)
	}
	for k, i := range some {
		group[i].answer = answers[k]
	}
	return nil
}
