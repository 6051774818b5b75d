package main

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/report"
)

// modelFlag is the inputs of the model of reports.
type modelFlag struct {
	Reports       rangeFlag `default:"6.9e6..13.8e6" help:"Reports a year that a service makes because it sees what is sent (${default})."`
	Known         rangeFlag `default:"0.5..0.9" help:"Part of them that rest on a known picture (${default})."`
	Recall        rangeFlag `default:"0.7..0.97" help:"Part of the copies really sent that a scheme recognises (${default})."`
	Coverage      rangeFlag `default:"0.5..0.95" help:"Part of the accounts concerned whose client scans (${default})."`
	Matches       rangeFlag `default:"1.5..10" help:"Mean number of known pictures in a period of an account that sends any (${default})."`
	Accounts      float64   `default:"1e9" help:"Innocent accounts (${default})."`
	Pictures      int       `default:"300" help:"Pictures that each of them sends in a period (${default})."`
	Periods       float64   `default:"12" help:"Periods in a year (${default})."`
	FalsePositive rangeFlag `default:"1e-10..1e-6" help:"Probability that an innocent picture matches (${default})."`
	Burst         float64   `default:"5" help:"Mean number of false matches that come together (${default})."`
	Thresholds    []int     `default:"1,2,3,5,10,20,30" help:"Thresholds to show (${default})."`
}

// rangeFlag is LOW..HIGH, or one number.
type rangeFlag evaluate.Range

var _ encoding.TextUnmarshaler = (*rangeFlag)(nil)

// UnmarshalText reads a range.
func (r *rangeFlag) UnmarshalText(text []byte) error {
	low, high, ok := strings.Cut(string(text), "..")
	if !ok {
		high = low
	}
	var err1, err2 error
	r.Low, err1 = strconv.ParseFloat(low, 64)
	r.High, err2 = strconv.ParseFloat(high, 64)
	if err1 != nil || err2 != nil {
		return fmt.Errorf("%q is no range; it is written LOW..HIGH", text)
	}
	return nil
}

// run shows the model, and writes it into a folder if there is one.
func (m *modelFlag) run(a *app, out string) error {
	model := evaluate.ReportsModel{
		Reports: evaluate.Range(m.Reports), Known: evaluate.Range(m.Known), Recall: evaluate.Range(m.Recall), Coverage: evaluate.Range(m.Coverage),
		MatchesPerSender: evaluate.Range(m.Matches), Accounts: m.Accounts, Pictures: m.Pictures, Periods: m.Periods,
		FalsePositive: evaluate.Range(m.FalsePositive), MeanBurst: m.Burst,
	}
	rows, err := model.Rows(m.Thresholds)
	if errors.Is(err, evaluate.ErrReports) {
		return &exitError{exitUsage, err, ""}
	}
	if err != nil {
		return &exitError{exitUsage, err, "See --model-… in veilhash eval --help."}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A model, not a measurement: each column is as wide as what is known of its inputs.\n")
	fmt.Fprintf(&b, "T\treports kept a year\tpart of all\tsenders found\tinnocent accounts opened a year\t… with bursts of %g\n", m.Burst)
	for _, r := range rows {
		fmt.Fprintf(&b, "%d\t%.2g–%.2g\t%.1f–%.1f %%\t%.1f–%.1f %%\t%.1e–%.1e\t%.1e–%.1e\n", r.Threshold, r.Kept.Low, r.Kept.High,
			100*r.KeptPart.Low, 100*r.KeptPart.High, 100*r.SendersFound.Low, 100*r.SendersFound.High,
			r.Accused.Low, r.Accused.High, r.AccusedBursts.Low, r.AccusedBursts.High)
	}
	all := map[string]any{"inputs": model, "rows": rows}
	if out != "" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return err
		}
		err := writeReports(out, map[string]func(*strings.Builder) error{
			"reports.json": func(b *strings.Builder) error {
				e := json.NewEncoder(b)
				e.SetIndent("", " ")
				return e.Encode(all)
			},
			"reports.csv":  func(b *strings.Builder) error { return report.ReportsCSV(b, rows) },
			"reports.html": func(b *strings.Builder) error { return report.ReportsHTML(b, model, rows, meta()) },
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "report\t%s\n", filepath.Join(out, "reports.html"))
	}
	return a.print(all, b.String())
}
