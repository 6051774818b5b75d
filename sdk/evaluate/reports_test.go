package evaluate

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// The closed form agrees with drawing senders one by one.
func TestMatchesOfSenders(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		t          int
		recall, mu float64
	}{{1, 0.7, 3}, {2, 0.9, 3}, {5, 0.8, 10}, {10, 0.95, 10}, {1, 1, 1}, {2, 1, 1}} {
		const n = 200_000
		opened, readable, sent := 0, 0, 0
		for range n {
			k := 1
			for r.Float64() > 1/c.mu {
				k++
			}
			sent += k
			x := 0
			for range k {
				if r.Float64() < c.recall {
					x++
				}
			}
			if x >= c.t {
				opened++
				readable += x
			}
		}
		p, kept := matches(c.t, c.recall, c.mu)
		if d := math.Abs(p - float64(opened)/n); d > 0.005 {
			t.Errorf("%+v: opened %.4f, drawn %.4f", c, p, float64(opened)/n)
		}
		if d := math.Abs(kept - float64(readable)/float64(sent)); d > 0.01 {
			t.Errorf("%+v: kept %.4f, drawn %.4f", c, kept, float64(readable)/float64(sent))
		}
	}
}

func TestReportsModel(t *testing.T) {
	m := DefaultReportsModel()
	rows, err := m.Rows([]int{1, 2, 10, 30})
	if err != nil {
		t.Fatal(err)
	}
	// Without a threshold everything recognised is kept.
	if want := m.Known.High * m.Coverage.High * m.Recall.High; math.Abs(rows[0].KeptPart.High-want) > 1e-9 {
		t.Errorf("T=1 keeps %v, want %v", rows[0].KeptPart.High, want)
	}
	if want := m.Accounts * m.Periods * float64(m.Pictures) * m.FalsePositive.Low; math.Abs(rows[0].Accused.Low/want-1) > 1e-3 {
		t.Errorf("T=1 opens %v innocent accounts, want %v", rows[0].Accused.Low, want)
	}
	for i, r := range rows {
		for _, x := range []Range{r.Kept, r.KeptPart, r.SendersFound, r.Accused, r.AccusedBursts} {
			if x.Low > x.High || x.Low < 0 {
				t.Errorf("T=%d: %+v", r.Threshold, r)
			}
		}
		if i > 0 && (r.Kept.High > rows[i-1].Kept.High || r.Kept.Low > rows[i-1].Kept.Low || r.Accused.High > rows[i-1].Accused.High) {
			t.Errorf("T=%d keeps or opens more than T=%d", r.Threshold, rows[i-1].Threshold)
		}
	}
	if rows[2].AccusedBursts.High <= rows[2].Accused.High {
		t.Error("bursts open no more innocent accounts than independent errors at a high threshold")
	}
}

func TestReportsModelRefuses(t *testing.T) {
	for _, change := range []func(*ReportsModel){
		func(m *ReportsModel) { m.Recall = Range{0.5, 1.1} },
		func(m *ReportsModel) { m.Known = Range{0.5, 0.4} },
		func(m *ReportsModel) { m.MatchesPerSender.Low = 0.5 },
		func(m *ReportsModel) { m.Reports.Low = math.NaN() },
		func(m *ReportsModel) { m.Accounts = -1 },
		func(m *ReportsModel) { m.Periods = 0 },
	} {
		m := DefaultReportsModel()
		change(&m)
		if _, err := m.Rows([]int{1}); !errors.Is(err, ErrReports) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if _, err := DefaultReportsModel().Rows([]int{0}); !errors.Is(err, ErrReports) {
		t.Error("a threshold of 0 is accepted")
	}
}

// A threshold holds what it promises, and bursts ask for a higher one.
func TestAccusations(t *testing.T) {
	f := &FalsePositives{Method: "m", Bound95: 1e-9}
	out, err := accusations(f, AccusationConfig{Pictures: 1000, MeanBurst: 5, Target: 1e-9})
	if err != nil || len(out) != 2 {
		t.Fatalf("%v, %v", out, err)
	}
	if out[0].Rate != 1e-3 || out[0].Threshold < 5 || out[0].Opened > 1e-9 || out[1].Threshold <= out[0].Threshold {
		t.Errorf("%+v", out)
	}
	f.Bound95 = 9e-7
	out, err = accusations(f, AccusationConfig{Pictures: 100000, Target: 1e-9})
	if err != nil || out[0].Threshold != 0 {
		t.Errorf("a rate of 0.9 has the threshold %+v, %v", out, err)
	}
	f.Bound95 = 1
	out, err = accusations(f, AccusationConfig{Pictures: 10, Target: 1e-9})
	if err != nil || out[0].Threshold != 0 {
		t.Errorf("a rate of 1 has the threshold %+v, %v", out, err)
	}
}
