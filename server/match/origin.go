package match

import (
	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/server/store"
)

// An origin is a base and the sets that add to it, as far as a worker holds their keys. Their vouchers are stored, claimed and counted together.
type origin struct {
	id       store.SetID
	matchers map[[32]byte]*sdk.Matcher // by set
	newest   *sdk.Matcher              // what counts; all of an origin have the same threshold
}

// originsOf groups matchers, in the order in which their origins come.
func originsOf(matchers []*sdk.Matcher) (list []*origin) {
	byID := make(map[store.SetID]*origin)
	for _, m := range matchers {
		id := store.SetID(m.Manifest().Origin().ID)
		o := byID[id]
		if o == nil {
			o = &origin{id: id, matchers: make(map[[32]byte]*sdk.Matcher), newest: m}
			byID[id] = o
			list = append(list, o)
		}
		o.matchers[m.Manifest().ID()] = m
		if m.Manifest().Epoch > o.newest.Manifest().Epoch {
			o.newest = m
		}
	}
	return list
}

// find is the matcher of a set; nil if its keys are not held here.
func (o *origin) find(set [32]byte) *sdk.Matcher { return o.matchers[set] }
