package report

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

// result is one of made-up figures, with everything that a result can have.
func result() *evaluate.Result {
	rate := func(v float64) evaluate.Rate {
		return evaluate.Rate{Value: v, Low: v - 0.05, High: v + 0.05, Hits: 9, Trials: 10}
	}
	row := func(name string, private bool) evaluate.RecallRow {
		return evaluate.RecallRow{
			Method: name, Private: private, Suite: rate(0.7), Groups: map[string]evaluate.Rate{"messenger": rate(0.9), "tone": rate(0.8)},
			Edits: map[string]evaluate.Rate{"jpeg-75": rate(0.9), "gamma-0.8": rate(0.8)}, Probes: 16, TokenBits: 64, TokensEntry: 1, VoucherBytes: 5000, Text: "lowest-frequency",
		}
	}
	fit := &evaluate.Fit{
		Bits: 64, Halving: 1.2, PerPair: evaluate.Extrapolated{Value: 4e-16, Low: 1e-17, High: 1e-15}, Million: evaluate.Extrapolated{Value: 4e-10, Low: 1e-11, High: 1e-9},
		Points: []evaluate.FitPoint{{Bits: 12, Events: 500, Pairs: 1e6, Used: true, Fitted: 490}, {Bits: 16, Events: 40, Pairs: 1e6, Used: true, Fitted: 41}, {Bits: 20, Pairs: 1e6, Fitted: 3}},
	}
	return &evaluate.Result{
		Seed: 7, Plan: "00", Hasher: "pdq-canonical", ListHasher: "pdq-canonical", Views: []string{"as-is"},
		Edits:    []evaluate.Named{{Name: "jpeg-75", Group: "recode"}, {Name: "gamma-0.8", Group: "tone"}},
		Pictures: evaluate.Counts{Files: 11, Used: 10, HeldOut: 5, Refused: []string{"<b>bad</b>.jpg: no picture"}},
		Recall:   []evaluate.RecallRow{row("balanced", true), row("PDQ ≤ 31", false)},
		Tuned:    []evaluate.RecallRow{row("balanced", true)},
		FalsePositives: []evaluate.FalsePositives{
			{Method: "balanced", Private: true, Pairs: 90, Bound95: 0.03, Fit: fit, Classes: []evaluate.Class{{Name: "receipts", Pictures: 3, Bits: 16, Events: 4, Pairs: 100, Rate: 0.04, Bound95: 0.09}}},
			{Method: "PDQ ≤ 31", Pairs: 90, Bound95: 0.03},
		},
		Differences: []evaluate.Difference{{Method: "balanced", Than: "PDQ ≤ 31", Value: 0.01, Low: -0.01, High: 0.03}},
		Collisions:  []evaluate.Collision{{A: "a.jpg", B: "b.jpg", Distance: 80, Bits: 9, ThumbnailA: []byte{1, 2}, ThumbnailB: []byte{3}}},
		Colliding: []evaluate.Colliding{
			{Method: "balanced", Bits: 20, Own: 64, Pairs: []evaluate.Collision{{A: "<c>.jpg", B: "d.jpg", Distance: 90, Matches: 7, ThumbnailA: []byte{4, 5}, ThumbnailB: []byte{6}}}},
			{Method: "mine", Bits: 48, Own: 48, Pairs: []evaluate.Collision{{A: "e.jpg", B: "f.jpg", Matches: 1}}},
		},
		Search: []evaluate.Found{
			{Bits: 64, Probes: 1, Tokens: 1, Scheme: "s1", HeldOut: 0.4, Groups: map[string]float64{}},
			{Bits: 64, Probes: 16, Tokens: 1, Scheme: "s16", HeldOut: 0.7, Groups: map[string]float64{}},
		},
		Blinded:     []evaluate.Blinded{{Method: "balanced", Sent: 20, Matches: 9, Entries: 5}},
		Bursts:      []evaluate.Bursts{{Method: "balanced", Bits: 16, Pictures: 12, Again: 0.3, AgainForwarded: 0.6, Means: []evaluate.BurstMean{{Versions: 5, Matches: 2.5, Points: 1.5}}}},
		Leaks:       []evaluate.Leak{{Mode: "full download", Left: 1, Kept: 1}},
		Accusations: []evaluate.Accusations{{Scheme: "balanced", Rate: 1e-10, Basis: "extrapolated", Pictures: 1000, Target: 1e-12, Threshold: 2}},
		Limits:      []string{"a limit"},
	}
}

