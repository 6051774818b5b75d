package translog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server/translog"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	signer, err := translog.NewSigner("example.org/sets", tlog.Ed25519)
	if err != nil {
		fmt.Println(err)
		return
	}
	place := filepath.Join(dir, "log")
	if err := translog.Create(place, signer); err != nil {
		fmt.Println(err)
		return
	}
	log, err := translog.Open(ctx, place, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	fmt.Println(log.Append(ctx, record(1)))
	fmt.Println(log.Append(ctx, record(1)))
	// Output:
	// <nil>
	// translog: nothing has changed since the last entry
}
