package ed25519_test

import (
	"crypto/ed25519"
	"fmt"

	verifier "github.com/veilhash/veilhash/sdk/group/ed25519"
)

func Example() {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	signature := ed25519.Sign(key, []byte("hello"))
	public := [32]byte(key.Public().(ed25519.PublicKey))
	fmt.Println(verifier.Verify(&public, []byte("hello"), signature))
	fmt.Println(verifier.Verify(&public, []byte("hallo"), signature))
	// Output:
	// true
	// false
}
