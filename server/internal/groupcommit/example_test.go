package groupcommit_test

import (
	"context"
	"fmt"

	"github.com/veilhash/veilhash/server/internal/groupcommit"
)

func Example() {
	q := groupcommit.Start(groupcommit.Config{Jobs: 100, Bytes: 1 << 20, Writers: 1}, func(jobs []string, errs []error) {
		fmt.Println("committing", jobs)
	})
	defer q.Close()
	fmt.Println(q.Do(context.Background(), "a voucher", 9))
	// Output:
	// committing [a voucher]
	// <nil>
}
