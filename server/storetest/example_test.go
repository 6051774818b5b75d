package storetest_test

import (
	"context"
	"fmt"

	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// The second call of this caller is done, but it does not learn so any more.
func ExampleNewFaulty() {
	ctx := context.Background()
	st := storetest.NewMemory()
	st.Put(ctx, store.Voucher{ID: store.ID{1}, Raw: []byte("…")})
	dying := storetest.NewFaulty(st, 1, storetest.AfterEffect)
	fmt.Println(dying.Finish(ctx))
	_, err := dying.RecordMatch(ctx, store.ID{1}, 1, 1)
	fmt.Println(err)
	v, _ := st.Voucher(ctx, store.ID{1})
	fmt.Println(v.State)
	// Output:
	// <nil>
	// storetest: the process has died
	// match
}
