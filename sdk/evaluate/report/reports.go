package report

import (
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

// ReportsHTML writes the model of reports as one self-contained page: reports kept beside innocent accounts opened, by threshold.
func ReportsHTML(w io.Writer, model evaluate.ReportsModel, rows []evaluate.ReportsRow, m Meta) error {
	fixed := func(v float64) evaluate.Range { return evaluate.Range{Low: v, High: v} }
	return reportsTemplate.Execute(w, struct {
		Meta                  Meta
		Model                 evaluate.ReportsModel
		Rows                  []evaluate.ReportsRow
		Inputs                []input
		KeptPlot, AccusedPlot template.HTML
	}{
		m, model, rows,
		[]input{
			{"reports a year", model.Reports}, {"part that rests on known pictures", model.Known}, {"recall", model.Recall}, {"coverage of clients", model.Coverage},
			{"known pictures a period, of an account that sends any (mean)", model.MatchesPerSender}, {"innocent accounts", fixed(model.Accounts)},
			{"pictures of each a period", fixed(float64(model.Pictures))}, {"periods a year", fixed(model.Periods)},
			{"false matches a picture", model.FalsePositive}, {"false matches that come together (mean)", fixed(model.MeanBurst)},
		},
		keptPlot(rows), accusedPlot(rows, model.MeanBurst),
	})
}

// An input is one of the model's, for people.
type input struct {
	Name  string
	Range evaluate.Range
}

// ReportsCSV writes a line for each threshold.
func ReportsCSV(w io.Writer, rows []evaluate.ReportsRow) error {
	c := csv.NewWriter(w)
	header := []string{"threshold"}
	for _, name := range []string{"reports_kept", "reports_kept_part", "senders_found", "innocent_opened", "innocent_opened_bursts"} {
		header = append(header, name+"_low", name+"_high")
	}
	c.Write(header)
	for _, r := range rows {
		line := []string{strconv.Itoa(r.Threshold)}
		for _, x := range []evaluate.Range{r.Kept, r.KeptPart, r.SendersFound, r.Accused, r.AccusedBursts} {
			line = append(line, small(x.Low), small(x.High))
		}
		c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// part is a range of parts for people.
func part(r evaluate.Range) string {
	f := func(v float64) string {
		if v > 0 && v < 1e-6 {
			return "< 0.0001"
		}
		return strconv.FormatFloat(100*v, 'g', 3, 64)
	}
	return f(r.Low) + "–" + f(r.High) + " %"
}

// numbers is a range of reports or accounts a year for people. What is below one in a thousand million years is not told apart.
func numbers(r evaluate.Range) template.HTML {
	f := func(v float64) template.HTML {
		if v > 0 && v < 1e-9 {
			return "&lt; 10<sup>-9</sup>"
		}
		return sci(v)
	}
	if f(r.Low) == f(r.High) {
		return f(r.Low)
	}
	return f(r.Low) + " – " + f(r.High)
}

// A band is a range for each threshold.
type band struct {
	name string
	of   func(evaluate.ReportsRow) evaluate.Range
}

// keptPlot shows which part of the reports is kept, and of the senders found.
func keptPlot(rows []evaluate.ReportsRow) template.HTML {
	return bandPlot(rows, "Part of all reports that is kept, and of senders found, by threshold", "threshold T; kept, as ranges",
		axis{from: 0, to: 1, at: bandBottom, end: bandTop}, []float64{0, 0.25, 0.5, 0.75, 1},
		func(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) },
		[]band{
			{"part of all reports kept", func(r evaluate.ReportsRow) evaluate.Range { return r.KeptPart }},
			{"senders found, of those with a client that scans", func(r evaluate.ReportsRow) evaluate.Range { return r.SendersFound }},
		})
}

// accusedFloor is the number of innocent accounts a year below which the plot shows no difference.
const accusedFloor = 1e-3

// accusedPlot shows how many innocent accounts are opened a year.
func accusedPlot(rows []evaluate.ReportsRow, burst float64) template.HTML {
	top := 1.0
	for _, r := range rows {
		top = max(top, r.Accused.High, r.AccusedBursts.High)
	}
	top = math.Pow(10, math.Ceil(math.Log10(top)))
	var ticks []float64
	for v := accusedFloor; v < top*1.01; v *= 10 {
		ticks = append(ticks, v)
	}
	bands := []band{{"innocent accounts opened a year, independent errors", func(r evaluate.ReportsRow) evaluate.Range { return r.Accused }}}
	if burst > 0 {
		bands = append(bands, band{fmt.Sprintf("the same, errors in bursts of %g", burst), func(r evaluate.ReportsRow) evaluate.Range { return r.AccusedBursts }})
	}
	return bandPlot(rows, "Innocent accounts opened a year, by threshold, on a logarithmic scale", "threshold T; innocent accounts opened, as ranges",
		axis{from: math.Log10(accusedFloor), to: math.Log10(top), at: bandBottom, end: bandTop, log: true}, ticks,
		func(v float64) string {
			if v < 1.5*accusedFloor {
				return "≤ 1e-3"
			}
			return fmt.Sprintf("1e%.0f", math.Log10(v))
		}, bands)
}

const bandTop, bandBottom = 10.0, 210.0

// bandPlot draws ranges over thresholds, these on a logarithmic scale. Values below a logarithmic axis are drawn at its end.
func bandPlot(rows []evaluate.ReportsRow, label, caption string, y axis, ticks []float64, name func(float64) string, bands []band) template.HTML {
	if len(rows) == 0 {
		return ""
	}
	const left, right = 48.0, plotWidth - 10.0
	first, last := float64(rows[0].Threshold), float64(rows[0].Threshold)
	for _, r := range rows {
		first, last = min(first, float64(r.Threshold)), max(last, float64(r.Threshold))
	}
	c := newCanvas(plotWidth, bandBottom+46+14*float64(len(bands)), label)
	x := axis{from: math.Log10(first), to: math.Log10(max(last, first+1)), at: left, end: right, log: true}
	for _, v := range ticks {
		c.line(left, y.pos(v), right, y.pos(v), "grid")
		c.text(left-5, y.pos(v)+3, "end", "t", name(v))
	}
	for _, r := range rows {
		at := x.pos(float64(r.Threshold))
		c.line(at, bandTop, at, bandBottom, "grid")
		c.text(at, bandBottom+14, "middle", "t", strconv.Itoa(r.Threshold))
	}
	c.text((left+right)/2, bandBottom+29, "middle", "t", caption)
	place := func(v float64) float64 {
		if y.log {
			v = max(v, math.Pow(10, y.from))
		}
		return y.pos(v)
	}
	var names []string
	for i, b := range bands {
		var low, high, outline [][2]float64
		for _, r := range rows {
			v, at := b.of(r), x.pos(float64(r.Threshold))
			low, high = append(low, [2]float64{at, place(v.Low)}), append(high, [2]float64{at, place(v.High)})
		}
		outline = append(outline, high...)
		for k := len(low) - 1; k >= 0; k-- {
			outline = append(outline, low[k])
		}
		c.polyline(outline, fmt.Sprintf("s%d band", i))
		c.polyline(low, fmt.Sprintf("s%d line", i))
		c.polyline(high, fmt.Sprintf("s%d line", i))
		for k, r := range rows {
			v := b.of(r)
			title := fmt.Sprintf("T = %d, %s: %.3g to %.3g", r.Threshold, b.name, v.Low, v.High)
			c.dot(low[k][0], low[k][1], i, title)
			c.dot(high[k][0], high[k][1], i, title)
		}
		names = append(names, b.name)
	}
	c.legend(left, bandBottom+46, names)
	return c.done()
}
