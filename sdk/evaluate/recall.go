package evaluate

import (
	"slices"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
)

// outcomes are what a method made of each copy of each picture, one row a picture, one column an edit of the plan.
type outcomes [][]outcome

type outcome uint8

const (
	absent outcome = iota // there is no such copy
	missed
	found
)

// RecallRow is what a method finds, edit by edit.
type RecallRow struct {
	Method  string          `json:"method"`
	Private bool            `json:"private"`
	Suite   Rate            `json:"suite"` // mean over the 41 edits
	Groups  map[string]Rate `json:"groups"`
	Edits   map[string]Rate `json:"edits"`

	// Detections, where the method is a scheme: bytes and tokens that it costs.
	Probes       int     `json:"probes,omitempty"`
	TokenBits    int     `json:"token_bits,omitempty"`
	TokensEntry  float64 `json:"tokens_per_entry,omitempty"`
	VoucherBytes int     `json:"voucher_bytes,omitempty"`
	Text         string  `json:"scheme,omitempty"`
	Views        int     `json:"views,omitempty"` // of a picture that are hashed

	// SealMillis is how long a voucher takes from pixels to bytes on the machine at hand, lookups included. It is not part of what a seed reproduces.
	SealMillis float64 `json:"-"`
}

// recall sums up a method's outcomes. A group's rate is the mean of its edits' rates; its interval is the middle 95 % of that mean over bootstrap
// samples of the pictures, since the copies of one picture stand or fall together. Edits have Wilson intervals.
func recall(edits []edit.Edit, rows outcomes, seed uint64, times int) RecallRow {
	out := RecallRow{Groups: make(map[string]Rate), Edits: make(map[string]Rate)}
	columns := make(map[edit.Group][]int)
	for j, e := range edits {
		hits, trials := 0, 0
		for _, r := range rows {
			if r[j] != absent {
				trials++
			}
			if r[j] == found {
				hits++
			}
		}
		if trials == 0 {
			continue
		}
		out.Edits[e.Name] = wilson(hits, trials)
		columns[e.Group] = append(columns[e.Group], j)
	}
	var suite []int
	for _, g := range edit.Groups() {
		suite = append(suite, columns[g]...)
	}
	for g, c := range columns {
		out.Groups[string(g)] = macro(rows, c, seed, times)
	}
	out.Suite = macro(rows, suite, seed, times)
	return out
}

// macro is the mean over columns of their rates.
func macro(rows outcomes, columns []int, seed uint64, times int) Rate {
	mean := func(weights []int) float64 {
		sum := 0.0
		n := 0
		for _, j := range columns {
			hits, trials := 0, 0
			for i, r := range rows {
				w := 1
				if weights != nil {
					w = weights[i]
				}
				if r[j] != absent {
					trials += w
				}
				if r[j] == found {
					hits += w
				}
			}
			if trials > 0 {
				sum += float64(hits) / float64(trials)
				n++
			}
		}
		if n == 0 {
			return 0
		}
		return sum / float64(n)
	}
	r := Rate{High: 1}
	pictures := 0
	for _, row := range rows {
		any := false
		for _, j := range columns {
			if row[j] != absent {
				r.Trials++
				any = true
			}
			if row[j] == found {
				r.Hits++
			}
		}
		if any {
			pictures++
		}
	}
	if r.Trials == 0 {
		return r
	}
	r.Value = mean(nil)
	var values []float64
	resamples(seed, len(rows), times, func(w []int) { values = append(values, mean(w)) })
	if len(values) > 0 {
		r.Low, r.High = percentiles(values)
	}
	if len(values) == 0 || r.Low == r.High {
		// The pictures all fare alike, and the bootstrap is blind to what it has not seen: as if each picture were one trial.
		w := wilson(int(r.Value*float64(pictures)), pictures)
		r.Low, r.High = min(w.Low, r.Value), max(w.High, r.Value)
	}
	return r
}

// PairedDifference is how much more of the suite one method finds than another, on the same copies, with its 95 % interval by bootstrap over pictures.
type PairedDifference struct {
	Method, Than     string
	Value, Low, High float64
}

func pairedDifference(edits []edit.Edit, a, b outcomes, seed uint64, times int) (value, low, high float64) {
	diff := func(weights []int) float64 {
		sum, n := 0.0, 0
		for j, e := range edits {
			if !slices.Contains(edit.Groups(), e.Group) {
				continue
			}
			d, trials := 0, 0
			for i := range a {
				w := 1
				if weights != nil {
					w = weights[i]
				}
				if a[i][j] == absent {
					continue
				}
				trials += w
				d += w * (int(a[i][j]) - int(b[i][j]))
			}
			if trials > 0 {
				sum += float64(d) / float64(trials)
				n++
			}
		}
		return sum / float64(max(n, 1))
	}
	var values []float64
	resamples(seed, len(a), times, func(w []int) { values = append(values, diff(w)) })
	value = diff(nil)
	if len(values) == 0 {
		return value, -1, 1
	}
	low, high = percentiles(values)
	return value, low, high
}
