package limit_test

import (
	"fmt"
	"time"

	"github.com/veilhash/veilhash/server/limit"
)

func Example() {
	now := time.Unix(0, 0)
	l := limit.New(limit.Config{Clock: func() time.Time { return now }})
	take := limit.Taking{App: "chat", Account: "ann", Limits: limit.Limits{AccountRequests: limit.Rate{N: 2, Per: time.Minute}}}
	fmt.Println(l.Take(take), l.Take(take), l.Take(take))
	now = now.Add(30 * time.Second)
	fmt.Println(l.Take(take))
	// Output:
	// 0s 0s 30s
	// 0s
}
