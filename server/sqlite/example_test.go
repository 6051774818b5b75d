package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// A voucher's way through the store: put in, claimed, decided.
func Example() {
	dir, err := os.MkdirTemp("", "veilhash-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, "veilhash.db")})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	v := store.Voucher{
		ID: store.ID{1}, Account: store.Account{Name: "alice"}, Message: "42", Set: store.SetID{7}, Raw: []byte("…"), Received: time.Now(),
	}
	receipt, err := db.Put(ctx, v) // durable when it returns
	fmt.Println(receipt == store.Stored, err)
	receipt, err = db.Put(ctx, v)
	fmt.Println(receipt == store.Repeated, err)

	claimed, err := db.Claim(ctx, store.Claim{Set: v.Set, Limit: 10, Now: time.Now(), Lease: time.Minute})
	fmt.Println(len(claimed), err)
	fmt.Println(db.LeaveClosed(ctx, claimed[0].ID))
	after, err := db.Voucher(ctx, v.ID)
	fmt.Println(after.State, err)
	// Output:
	// true <nil>
	// true <nil>
	// 1 <nil>
	// <nil>
	// closed <nil>
}
