package lite

import (
	"crypto/sha256"
	"strings"

	"github.com/veilhash/veilhash/server/store"
)

// A Putting is a voucher on its way in with others, and what became of it.
type Putting struct {
	voucher     store.Voucher
	digest      [sha256.Size]byte
	seq         int64 // 0: not new
	fresh, same bool
}

// NewPutting takes a voucher whose bytes are kept here. The digest is computed here, before the one connection that writes is waited for.
func NewPutting(v store.Voucher) *Putting {
	return &Putting{voucher: v, digest: sha256.Sum256(v.Raw)}
}

// Receipt is what putting has done.
func (p *Putting) Receipt() (store.Receipt, error) { return Put{}.Receipt(p.fresh, p.same) }

// rows are how many vouchers one statement takes, the most first: each number is a statement that is prepared once. A row has seven parameters.
var rows = [...]int{32, 8, 1}

// PutMany keeps vouchers as [NewPut] does one by one, in fewer statements. It needs a transaction around it.
func PutMany(c Conn, puts []*Putting) error {
	for len(puts) > 0 {
		n := 1
		for _, r := range rows {
			if r <= len(puts) {
				n = r
				break
			}
		}
		if err := putSome(c, puts[:n]); err != nil {
			return err
		}
		puts = puts[n:]
	}
	return nil
}

func putSome(c Conn, puts []*Putting) error {
	args := make([]any, 0, 7*len(puts))
	for _, p := range puts {
		v := &p.voucher
		args = append(args, v.ID[:], v.Account.App, v.Account.Name, v.Message, v.Set[:], p.digest[:], v.Received.UnixMilli())
	}
	if err := record(c, puts, args); err != nil {
		return err
	}
	fresh := make([]*Putting, 0, len(puts))
	for i, p := range puts {
		var err error
		if p.fresh = p.seq != 0; p.fresh {
			fresh = append(fresh, p)
		} else if p.same, err = c.Get(sameQuery, args[7*i:7*i+6], new(int)); err != nil {
			return err
		}
	}
	for len(fresh) > 0 {
		n := 1
		if len(fresh) == len(puts) {
			n = len(puts) // else one by one: a number of rows more would be a statement more
		}
		args = args[:0]
		for _, p := range fresh[:n] {
			args = append(args, p.seq, p.voucher.Raw)
		}
		if _, err := c.Exec(bodyQueries[n], args...); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	return nil
}

// record makes the records of vouchers that are new. Of two with one id the first is new.
func record(c Conn, puts []*Putting, args []any) error {
	made, err := c.Query(recordQueries[len(puts)], args...)
	if err != nil {
		return err
	}
	defer made.Close()
	for made.Next() {
		var id []byte
		var seq int64
		if err := made.Scan(&id, &seq); err != nil {
			return err
		}
		for _, p := range puts {
			if string(p.voucher.ID[:]) == string(id) {
				p.seq = seq
				break
			}
		}
	}
	return made.Err()
}

// The statements, by number of rows.
var recordQueries, bodyQueries = make(map[int]string), make(map[int]string)

func init() {
	for _, n := range rows {
		recordQueries[n] = `INSERT INTO vouchers (id, app, account, message, set_id, digest, received) VALUES ` +
			strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", n-1) + `(?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id, seq`
		bodyQueries[n] = `INSERT INTO bodies (seq, raw) VALUES ` + strings.Repeat("(?, ?), ", n-1) + `(?, ?)`
	}
}
