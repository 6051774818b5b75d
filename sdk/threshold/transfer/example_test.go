package transfer_test

import (
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/threshold/transfer"
)

// The first device shows a text (as a QR code, say) and a passphrase; the
// second reads one and is told the other.
func Example() {
	account := threshold.NewAccount()
	text, err := transfer.Export(account, []byte("six random words of a list"), transfer.Cost{})
	if err != nil {
		panic(err)
	}

	second, err := transfer.Import(text, []byte("six random words of a list"))
	if err != nil {
		panic(err)
	}
	fmt.Println(second.Equal(account))

	_, err = transfer.Import(text, []byte("five random words of a list"))
	fmt.Println(errors.Is(err, transfer.ErrPassphrase))
	// Output:
	// true
	// true
}
