package access_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/veilhash/veilhash/server/access"
)

func Example() {
	key, secret := access.NewKey([]access.Scope{access.WriteVouchers}, time.Time{}, time.Now().Add(90*24*time.Hour))
	var table access.Table
	if err := table.Put(access.Application{Name: "chat", Keys: []access.Key{key}}); err != nil {
		panic(err)
	}
	gate := access.NewGate(&table, nil)

	r, _ := http.NewRequest("POST", "https://scan.example/v0/vouchers", nil)
	r.Header.Set("Authorization", "Bearer "+secret.Text())
	grant, err := gate.Authorize(r, access.WriteVouchers)
	fmt.Println(grant.App, err)
	_, err = gate.Authorize(r, access.ReadConsole)
	fmt.Println(err)
	// Output:
	// chat <nil>
	// access: the key does not have the scope
}
