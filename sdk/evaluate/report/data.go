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
