package lite

import (
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// Postpone gives a claimed voucher back until a time.
func Postpone(c Conn, id store.ID, attempt int, until time.Time) error {
	_, err := c.Exec(`UPDATE vouchers SET due = ?3 WHERE id = ?1 AND attempt = ?2 AND due IS NOT NULL`, id[:], attempt, until.UnixMilli())
	return err
}

// LeaveClosed decides that vouchers stay closed.
func LeaveClosed(c Conn, ids []store.ID) error {
	return each(c, ids, `UPDATE vouchers SET state = 1, due = NULL WHERE state = 0 AND `)
}

// Finish says that no work is left on matches.
func Finish(c Conn, ids []store.ID) error {
	return each(c, ids, `UPDATE vouchers SET due = NULL WHERE state <> 0 AND due IS NOT NULL AND `)
}

func each(c Conn, ids []store.ID, query string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := idList(ids)
	if err != nil {
		return err
	}
	_, err = c.Exec(query+namedIDs, list)
	return err
}

// Reject decides that a voucher is invalid.
func Reject(c Conn, id store.ID, reason string) error {
	_, err := c.Exec(`UPDATE vouchers SET state = 3, reason = ?2, due = NULL WHERE id = ?1 AND state = 0`, id[:], reason)
	return err
}

// RecordMatch decides that a voucher is a match. refused is store.ErrDecided or store.ErrNotFound, and no reason to undo anything. The second statement only reads
// what does not change any more.
func RecordMatch(c Conn, id store.ID, generation, period uint32) (ordinal uint64, refused, err error) {
	decided, err := c.Get(`
		UPDATE vouchers AS v SET state = 2, generation = ?2, period = ?3, ordinal = 1 + coalesce((
			SELECT max(m.ordinal) FROM vouchers m
			WHERE m.app = v.app AND m.account = v.account AND m.set_id = v.set_id
			  AND m.generation = ?2 AND m.period = ?3 AND m.ordinal IS NOT NULL), 0)
		WHERE v.id = ?1 AND v.state = 0
		RETURNING ordinal`,
		[]any{id[:], generation, period}, &ordinal)
	if decided || err != nil {
		return ordinal, nil, err
	}
	var known store.Voucher
	found, err := c.Get(`
		SELECT state, coalesce(generation, 0), coalesce(period, 0), coalesce(ordinal, 0) FROM vouchers WHERE id = ?1`,
		[]any{id[:]}, &known.State, &known.Generation, &known.Period, &known.Ordinal)
	switch {
	case err != nil:
		return 0, nil, err
	case !found:
		return 0, store.ErrNotFound, nil
	case known.State != store.Match || known.Generation != generation || known.Period != period:
		return 0, store.ErrDecided, nil
	}
	return known.Ordinal, nil, nil
}
