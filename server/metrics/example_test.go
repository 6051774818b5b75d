package metrics_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/veilhash/veilhash/server/metrics"
)

func Example() {
	m := metrics.New()
	m.Answered("stored")
	m.Answered("busy")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "veilhash_ingest_vouchers_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// veilhash_ingest_vouchers_total{result="busy"} 1
	// veilhash_ingest_vouchers_total{result="stored"} 1
}
