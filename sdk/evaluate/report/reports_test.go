package report

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

func reportsRows(t *testing.T, m evaluate.ReportsModel, thresholds ...int) []evaluate.ReportsRow {
	t.Helper()
	rows, err := m.Rows(thresholds)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The page has both plots, every threshold, and no number that is none, whatever lies between a threshold of one and rates too small for any axis.
func TestReportsHTML(t *testing.T) {
	independent := evaluate.DefaultReportsModel()
	independent.MeanBurst = 0
	none := evaluate.DefaultReportsModel()
	none.FalsePositive, none.Reports = evaluate.Range{}, evaluate.Range{}
	for name, c := range map[string]struct {
		model      evaluate.ReportsModel
		thresholds []int
		plots      int
		bands      int
	}{
		"default":     {evaluate.DefaultReportsModel(), []int{1, 2, 3, 5, 10, 20, 30}, 2, 4},
		"independent": {independent, []int{1, 4}, 2, 3},
		"nothing":     {none, []int{1, 30}, 2, 4},
		"one":         {evaluate.DefaultReportsModel(), []int{1}, 2, 4},
		"no rows":     {evaluate.DefaultReportsModel(), nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			rows := reportsRows(t, c.model, c.thresholds...)
			s := text(t, func(b *strings.Builder) error { return ReportsHTML(b, c.model, rows, Meta{Version: "v1.2.3"}) })
			if got := strings.Count(s, "<svg"); got != c.plots {
				t.Errorf("%d plots, want %d", got, c.plots)
			}
			if got := strings.Count(s, ` band" points`); got != c.bands {
				t.Errorf("%d bands, want %d", got, c.bands)
			}
			for _, k := range c.thresholds {
				if !strings.Contains(s, "<tr><td>"+strconv.Itoa(k)+"</td>") {
					t.Errorf("no row for %d", k)
				}
			}
			for _, want := range []string{"A model, not a measurement", "prefers-color-scheme: dark", `name="viewport"`, "v1.2.3"} {
				if !strings.Contains(s, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			if m := regexp.MustCompile(`https?://|<script|NaN|Inf|%!`).FindString(s); m != "" {
				t.Errorf("the page has %s", m)
			}
		})
	}
}

// What is higher is drawn higher: kept reports fall with the threshold, and marks stay within the drawing.
func TestBandPlot(t *testing.T) {
	s := string(keptPlot(reportsRows(t, evaluate.DefaultReportsModel(), 1, 5, 30)))
	m := regexp.MustCompile(`class="s0 line" points="([^"]*)"`).FindAllStringSubmatch(s, -1)
	if len(m) != 2 {
		t.Fatalf("%d lines of the first band, want 2", len(m))
	}
	for _, line := range m {
		x, y := -1.0, -1.0
		for point := range strings.FieldsSeq(line[1]) {
			a, b, _ := strings.Cut(point, ",")
			px, err1 := strconv.ParseFloat(a, 64)
			py, err2 := strconv.ParseFloat(b, 64)
			if err1 != nil || err2 != nil || px <= x || py < y || py < bandTop || py > bandBottom || px > plotWidth {
				t.Errorf("%s: after %g,%g", point, x, y)
			}
			x, y = px, py
		}
	}
}

func TestReportsCSV(t *testing.T) {
	s := text(t, func(b *strings.Builder) error {
		return ReportsCSV(b, []evaluate.ReportsRow{{Threshold: 3, Kept: evaluate.Range{Low: 1, High: 2e6}, Accused: evaluate.Range{Low: 1e-30, High: 4}}})
	})
	lines, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil || len(lines) != 2 || len(lines[0]) != 11 || strings.Join(lines[1], ",") != "3,1,2e+06,0,0,0,0,1e-30,4,0,0" {
		t.Errorf("%v, %v", lines, err)
	}
}
