package builder_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
)

// TestDocsTables computes the tables of docs/performance.md about deltas anew, and asks for them there, word for word.
func TestDocsTables(t *testing.T) {
	text, err := os.ReadFile("../../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string][][]string{"months": monthsTable(t), "rules": rulesTable(t)} {
		var want strings.Builder
		for i, row := range rows {
			want.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				want.WriteString(strings.Repeat("|---", len(row)) + "|\n")
			}
		}
		if !strings.Contains(string(text), want.String()) {
			t.Errorf("docs/performance.md does not have the table of %s as computed:\n%s", name, want.String())
		}
	}
}

// layerBytes is the length of the files of a layer with n entries.
func layerBytes(t *testing.T, n int) float64 {
	t.Helper()
	l, err := blindset.NewLayout(blindset.CapacityFor(n), 0)
	if err != nil {
		t.Fatal(err)
	}
	return float64(l.Shards * l.ShardBytes())
}

// A life is what the clients of a set download while it changes day by day.
type life struct {
	base, deltas     float64 // bytes a month, of bases and of deltas
	baseDays         float64 // between bases
	mean             float64 // layers
	most             int
	everythingAMonth float64 // bytes, were every day's set a base
}

// live runs a set of n entries for about eight years. Every day a thousandth of the entries is added and as many are withdrawn.
func live(t *testing.T, n int, p builder.Policy) (l life) {
	const days, month = 3000, 30.0
	change := n / 1000
	sizes := make(map[int]float64)
	size := func(n int) float64 {
		c := blindset.CapacityFor(n)
		if sizes[c] == 0 {
			sizes[c] = layerBytes(t, c)
		}
		return sizes[c]
	}
	layers, withdrawn, bases, total := []int{n}, 0, 0, 0
	for range days {
		withdrawn += change
		switch keep := p.Plan(layers, change, withdrawn); keep {
		case 0:
			layers, withdrawn = []int{n}, 0
			bases++
			l.base += size(n)
		default:
			merged := change
			for _, m := range layers[keep:] {
				merged += m
			}
			layers = append(layers[:keep:keep], merged)
			l.deltas += size(merged)
		}
		total += len(layers)
		l.most = max(l.most, len(layers))
	}
	l.base, l.deltas = l.base*month/days, l.deltas*month/days
	l.baseDays, l.mean = float64(days)/float64(bases), float64(total)/days
	l.everythingAMonth = size(n) * month
	return l
}

func megabytes(bytes float64) string {
	if bytes < 10e6 {
		return fmt.Sprintf("%.1f MB", bytes/1e6)
	}
	return fmt.Sprintf("%.0f MB", math.Round(bytes/1e6))
}

func monthsTable(t *testing.T) [][]string {
	rows := [][]string{{"entries", "first download", "a month: deltas", "bases", "together", "a new base every day", "layers: mean, most", "days between bases"}}
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		l := live(t, n, builder.Policy{})
		rows = append(rows, []string{
			fmt.Sprintf("10^%.0f", math.Log10(float64(n))), megabytes(layerBytes(t, n)), megabytes(l.deltas), megabytes(l.base),
			"**" + megabytes(l.deltas+l.base) + "**", megabytes(l.everythingAMonth), fmt.Sprintf("%.1f, %d", l.mean, l.most), fmt.Sprintf("%.0f", l.baseDays),
		})
	}
	return rows
}

func rulesTable(t *testing.T) [][]string {
	rows := [][]string{{"rule, at 10^6 entries", "a month: deltas", "bases", "together", "layers: mean, most", "days between bases"}}
	for _, c := range []struct {
		name string
		p    builder.Policy
	}{
		{"growth 1", builder.Policy{Growth: 1}},
		{"growth 2", builder.Policy{Growth: 2}},
		{"**growth 4, base at 10 %** (the default)", builder.Policy{}},
		{"growth 8", builder.Policy{Growth: 8}},
		{"growth 16", builder.Policy{Growth: 16}},
		{"two layers at most", builder.Policy{MaxLayers: 2}},
		{"base at 3 %", builder.Policy{BasePercent: 3}},
		{"base at 20 %", builder.Policy{BasePercent: 20}},
	} {
		l := live(t, 1_000_000, c.p)
		rows = append(rows, []string{
			c.name, megabytes(l.deltas), megabytes(l.base), megabytes(l.deltas + l.base), fmt.Sprintf("%.1f, %d", l.mean, l.most), fmt.Sprintf("%.0f", l.baseDays),
		})
	}
	return rows
}

// The tables count what the layout says that files have: it must be what a build writes.
func TestFreshBytes(t *testing.T) {
	list := tokens(3000)
	_, old, _ := build(t, builder.Config{Manifest: header(), Tokens: sequence(list[:1000])})
	next := header()
	next.Epoch = 2
	for _, n := range []int{1, 1000, 1030, 2000} {
		r, set, _ := build(t, builder.Config{Manifest: next, Base: old, Keep: 1, Tokens: sequence(list[1000 : 1000+n])})
		if want := layerBytes(t, n) + float64(len(set.Manifest.AppendText(nil))); float64(r.Fresh) != want {
			t.Errorf("a delta of %d: %d fresh bytes, want %.0f", n, r.Fresh, want)
		}
	}
}
