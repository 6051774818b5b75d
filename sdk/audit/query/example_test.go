package query_test

import (
	"fmt"
	"os"

	"github.com/veilhash/veilhash/sdk/audit/query"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

// An auditor asks about a picture. The request shows how many probes it has, and nothing of them.
func ExampleQuestion() {
	set, err := setdir.Open("../../testdata/vectors/set")
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := os.ReadFile("../../testdata/vectors/absence/picture.png")
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := query.NewQuestion(set.Manifest, "example.org/audits")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := q.Add("picture.png", file); err != nil {
		fmt.Println(err)
		return
	}
	request, session, err := q.Ask()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(request.Elements), "elements; the session is for this request:", session.Request == request.Digest())
	// Output: 16 elements; the session is for this request: true
}
