package calculate

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// TestDocsTables computes every table of docs/threshold.md anew and asks for
// it there, word for word.
func TestDocsTables(t *testing.T) {
	text, err := os.ReadFile("../../../docs/threshold.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]func(*testing.T) [][]string{
		"guarantee": guaranteeTable, "ratios": ratioTable, "posterior": posteriorTable,
		"during": duringTable, "subsets": subsetTable, "thresholds": thresholdTable,
	} {
		var want strings.Builder
		for i, row := range table(t) {
			want.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				want.WriteString(strings.Repeat("|---", len(row)) + "|\n")
			}
		}
		if !strings.Contains(string(text), want.String()) {
			t.Errorf("docs/threshold.md does not have the table of %s as computed:\n%s", name, want.String())
		}
	}
}

// scientific prints 1.2·10^-5 as "1.2·10⁻⁵".
func scientific(x float64) string {
	if x == 0 || x >= 0.001 && x < 1000 {
		return fmt.Sprintf("%.2g", x)
	}
	mantissa, exponent, _ := strings.Cut(fmt.Sprintf("%.1e", x), "e")
	exponent = strings.TrimPrefix(strings.Replace(strings.TrimPrefix(exponent, "+"), "-0", "-", 1), "0")
	raised := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(exponent)
	return mantissa + "·10" + raised
}

func guaranteeTable(t *testing.T) [][]string {
	rows := [][]string{{"w", "Z", "δ (ε = ln 2)", "synthetic points a period: mean", "deviation", "share, bytes"}}
	for _, w := range []int{0, 4, 8, 16, 24, 32, 48, 64} {
		g, err := GuaranteeFor(w)
		if err != nil {
			t.Fatal(err)
		}
		blur, _ := threshold.NewBlur(w)
		rows = append(rows, []string{fmt.Sprint(w), fmt.Sprint(blur.Total()), scientific(g.Delta),
			fmt.Sprint(g.Mean), fmt.Sprintf("%.1f", g.Deviation), fmt.Sprint(threshold.ShareSize(w))})
	}
	return rows
}

// ratioTable: other ratios of the two-sided geometric distribution, w = 32.
func ratioTable(*testing.T) [][]string {
	rows := [][]string{{"ratio", "ε", "δ at w = 32", "deviation"}}
	for _, r := range []struct {
		name  string
		value float64
	}{{"1/3", 1. / 3}, {"**1/2**", 0.5}, {"2/3", 2. / 3}, {"3/4", 0.75}, {"1 (uniform)", 1}} {
		var p []float64
		total, variance := 0.0, 0.0
		for s := range 33 {
			weight := math.Pow(r.value, math.Abs(float64(s-16)))
			p = append(p, weight)
			total += weight
			variance += weight * float64(s-16) * float64(s-16)
		}
		for s := range p {
			p[s] /= total
		}
		epsilon := -math.Log(r.value) * (1 + 1e-12)
		rows = append(rows, []string{r.name, fmt.Sprintf("%.2f", math.Abs(epsilon)), scientific(Delta(p, epsilon)),
			fmt.Sprintf("%.1f", math.Sqrt(variance/total))})
	}
	return rows
}

// posteriorTable: w = 32; a sceptical prior (one account in a thousand has a
// match, then geometric with mean 3), and a flat one over 0..60.
func posteriorTable(t *testing.T) [][]string {
	sceptical, flat := make([]float64, 61), make([]float64, 61)
	sceptical[0] = 0.999
	for k := 1; k <= 60; k++ {
		sceptical[k] = 0.001 / 3 * math.Pow(2./3, float64(k-1))
	}
	for k := range flat {
		flat[k] = 1
	}
	rows := [][]string{{"points seen", "Pr[k ≥ 1], one account in 1,000 has a match", "Pr[k ≥ 5], the same", "Pr[k ≥ 1], all k from 0 to 60 alike", "k, 90 % interval, the same"}}
	for _, n := range []int{0, 8, 12, 16, 18, 20, 22, 24, 28, 32, 33, 40} {
		a, err := Posterior(32, sceptical, n)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Posterior(32, flat, n)
		if err != nil {
			t.Fatal(err)
		}
		low, high := quantile(b, 0.05), quantile(b, 0.95)
		rows = append(rows, []string{fmt.Sprint(n), percent(a, 1), percent(a, 5), percent(b, 1), fmt.Sprintf("%d–%d", low, high)})
	}
	return rows
}

func percent(posterior []float64, from int) string {
	sum := 0.0
	for _, p := range posterior[from:] {
		sum += p
	}
	switch {
	case sum > 1-1e-12:
		return "1"
	case sum > 0.99:
		return "1 − " + scientific(1-sum)
	}
	return scientific(sum)
}

func quantile(posterior []float64, q float64) int {
	sum := 0.0
	for k, p := range posterior {
		if sum += p; sum >= q {
			return k
		}
	}
	return len(posterior) - 1
}

func duringTable(t *testing.T) [][]string {
	rows := [][]string{{"part of the period", "synthetic points so far, mean", "smallest δ at ε = ln 2", "at ε = 1", "at ε = 2"}}
	for _, fraction := range []float64{1, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1} {
		sent, err := Thinned(32, fraction)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, []string{fmt.Sprint(fraction), fmt.Sprintf("%.1f", 16*fraction),
			scientific(Delta(sent, math.Ln2*(1+1e-12))), scientific(Delta(sent, 1)), scientific(Delta(sent, 2))})
	}
	return rows
}

func subsetTable(t *testing.T) [][]string {
	rows := [][]string{{"synthetic points", "30 true", "31", "32", "35", "40"}}
	for _, s := range []int{0, 4, 8, 16, 24, 32} {
		row := []string{fmt.Sprint(s)}
		for _, genuine := range []int{30, 31, 32, 35, 40} {
			bits, err := SubsetBits(30, genuine, s)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, fmt.Sprintf("%.1f", bits))
		}
		rows = append(rows, row)
	}
	return rows
}

func thresholdTable(t *testing.T) [][]string {
	rows := [][]string{{"false positives a picture", "pictures a period", "independent", "bursts of 3", "bursts of 10", "bursts of 30"}}
	for _, f := range []float64{1e-10, 4e-8, 2e-5} {
		for _, n := range []int{1000, 10000} {
			row := []string{scientific(f), fmt.Sprint(n)}
			for _, burst := range []float64{1, 3, 10, 30} {
				a, err := Model{f, n, burst}.Threshold(1e-10)
				if err != nil {
					t.Fatal(err)
				}
				row = append(row, fmt.Sprint(a.Threshold))
			}
			rows = append(rows, row)
		}
	}
	return rows
}
