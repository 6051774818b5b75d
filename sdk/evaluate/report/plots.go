package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

const plotWidth = 360

// recallPlot has a row for each edit and a mark for each method, with its interval.
func recallPlot(r *evaluate.Result, rows []evaluate.RecallRow) template.HTML {
	const rowHeight, left = 15.0, 128.0
	height := 26.0
	group := ""
	for _, e := range r.Edits {
		if !anyEdit(rows, e.Name) {
			continue
		}
		if e.Group != group {
			group = e.Group
			height += 20
		}
		height += rowHeight
	}
	legendAt := height + 26
	c := newCanvas(plotWidth, legendAt+14*float64(len(rows)), "Recall of each edit by method, with 95 % intervals")
	x := axis{from: 0, to: 1, at: left, end: plotWidth - 8}
	y := 12.0
	group = ""
	for _, e := range r.Edits {
		if !anyEdit(rows, e.Name) {
			continue
		}
		if e.Group != group {
			group = e.Group
			y += 20
			c.text(0, y-2, "start", "h", group)
		}
		y += rowHeight
		c.text(left-6, y, "end", "t", e.Name)
		c.line(left, y-4, plotWidth-8, y-4, "grid")
		for k, row := range rows {
			v, ok := row.Edits[e.Name]
			if !ok {
				continue
			}
			at := y - 4 + 2.2*(float64(k)-float64(len(rows)-1)/2)
			c.line(x.pos(v.Low), at, x.pos(v.High), at, fmt.Sprintf("ci s%d", k))
			c.dot(x.pos(v.Value), at, k, fmt.Sprintf("%s, %s: %.3f (%.3f to %.3f), %d of %d", row.Method, e.Name, v.Value, v.Low, v.High, v.Hits, v.Trials))
		}
	}
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.line(x.pos(v), 30, x.pos(v), y+2, "grid")
		c.text(x.pos(v), y+16, "middle", "t", strconv.FormatFloat(v, 'f', -1, 64))
	}
	c.legend(left, legendAt, methodNames(rows))
	return c.done()
}

func anyEdit(rows []evaluate.RecallRow, name string) bool {
	return slices.ContainsFunc(rows, func(r evaluate.RecallRow) bool { _, ok := r.Edits[name]; return ok })
}

func methodNames(rows []evaluate.RecallRow) (names []string) {
	for _, r := range rows {
		names = append(names, r.Method)
	}
	return names
}

// fitPlot shows counted rates by token length, the lines through them, and where they end.
func fitPlot(fps []evaluate.FalsePositives) template.HTML {
	const top, bottom, left = 10.0, 230.0, 44.0
	var names []string
	low, last := 0.0, 16
	for _, f := range fps {
		if f.Fit != nil {
			names = append(names, f.Method)
			low = min(low, math.Floor(math.Log10(max(f.Fit.PerPair.Value, 1e-80))))
			last = max(last, lineEnd(f.Fit))
		}
	}
	if len(names) == 0 {
		return ""
	}
	low = max(low, -20)
	c := newCanvas(plotWidth, bottom+44+14*float64(len(names)), "False positive rate by token length: counted, and extrapolated on a logarithmic scale")
	x := axis{from: 8, to: float64(last), at: left, end: plotWidth - 10}
	y := axis{from: low, to: 0, at: bottom, end: top, log: true}
	for e := 0.0; e >= low; e -= 4 {
		c.line(left, y.pos(math.Pow(10, e)), plotWidth-10, y.pos(math.Pow(10, e)), "grid")
		c.text(left-5, y.pos(math.Pow(10, e))+3, "end", "t", fmt.Sprintf("1e%.0f", e))
	}
	for b := 8; b <= last; b += 8 {
		c.text(x.pos(float64(b)), bottom+14, "middle", "t", strconv.Itoa(b))
	}
	c.text((left+plotWidth)/2, bottom+28, "middle", "t", "bits of token; dashed: extrapolated")
	series := 0
	for _, f := range fps {
		if f.Fit == nil {
			continue
		}
		p := f.Fit.Points
		counted := p[0].Bits
		for _, q := range p {
			if q.Events > 0 {
				rate := float64(q.Events) / q.Pairs
				c.dot(x.pos(float64(q.Bits)), y.pos(rate), series, fmt.Sprintf("%s, %d bits: %d in %.3g pairs", f.Method, q.Bits, q.Events, q.Pairs))
				counted = q.Bits
			}
		}
		rate := func(bits int) float64 {
			return p[0].Fitted / p[0].Pairs * math.Exp2(-float64(bits-p[0].Bits)/f.Fit.Halving)
		}
		at := func(bits int) [2]float64 { return [2]float64{x.pos(float64(bits)), y.pos(rate(bits))} }
		class := fmt.Sprintf("s%d line", series)
		end := lineEnd(f.Fit)
		for end > counted && math.Log10(rate(end)) < low {
			end--
		}
		c.polyline([][2]float64{at(p[0].Bits), at(counted)}, class)
		c.polyline([][2]float64{at(counted), at(end)}, class+" dash")
		series++
	}
	c.legend(left, bottom+44, names)
	return c.done()
}

// lineEnd is the length to which a line is drawn: the scheme's, or what fits.
func lineEnd(f *evaluate.Fit) int { return min(f.Bits, 80) }

