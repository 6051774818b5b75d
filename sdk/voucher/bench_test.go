package voucher

import (
	"fmt"
	"testing"
)

// BenchmarkLayers is what more layers cost: a client's voucher of 16 probes, and an operator's attempt at it.
func BenchmarkLayers(b *testing.B) {
	for _, layers := range []int{1, 2, 3, 4, 6} {
		w := newWorld(b, 16, layers)
		var probes []Probe
		for range 16 {
			probes = append(probes, w.stranger(b))
		}
		b.Run(fmt.Sprintf("seal/%d", layers), func(b *testing.B) {
			for b.Loop() {
				w.seal(b, bindingA, probes...)
			}
		})
		raw := w.seal(b, bindingA, probes...)
		b.Run(fmt.Sprintf("match/%d", layers), func(b *testing.B) {
			for b.Loop() {
				if _, err := w.open(raw, bindingA); err == nil {
					b.Fatal("a voucher of strangers opened")
				}
			}
			b.ReportMetric(float64(len(raw)), "bytes")
		})
	}
}
