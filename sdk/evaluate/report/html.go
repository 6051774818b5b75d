package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate"
)

// Meta is what a report says beyond the result: how it came about.
type Meta struct {
	Version   string // of the program
	Go        string // its compiler
	Processor string
}

//go:embed report.html
var page string

//go:embed reports.html
var reportsPage string

//go:embed style.html
var style string

var (
	pageTemplate    = parsePage(page)
	reportsTemplate = parsePage(reportsPage)
)

// parsePage parses a page and what pages share.
func parsePage(text string) *template.Template {
	return template.Must(template.Must(template.New("page").Funcs(functions).Parse(text)).Parse(style))
}

var functions = template.FuncMap{
	"pct":      percent,
	"rate":     rate,
	"sci":      sci,
	"f3":       func(v float64) string { return fmt.Sprintf("%.3f", v) },
	"f1":       func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"image":    dataURI,
	"join":     strings.Join,
	"part":     part,
	"accounts": numbers,
	"million": func(r *evaluate.Result, method string) template.HTML {
		for _, f := range r.FalsePositives {
			if f.Method == method && f.Fit != nil {
				return sci(f.Fit.Million.Value)
			}
		}
		return "–"
	},
}

// HTML writes one self-contained page.
func HTML(w io.Writer, r *evaluate.Result, m Meta) error {
	return pageTemplate.Execute(w, view{
		Result: r, Meta: m,
		Groups:       allGroups(r.Recall),
		RecallPlot:   recallPlot(r, plotted(r.Recall)),
		FitPlot:      fitPlot(r.FalsePositives),
		FrontierPlot: frontierPlot(r),
		TradePlot:    tradePlot(r),
	})
}

// view is what the page's template sees.
type view struct {
	*evaluate.Result
	Meta                                         Meta
	Groups                                       []string
	RecallPlot, FitPlot, FrontierPlot, TradePlot template.HTML
}

// maxSchemes is how many schemes the plot of edits shows beside PDQ.
const maxSchemes = 3

// plotted are the methods that the plot of edits shows: the first schemes and PDQ.
func plotted(rows []evaluate.RecallRow) (out []evaluate.RecallRow) {
	schemes := 0
	for _, r := range rows {
		if r.Private {
			if schemes++; schemes > maxSchemes {
				continue
			}
		} else if !strings.HasPrefix(r.Method, "PDQ") {
			continue
		}
		out = append(out, r)
	}
	return out
}

func allGroups(rows []evaluate.RecallRow) []string {
	var most []string
	for _, r := range rows {
		if g := groups(r); len(g) > len(most) {
			most = g
		}
	}
	return most
}

// rate is a figure with its interval.
func rate(groups map[string]evaluate.Rate, name string) template.HTML {
	r, ok := groups[name]
	if !ok {
		return "–"
	}
	return percent(r)
}

func percent(r evaluate.Rate) template.HTML {
	if r.Trials == 0 {
		return "–"
	}
	return template.HTML(fmt.Sprintf(`<b>%.3f</b><small>%.3f–%.3f</small>`, r.Value, r.Low, r.High))
}

// sci is a small number for people.
func sci(v float64) template.HTML {
	if v == 0 {
		return "0"
	}
	if v >= 100 && v < 10000 {
		return template.HTML(fmt.Sprintf("%.0f", v))
	}
	if v >= 0.01 && v < 100 {
		return template.HTML(fmt.Sprintf("%.3g", v))
	}
	e := int(math.Floor(math.Log10(v)))
	return template.HTML(fmt.Sprintf("%.1f·10<sup>%d</sup>", v/math.Pow10(e), e))
}

func dataURI(jpeg []byte) template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(jpeg))
}
