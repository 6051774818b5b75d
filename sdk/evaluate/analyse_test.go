package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/token"
)

func analyse(t testing.TB, s *Survey, a Analysis) *Result {
	t.Helper()
	r, err := Analyse(context.Background(), s, a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func row(t *testing.T, rows []RecallRow, method string) RecallRow {
	t.Helper()
	for _, r := range rows {
		if r.Method == method {
			return r
		}
	}
	t.Fatalf("there is no method %s", method)
	return RecallRow{}
}

func TestAnalyse(t *testing.T) {
	inputs := folder(t, 12)
	plan := smallPlan()
	plan.Classic256 = true
	survey := collect(t, plan, inputs, t.TempDir())
	cfg := smallAnalysis()
	res := analyse(t, survey, cfg)

	n := res.Pictures
	if n.Used != 12 || n.HeldOut == 0 || n.HeldOut == 12 || n.Poor != 0 || n.NotMade != 0 || n.Large != 0 {
		t.Fatalf("pictures: %+v", n)
	}
	if len(res.Recall) != 10 || len(res.Tuned) != 10 {
		t.Fatalf("%d methods", len(res.Recall))
	}
	small, variants, pdq := row(t, res.Recall, "small"), row(t, res.Recall, "variants"), row(t, res.Recall, "PDQ ≤ 31")
	if small.Edits["jpeg-75"].Value < 0.9 || small.Edits["jpeg-75"].Trials != n.HeldOut {
		t.Errorf("recoding alone is lost: %+v", small.Edits["jpeg-75"])
	}
	if small.Edits["bars-5%"].Value < 0.9 || pdq.Edits["bars-5%"].Value > 0.5 {
		t.Errorf("trimming finds %v of letterboxes, plain PDQ %v", small.Edits["bars-5%"].Value, pdq.Edits["bars-5%"].Value)
	}
	if small.Probes != 16 || small.TokenBits != 64 || small.TokensEntry != 1 || small.VoucherBytes < 16*64+4096 || !small.Private || pdq.Private {
		t.Errorf("costs: %+v", small)
	}
	if variants.Suite.Value < small.Suite.Value || variants.TokensEntry <= 1 || variants.TokensEntry > 3 {
		t.Errorf("versions of entries find %v and cost %v tokens, without them %v", variants.Suite.Value, variants.TokensEntry, small.Suite.Value)
	}
	for _, name := range []string{"pHash ≤ 10", "pHash-256 ≤ 40", "dHash-256 ≤ 40", "aHash-256 ≤ 40"} {
		if r := row(t, res.Recall, name); r.Private || r.Edits["jpeg-75"].Value < 0.9 {
			t.Errorf("%s finds %+v of recoded copies", name, r.Edits["jpeg-75"])
		}
	}
	if _, ok := small.Edits["messenger-1600"]; ok {
		t.Error("small pictures have copies for large ones")
	}
	for _, f := range res.FalsePositives {
		if f.Pairs != 12*11 || f.Events < 0 || f.Bound95 < 3/f.Pairs*0.99 {
			t.Errorf("%s: %+v", f.Method, f)
		}
	}
	if len(res.Collisions) == 0 || res.Collisions[0].Distance > res.Collisions[len(res.Collisions)-1].Distance || len(res.Collisions[0].ThumbnailA) == 0 {
		t.Error("the nearest pairs are missing or not in order")
	}
	for _, c := range res.Colliding {
		if c.Bits > c.Own || len(c.Pairs) == 0 || len(c.Pairs) > shownAlike {
			t.Errorf("%s: %d pairs collide at %d bits of %d", c.Method, len(c.Pairs), c.Bits, c.Own)
		}
		for i, p := range c.Pairs {
			if p.A == p.B || p.Matches < 1 || i > 0 && p.Matches > c.Pairs[i-1].Matches || len(p.ThumbnailA) == 0 || len(p.ThumbnailB) == 0 {
				t.Errorf("%s: %s and %s, %d matches", c.Method, p.A, p.B, p.Matches)
			}
		}
	}
	if len(res.Leaks) == 0 || res.Leaks[0].Average != 0 || res.Leaks[0].Left != 1 {
		t.Errorf("a full download leaks %+v", res.Leaks)
	}

	// What searches promise is no more than the scheme delivers.
	if len(res.Search) != 4 {
		t.Fatalf("%d splits", len(res.Search))
	}
	again := smallAnalysis()
	again.SearchBits, again.Schemes = nil, nil
	for _, f := range res.Search {
		s, err := token.Parse(f.Scheme)
		if err != nil || s.Count() != f.Probes || len(f.Variants) >= f.Tokens {
			t.Errorf("%s: %v", f.Scheme, err)
		}
		again.Schemes = append(again.Schemes, SchemeConfig{Name: f.Scheme + strings.Join(f.Variants, ","), Text: f.Scheme, Variants: f.Variants})
	}
	check := analyse(t, survey, again)
	for i, f := range res.Search {
		if got := check.Recall[i].Suite.Value; f.HeldOut > got+1e-9 {
			t.Errorf("%s was to find %v of held-out copies and finds %v", f.Scheme, f.HeldOut, got)
		}
		if got := check.Tuned[i].Suite.Value; f.Tuned > got+1e-9 {
			t.Errorf("%s was to find %v of tuned copies and finds %v", f.Scheme, f.Tuned, got)
		}
	}
	if res.Search[2].Tuned < res.Search[0].Tuned || res.Search[1].Tuned < res.Search[0].Tuned {
		t.Error("more probes or more tokens find less")
	}
}

// The same pictures and seed give the same result, wherever the features lie and in whatever order the files come.
func TestReproducible(t *testing.T) {
	inputs := folder(t, 5)
	text := func(inputs []Input) string {
		b, err := json.Marshal(analyse(t, collect(t, smallPlan(), inputs, t.TempDir()), smallAnalysis()))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := text(inputs)
	reversed := []Input{inputs[4], inputs[2], inputs[3], inputs[1], inputs[0]}
	if text(reversed) != first {
		t.Error("another run gives another result")
	}
}

// Blank pictures are in no list and are not looked up.
func TestPoorPictures(t *testing.T) {
	inputs := folder(t, 3)
	blank := photo(1, 90, 90)
	for i := range blank.Pix {
		blank.Pix[i] = 200 | 55*uint8(i&3/3)
	}
	inputs = append(inputs, Input{File: inputs[0].File + ".blank.jpg"})
	write(t, inputs[3].File, encode(t, blank))
	res := analyse(t, collect(t, smallPlan(), inputs, t.TempDir()), smallAnalysis())
	if res.Pictures.Poor != 1 || res.Pictures.Used != 3 {
		t.Errorf("%+v", res.Pictures)
	}
}

func TestAnalyseRefuses(t *testing.T) {
	survey := collect(t, smallPlan(), folder(t, 1), t.TempDir())
	if _, err := Analyse(context.Background(), survey, smallAnalysis()); err == nil {
		t.Error("one picture is enough")
	}
	for _, s := range []SchemeConfig{
		{Text: "nonsense"}, {Text: "lowest-frequency bits=64 probes=as-is:8,crop-77:8"}, {Text: "lowest-frequency bits=128 probes=as-is:2"},
		{Text: "lowest-frequency bits=64 probes=as-is:1", Variants: []string{"variant-none"}},
	} {
		a := smallAnalysis()
		a.Schemes = []SchemeConfig{s}
		if _, err := Analyse(context.Background(), survey, a); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}

// damagedSource is a set of which every block is lost.
type damagedSource struct{ sdk.Source }

func (damagedSource) Block(blindset.Ref) ([]byte, error) { return nil, errors.New("lost") }

// The blinded path agrees with plain tokens, and a fault in it shows.
func TestBlinded(t *testing.T) {
	survey := collect(t, smallPlan(), folder(t, 6), t.TempDir())
	cfg := smallAnalysis()
	cfg.SearchBits = nil
	cfg.Blinded = BlindedConfig{Count: 12, Dir: t.TempDir()}
	res := analyse(t, survey, cfg)
	if len(res.Blinded) != len(cfg.Schemes) || res.Recall[0].SealMillis <= 0 {
		t.Fatalf("%d schemes went through the blinded path", len(res.Blinded))
	}
	b := res.Blinded[0]
	if b.Method != "small" || b.Sent < 8 || b.Matches == 0 || b.Matches == b.Sent || b.Disagreements != 0 || b.First != "" || b.VoucherBytes != res.Recall[0].VoucherBytes {
		t.Errorf("%+v", b)
	}
	cfg.Blinded.Source = func(s sdk.Source) sdk.Source { return damagedSource{s} }
	if b := analyse(t, survey, cfg).Blinded[0]; b.Disagreements == 0 || b.First == "" {
		t.Errorf("a set whose blocks are lost shows no disagreement: %+v", b)
	}
}

// Counts that fall by a known factor give that factor back, and the value on the line.
func TestFit(t *testing.T) {
	var pairs pairCounts
	for b := range blocks {
		pairs.copies[b], pairs.versions[b] = 1000, 1000
	}
	total := pairs.weighted(ones)
	rate := func(bits int) float64 { return 0.5 * math.Exp2(-0.85*float64(bits)) }
	var counters []*fitCounter
	for _, bits := range fitLengths {
		c := &fitCounter{bits: bits}
		for a := range blocks {
			for b := range blocks {
				c.events[a][b] = int(math.Round(rate(bits) * total / (blocks * blocks)))
				c.distinct[a][b] = c.events[a][b]
			}
		}
		counters = append(counters, c)
	}
	f := fit(counters, &pairs, 64, 1, 1, 100)
	if f == nil {
		t.Fatal("no line")
	}
	if math.Abs(1/f.Halving-0.85) > 0.03 {
		t.Errorf("a bit of token takes 1/2 to the %.3f, want 0.85", 1/f.Halving)
	}
	if want := math.Log(rate(64)); math.Abs(math.Log(f.PerPair.Value)-want) > 1.2 || f.PerPair.Low > f.PerPair.Value || f.PerPair.High < f.PerPair.Value {
		t.Errorf("%+v a pair, want %v", f.PerPair, rate(64))
	}
	if math.Abs(f.Million.Value/f.PerPair.Value-1e6) > 1e3 || f.TenMillion.Value <= f.Million.Value {
		t.Errorf("a million entries: %v of %v", f.Million, f.PerPair)
	}
	// One pair of pictures that matches in all its copies, where no other does, is not part of the line.
	counters[4].events, counters[4].distinct = [blocks][blocks]int{{1e6}}, [blocks][blocks]int{{1}}
	if g := fit(counters, &pairs, 64, 1, 1, 100); g.Points[4].Used || math.Abs(1/g.Halving-0.85) > 0.05 {
		t.Errorf("a single pair bends the line to 1/2 to the %.3f a bit", 1/g.Halving)
	}
	if fit(counters[:2], &pairs, 64, 1, 1, 10) != nil {
		t.Error("a line through two points")
	}
}

func TestWithBits(t *testing.T) {
	if got := withBits("lowest-frequency bits=64 probes=as-is:8,trim:4", 24); got != "lowest-frequency bits=24 probes=as-is:8,trim:4" {
		t.Error(got)
	}
}

// Of ten versions six match: the means follow from drawing without replacement.
func TestBursts(t *testing.T) {
	if got := drawn(10, 6, 2); math.Abs(got-(1-4.0/10*3/9)) > 1e-12 {
		t.Errorf("one of six among two of ten: %v", got)
	}
	if drawn(10, 6, 5) != 1 || drawn(10, 0, 2) != 0 {
		t.Error("what is certain is not")
	}
	b := sumBursts("m", 16, []burst{{matches: 6, versions: 10, forwarded: 3, forwarders: 4, points: []int{1, 5}}})
	if math.Abs(b.Again-5.0/9) > 1e-12 || math.Abs(b.AgainForwarded-2.0/3) > 1e-12 || b.Pictures != 1 || b.Versions != 10 || len(b.Means) != 3 {
		t.Fatalf("%+v", b)
	}
	any := 1 - 4.0/10*3/9
	if m := b.Means[0]; m.Versions != 2 || math.Abs(m.Matches-1.2/any) > 1e-12 || math.Abs(m.Points-(0.2+(1-5.0/10*4/9))/any) > 1e-12 {
		t.Errorf("two versions: %+v", b.Means[0])
	}
	if m := b.Means[2]; m.Versions != 10 || math.Abs(m.Matches-6) > 1e-9 || math.Abs(m.Points-2) > 1e-9 {
		t.Errorf("all versions: %+v", m)
	}
}
