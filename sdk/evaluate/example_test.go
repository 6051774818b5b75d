package evaluate_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

// With a threshold, most of those who send one picture are never seen.
func ExampleReportsModel() {
	m := evaluate.DefaultReportsModel()
	m.MatchesPerSender = evaluate.Range{Low: 1.5, High: 1.5}
	rows, err := m.Rows([]int{1, 10})
	if err != nil {
		panic(err)
	}
	for _, r := range rows {
		fmt.Printf("T=%d: at most %.3f %% of reports are kept\n", r.Threshold, 100*r.KeptPart.High)
	}
	// Output:
	// T=1: at most 82.935 % of reports are kept
	// T=10: at most 0.025 % of reports are kept
}
