package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
)

// JSON writes the whole result.
func JSON(w io.Writer, r *evaluate.Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// CSV writes a line for each figure of recall: of held-out and tuned pictures, by method, for the suite, its groups and each edit.
func CSV(w io.Writer, r *evaluate.Result) error {
	c := csv.NewWriter(w)
	c.Write([]string{"pictures", "method", "kind", "name", "recall", "low95", "high95", "hits", "trials"})
	for _, part := range []struct {
		name string
		rows []evaluate.RecallRow
	}{{"held out", r.Recall}, {"tuned", r.Tuned}} {
		for _, row := range part.rows {
			write := func(kind, name string, x evaluate.Rate) {
				c.Write([]string{part.name, row.Method, kind, name, number(x.Value), number(x.Low), number(x.High), strconv.Itoa(x.Hits), strconv.Itoa(x.Trials)})
			}
			write("suite", "", row.Suite)
			for _, g := range groups(row) {
				write("group", g, row.Groups[g])
			}
			for _, e := range r.Edits {
				if x, ok := row.Edits[e.Name]; ok {
					write("edit", e.Name, x)
				}
			}
		}
	}
	c.Flush()
	return c.Error()
}

// FalsePositivesCSV writes a line for each method: what was counted, what that proves, and in columns of their own what is extrapolated, with how. Empty means that there
// is nothing to extrapolate from.
func FalsePositivesCSV(w io.Writer, r *evaluate.Result) error {
	c := csv.NewWriter(w)
	c.Write([]string{
		"method", "private", "matches", "near", "pairs", "proven_bound95_pair", "proven_bound95_picture_1e6",
		"extrapolated_pair", "low95", "high95", "extrapolated_picture_1e6", "low95", "high95", "extrapolated_picture_1e7", "low95", "high95",
		"extrapolation", "own_bits", "bits_per_halving",
	})
	for _, f := range r.FalsePositives {
		line := []string{f.Method, strconv.FormatBool(f.Private), strconv.Itoa(f.Events), strconv.Itoa(f.Near), small(f.Pairs), small(f.Bound95), small(f.BoundAt1e6)}
		if f.Fit == nil {
			line = append(line, slices.Repeat([]string{""}, 12)...)
		} else {
			for _, x := range []evaluate.Extrapolated{f.Fit.PerPair, f.Fit.Million, f.Fit.TenMillion} {
				line = append(line, small(x.Value), small(x.Low), small(x.High))
			}
			line = append(line, method(f.Fit), strconv.Itoa(f.Fit.Bits), small(f.Fit.Halving))
		}
		c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// method says how a rate was extrapolated.
func method(f *evaluate.Fit) string {
	s := "least squares through the logarithms of rates at"
	for _, p := range f.Points {
		if p.Used {
			s += " " + strconv.Itoa(p.Bits)
		}
	}
	return s + " bits; bootstrap over blocks of pictures"
}

func small(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func number(v float64) string { return strconv.FormatFloat(v, 'f', 5, 64) }

// groups are those that a row has, in the order of the suite, and then the others.
func groups(row evaluate.RecallRow) []string {
	var out []string
	for _, g := range append(edit.Groups(), edit.Large, edit.Beside) {
		if _, ok := row.Groups[string(g)]; ok && !slices.Contains(out, string(g)) {
			out = append(out, string(g))
		}
	}
	return out
}
