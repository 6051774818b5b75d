package tlog_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/tlog"
)

func ExampleNote_Verify() {
	key, err := tlog.ParseKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := tlog.ParseNote([]byte("If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
		"— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(n.Verify(key), "\n", n.Text)
	// Output:
	// <nil>
	// If you think cryptography is the answer to your problem,
	// then you don't know what your problem is.
}
