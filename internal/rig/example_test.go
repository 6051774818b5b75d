package rig_test

import (
	"fmt"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk/voucher"
)

func ExampleAppendRequest() {
	request := rig.AppendRequest(nil, voucher.Binding{Account: "ann & co", Message: "m1"}, "Authorization: Bearer key\r\n", []byte("voucher"))
	fmt.Printf("%q\n", request)
	// Output: "POST /v0/vouchers?account=ann+%26+co&message=m1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nAuthorization: Bearer key\r\nContent-Length: 7\r\n\r\nvoucher"
}