// frontierPlot shows what the splits that were found detect, by the number of probes.
func frontierPlot(r *evaluate.Result) template.HTML {
	const top, bottom, left = 10.0, 220.0, 34.0
	type key struct{ bits, tokens int }
	var keys []key
	most := 1
	for _, f := range r.Search {
		if k := (key{f.Bits, f.Tokens}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
		most = max(most, f.Probes)
	}
	if len(keys) == 0 || most < 2 {
		return ""
	}
	c := newCanvas(plotWidth, bottom+44+14*float64(len(keys)), "Recall of the whole suite by number of probes, for splits found by search")
	x := axis{from: 0, to: math.Log10(float64(most)), at: left, end: plotWidth - 10, log: true}
	y := axis{from: 0.2, to: 1, at: bottom, end: top}
	for v := 0.2; v < 1.01; v += 0.2 {
		c.line(left, y.pos(v), plotWidth-10, y.pos(v), "grid")
		c.text(left-5, y.pos(v)+3, "end", "t", fmt.Sprintf("%.1f", v))
	}
	for n := 1; n <= most; n *= 4 {
		c.text(x.pos(float64(n)), bottom+14, "middle", "t", strconv.Itoa(n))
	}
	c.text((left+plotWidth)/2, bottom+28, "middle", "t", "probes a picture; dashed: PDQ distance, not private")
	for _, row := range r.Recall {
		if _, pdq := row.Groups["messenger"]; pdq && !row.Private && len(row.Method) > 3 && row.Method[:3] == "PDQ" {
			c.line(left, y.pos(row.Suite.Value), plotWidth-10, y.pos(row.Suite.Value), "dash peer")
			c.text(plotWidth-12, y.pos(row.Suite.Value)-3, "end", "t", row.Method)
		}
	}
	var names []string
	for i, k := range keys {
		var line [][2]float64
		for _, f := range r.Search {
			if (key{f.Bits, f.Tokens}) == k {
				at := [2]float64{x.pos(float64(f.Probes)), y.pos(max(f.HeldOut, 0.2))}
				line = append(line, at)
				c.dot(at[0], at[1], i, fmt.Sprintf("%d bits, %d probes, at most %d tokens an entry: %.3f", f.Bits, f.Probes, f.Tokens, f.HeldOut))
			}
		}
		c.polyline(line, fmt.Sprintf("s%d line", i))
		names = append(names, fmt.Sprintf("%d bits, at most %d tokens an entry", k.bits, k.tokens))
	}
	c.legend(left, bottom+44, names)
	return c.done()
}

// tradePlot shows what each scheme finds of the suite against how often it is expected to be wrong, with the intervals of both.
func tradePlot(r *evaluate.Result) template.HTML {
	const top, bottom, left = 10.0, 200.0, 44.0
	type point struct {
		row evaluate.RecallRow
		fp  evaluate.Extrapolated
	}
	var points []point
	low, high := 0.0, -300.0
	for _, row := range r.Recall {
		for _, f := range r.FalsePositives {
			if f.Method == row.Method && f.Fit != nil && row.Suite.Trials > 0 && f.Fit.Million.Value > 1e-30 {
				points = append(points, point{row, f.Fit.Million})
				low = min(low, math.Floor(math.Log10(max(f.Fit.Million.Low, 1e-30))))
				high = max(high, math.Ceil(math.Log10(max(f.Fit.Million.High, 1e-30))))
			}
		}
	}
	if len(points) == 0 {
		return ""
	}
	c := newCanvas(plotWidth, bottom+44+14*float64(len(points)), "Recall of the whole suite against extrapolated false positives a picture at a million entries, by scheme")
	x := axis{from: low, to: min(0, high), at: left, end: plotWidth - 10, log: true}
	y := axis{from: 0, to: 1, at: bottom, end: top}
	for v := 0.0; v < 1.01; v += 0.25 {
		c.line(left, y.pos(v), plotWidth-10, y.pos(v), "grid")
		c.text(left-5, y.pos(v)+3, "end", "t", fmt.Sprintf("%.2g", v))
	}
	for e := low; e <= min(0, high); e += max(1, math.Ceil((min(0, high)-low)/8)) {
		c.line(x.pos(math.Pow(10, e)), top, x.pos(math.Pow(10, e)), bottom, "grid")
		c.text(x.pos(math.Pow(10, e)), bottom+14, "middle", "t", fmt.Sprintf("1e%.0f", e))
	}
	c.text((left+plotWidth)/2, bottom+28, "middle", "t", "false positives a picture at 1e6 entries, extrapolated; up: whole suite")
	var names []string
	for i, p := range points {
		at := [2]float64{x.pos(p.fp.Value), y.pos(p.row.Suite.Value)}
		c.line(x.pos(max(p.fp.Low, math.Pow(10, low))), at[1], x.pos(min(p.fp.High, 1)), at[1], fmt.Sprintf("ci s%d", i))
		c.line(at[0], y.pos(p.row.Suite.Low), at[0], y.pos(p.row.Suite.High), fmt.Sprintf("ci s%d", i))
		c.dot(at[0], at[1], i, fmt.Sprintf("%s: %.3f of the suite, %.1e false positives, %d probes, %d bytes", p.row.Method, p.row.Suite.Value, p.fp.Value, p.row.Probes, p.row.VoucherBytes))
		names = append(names, fmt.Sprintf("%s: %d probes of %d bits, %d bytes", p.row.Method, p.row.Probes, p.row.TokenBits, p.row.VoucherBytes))
	}
	c.legend(left, bottom+44, names)
	return c.done()
}