func text(t *testing.T, write func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestJSON(t *testing.T) {
	s := text(t, func(b *strings.Builder) error { return JSON(b, result()) })
	var back evaluate.Result
	if err := json.Unmarshal([]byte(s), &back); err != nil || back.Seed != 7 || back.Recall[0].Groups["tone"].Value != 0.8 || back.FalsePositives[0].Fit.Million.Value != 4e-10 {
		t.Errorf("does not read back: %v", err)
	}
}

func TestCSV(t *testing.T) {
	s := text(t, func(b *strings.Builder) error { return CSV(b, result()) })
	lines, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil || len(lines) != 1+3*(1+2+2) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if got := strings.Join(lines[2], ","); got != "held out,balanced,group,messenger,0.90000,0.85000,0.95000,9,10" {
		t.Error(got)
	}
}

// What is extrapolated has columns and a method of its own, and nothing stands there where nothing was.
func TestFalsePositivesCSV(t *testing.T) {
	s := text(t, func(b *strings.Builder) error { return FalsePositivesCSV(b, result()) })
	lines, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	want := "balanced,true,0,0,90,0.03,0,4e-16,1e-17,1e-15,4e-10,1e-11,1e-09,0,0,0,least squares through the logarithms of rates at 12 16 bits; bootstrap over blocks of pictures,64,1.2"
	if got := strings.Join(lines[1], ","); got != want {
		t.Error(got)
	}
	if got := strings.Join(lines[2], ","); got != "PDQ ≤ 31,false,0,0,90,0.03,0"+strings.Repeat(",", 12) {
		t.Error(got)
	}
}

// The page holds everything itself, escapes what comes from outside, and says what it is.
func TestHTML(t *testing.T) {
	s := text(t, func(b *strings.Builder) error {
		return HTML(b, result(), Meta{Version: "v1.2.3", Go: "go1", Processor: "a machine"})
	})
	for _, want := range []string{
		"prefers-color-scheme: dark", `name="viewport"`, "Seed 7", "v1.2.3", "a limit", "receipts", "data:image/jpeg;base64,AQI=",
		"&lt;b&gt;bad&lt;/b&gt;.jpg", "4.0·10<sup>-10</sup>", "Plain tokens must say the same", "held out", "proven", "extrapolated",
		"balanced: at 20 bits; none at its own 64", "7 matches", "&lt;c&gt;.jpg", "data:image/jpeg;base64,BAU=", "mine: at 48 bits, its own length",
	} {
		if !strings.Contains(s, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(s, "<svg"); n != 4 || strings.Count(s, "</svg>") != n {
		t.Errorf("%d plots, want 4", n)
	}
	for _, m := range regexp.MustCompile(`(?:src|href|url)\s*[=(]\s*["']?([^"')> ]+)`).FindAllStringSubmatch(s, -1) {
		if !strings.HasPrefix(m[1], "data:") {
			t.Errorf("the page refers to %s", m[1])
		}
	}
	if regexp.MustCompile(`https?://|<script|NaN|Inf|%!`).MatchString(s) {
		t.Error("the page has an address, a script or a number that is none")
	}
}

// A result of the least that there can be makes a page too.
func TestHTMLOfLittle(t *testing.T) {
	s := text(t, func(b *strings.Builder) error { return HTML(b, &evaluate.Result{}, Meta{}) })
	if !strings.HasSuffix(strings.TrimSpace(s), "</html>") || strings.Contains(s, "NaN") {
		t.Error("the page is not whole")
	}
}
