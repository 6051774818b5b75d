//go:build unix

package endorse

import (
	"context"
	"encoding/binary"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/veilhash/veilhash/sdk/hashlist"
)

// processor is the time that this process has spent on processors, in seconds. On a machine that others use too it says more than a clock does.
func processor() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// BenchmarkExchange is a whole exchange of an operator and two curators whose lists are the same, step by step as they run one after the other. It prints seconds of processor time, those of
// recognising and signing for both curators together. VEILHASH_ENTRIES says how many entries; docs/performance.md has figures.
func BenchmarkExchange(b *testing.B) {
	n := 10_000
	if text := os.Getenv("VEILHASH_ENTRIES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	all := make([]hashlist.PDQ, n)
	for i := range all {
		binary.BigEndian.PutUint64(all[i][:], uint64(i)*0x9e3779b97f4a7c15)
		binary.BigEndian.PutUint64(all[i][24:], uint64(i)*0xc2b2ae3d27d4eb4f)
	}
	for range b.N {
		b.StopTimer()
		w := newWorld(b, "equal-token", all, all)
		steps := make(map[string]float64)
		step := func(name string, f func()) {
			runtime.GC()
			start := processor()
			f()
			steps[name] += processor() - start
		}
		b.StartTimer()
		step("offer", func() { w.freeze("operator", w.listing()) })
		step("draft", w.draft)
		var recognitions [][]byte
		step("recognise", func() { recognitions = w.recogniseAll() })
		step("build", func() {
			m, _, _ := w.build(recognitions)
			w.manifest = *m
		})
		step("sign", func() {
			for k := range w.curators {
				_, err := w.curators[k].Endorse(context.Background(), w.operator.SendPath(draftName), recognitions, w.manifest.AppendText(nil))
				w.fatal(err)
			}
		})
		for name, s := range steps {
			b.ReportMetric(s, "cpu-s-"+name)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/1e6, "MB-of-all-parties")
	}
	b.ReportMetric(float64(n), "entries")
}
