package sdk_test

import (
	"fmt"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A client's way from pixels to what it uploads, under a set with synthetic vouchers, and what it does with the server's answer.
func ExampleScan_SealUpload() {
	set, err := setdir.Open("testdata/vectors/set")
	if err != nil {
		panic(err)
	}
	account := threshold.NewAccount() // kept on the device, and what Scanner.Sent gives with it
	scanner, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil),
		Account:  account,
		Clock:    func() int64 { return time.Now().Unix() },
	})
	if err != nil {
		panic(err)
	}

	p := synthetic(1, 300, 200) // RGBA pixels
	scan := scanner.Begin(p.width, p.height)
	for again := true; again; {
		scan.WriteRows(p.rgba) // the scan remembers what went wrong
		if again, err = scan.EndPass(); err != nil {
			fmt.Println("not looked up:", err)
		}
	}
	scan.ProvideFrom(set)
	upload, err := scan.SealUpload(sdk.SealOptions{
		Binding: voucher.Binding{Account: "alice", Message: "42"},
		Kind:    voucher.KindMediaKey, // the same for all pictures of an account
		Payload: []byte("the key of the message"),
	})
	if err != nil {
		panic(err)
	}
	for _, v := range upload.Vouchers {
		fmt.Println(len(v), "bytes") // send both; send these same bytes again if that fails
	}

	// The server has acknowledged both: only now is what was sent remembered.
	if err := scanner.Acknowledge(upload.Receipt); err != nil {
		panic(err)
	}
	if _, err := scanner.Sent(); err != nil { // store this for ScannerConfig.Sent
		panic(err)
	}
	// Output:
	// 1536 bytes
	// 1536 bytes
}
