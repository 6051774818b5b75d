package builder_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

// BenchmarkBuild is the operator's job: blinding and building a whole set. It reports what an entry costs, in published bytes of all files
// and in time, and the process's peak of memory from the system.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				w, err := setdir.Create(filepath.Join(b.TempDir(), "set"))
				if err != nil {
					b.Fatal(err)
				}
				r, err := builder.Build(context.Background(), builder.Config{Manifest: header(), Tokens: generated(n), TempDir: b.TempDir()}, w)
				if err != nil {
					b.Fatal(err)
				}
				w.Discard()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(r.Bytes)/float64(n), "bytes/entry")
				b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/entry")
		})
	}
}
