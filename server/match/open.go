package match

import (
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// errBroken: trying a voucher ended in a panic. It is a defect of this program and decides nothing about the voucher.
var errBroken = errors.New("match: defect while opening a voucher")

// errUnheld: the voucher is of a set whose keys this worker does not hold, though it holds those of another with the same origin. It decides nothing about the voucher.
var errUnheld = errors.New("match: no key here for the voucher's set")

// An opening is a match, or why there is none: voucher.ErrClosed, or an error that sdk.Code knows.
type opening struct {
	*voucher.Opened
	err error
}

// open tries a voucher under the binding that it came with, with the matcher of its set. It depends on nothing else, so it ends the same way whenever it is tried.
func open(find func(set [32]byte) *sdk.Matcher, v *store.Voucher) (o opening) {
	defer func() {
		if r := recover(); r != nil {
			o = opening{err: fmt.Errorf("%w: %v", errBroken, r)}
		}
	}()
	parsed, err := voucher.Parse(v.Raw)
	if err != nil {
		return opening{err: err}
	}
	m := find(parsed.SetID)
	if m == nil {
		return opening{err: errUnheld}
	}
	opened, err := m.Match(parsed, voucher.Binding{Account: v.Account.Name, Message: v.Message})
	if err != nil {
		return opening{err: err}
	}
	opened.ID = voucher.ID(v.ID) // the record's, by which the detector asks for it again (store.RecordID)
	return opening{Opened: opened}
}
