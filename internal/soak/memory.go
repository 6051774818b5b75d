//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/veilhash/veilhash/internal/rig"
)

// A sample is the memory of the processes at a moment.
type sample struct {
	Acknowledged int64            `json:"acknowledged"`
	RSS          map[string]int64 `json:"residentBytes"` // by role
	Heap         map[string]int64 `json:"heapBytes"`     // live after the last collection
	Loading      bool             `json:"loading"`
}

const samplePause = 500 * time.Millisecond

// sample looks at the processes until stop; loaded says when the load has ended.
func (r *run) sample(loaded, stop <-chan struct{}) {
	loading := true
	for {
		s := sample{Acknowledged: r.acked.Load(), RSS: make(map[string]int64), Heap: make(map[string]int64), Loading: loading}
		for _, role := range []string{"ingest", "match"} {
			p := r.running(role)
			if p == nil {
				continue
			}
			if n, err := rig.RSS(p.Pid()); err == nil { // or it was killed a moment ago
				s.RSS[role], s.Heap[role] = n, p.Heap()
			}
		}
		r.memory = append(r.memory, s)
		select {
		case <-stop:
			return
		case <-loaded:
			loading, loaded = false, nil
		case <-time.After(samplePause):
		}
	}
}

// A trend is how the memory of a process goes over a run.
type trend struct {
	Role, What  string
	Early, Late int64   // medians of the second and of the last quarter
	PerMillion  float64 // bytes more for a million vouchers, by the quarters' medians
	Flat        bool
}

// What memory may gain between the second and the last quarter of a load: the first fills caches and pools; the rest is noise of a collector.
const gainFactor, gainBytes = 1.15, 8 << 20

// trends of ingest cover the load, those of the matcher all of the run.
func trends(samples []sample) (out []trend) {
	for _, role := range []string{"ingest", "match"} {
		for _, what := range []string{"resident", "heap"} {
			var v, x []int64
			for _, s := range samples {
				n := s.RSS[role]
				if what == "heap" {
					n = s.Heap[role]
				}
				if n > 0 && (s.Loading || role == "match") {
					v, x = append(v, n), append(x, s.Acknowledged)
				}
			}
			if len(v) < 16 {
				continue
			}
			q := len(v) / 4
			t := trend{Role: role, What: what, Early: middle(v[q : 2*q]), Late: middle(v[3*q:])}
			if vouchers := middle(x[3*q:]) - middle(x[q:2*q]); vouchers > 0 {
				t.PerMillion = float64(t.Late-t.Early) / float64(vouchers) * 1e6
			}
			t.Flat = float64(t.Late) <= gainFactor*float64(t.Early)+gainBytes
			out = append(out, t)
		}
	}
	return out
}

func middle(v []int64) int64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// table prints some of the samples, with a bar for what is resident.
func table(w io.Writer, samples []sample) {
	const lines, width = 24, 40
	most := int64(1)
	for _, s := range samples {
		most = max(most, s.RSS["ingest"], s.RSS["match"])
	}
	fmt.Fprintf(w, "%12s  %-28s %-28s (MiB; bars up to %d)\n", "vouchers", "ingest: resident, heap", "matcher: resident, heap", most>>20)
	for k := range min(lines, len(samples)) {
		s := samples[k*(len(samples)-1)/max(1, min(lines, len(samples))-1)]
		bar := func(role string) string { return strings.Repeat("#", int(s.RSS[role]*width/2/most)) }
		fmt.Fprintf(w, "%12d  %4d %4d %-*s %4d %4d %s\n", s.Acknowledged, s.RSS["ingest"]>>20, s.Heap["ingest"]>>20, width/2, bar("ingest"),
			s.RSS["match"]>>20, s.Heap["match"]>>20, bar("match"))
	}
}
