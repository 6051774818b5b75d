package problem_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/problem"
)

func ExampleOf() {
	w := httptest.NewRecorder()
	problem.Of(voucher.ErrSet).Write(w)
	fmt.Print(w.Code, " ", w.Body)
	// Output: 422 {"code":"voucher-set","error":"The voucher was sealed for another set."}
}
