package evaluate

import (
	"context"
	"slices"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// summarise turns what was counted into the result's tables.
func (a *analyser) summarise(res *Result) {
	seed, times := a.survey.Plan.Seed, a.cfg.Bootstrap
	heldOut := make([]outcomes, len(a.methods))
	for k, m := range a.methods {
		var tuned outcomes
		for i := range a.lights {
			if a.heldOut(a.lights[i].Sample) {
				heldOut[k] = append(heldOut[k], a.rows[k][i])
			} else {
				tuned = append(tuned, a.rows[k][i])
			}
		}
		res.Recall = append(res.Recall, a.describe(k, m, recall(a.survey.Plan.Edits, heldOut[k], seed, times)))
		res.Tuned = append(res.Tuned, a.describe(k, m, recall(a.survey.Plan.Edits, tuned, seed, times)))
	}
	for k := range a.cfg.Schemes {
		for _, than := range []int{len(a.cfg.Schemes), len(a.cfg.Schemes) + 1} { // plain PDQ, and over the views
			d := Difference{Method: a.methods[k].Name(), Than: a.methods[than].Name()}
			d.Value, d.Low, d.High = pairedDifference(a.survey.Plan.Edits, heldOut[k], heldOut[than], seed, times)
			res.Differences = append(res.Differences, d)
		}
	}
	n := float64(len(a.lights))
	for k, m := range a.methods {
		f := FalsePositives{Method: m.Name(), Private: m.Private(), Pairs: n * (n - 1), Events: a.events[k], Near: a.near[k]}
		f.Bound95 = upperBound(float64(f.Events), f.Pairs)
		f.BoundAt1e6 = min(1, 1e6*f.Bound95)
		if s := a.scheme(k); s != nil {
			counters := a.counters[a.first(s.cfg.Text)]
			f.Fit = fit(counters, &a.pairs, s.bits, res.Recall[k].TokensEntry, seed, times)
			if a.first(s.cfg.Text) == k {
				f.Classes = worstClasses(counters, a.lights)
			}
		}
		res.FalsePositives = append(res.FalsePositives, f)
	}
	for k := range a.cfg.Schemes {
		for n, f := range a.counters[k] {
			if all := a.found[k][n]; len(all) >= minBursts {
				res.Bursts = append(res.Bursts, sumBursts(a.methods[k].Name(), f.bits, all))
			}
		}
	}
	res.Collisions, res.Colliding = a.collisions(), a.colliding()
	if m := a.scheme(0); m != nil {
		kept := make(map[int]float64)
		for bits, c := range a.kept {
			kept[bits] = float64(c[0]) / float64(max(c[1], 1))
		}
		res.Leaks = leaks(m, a.lights, kept)
	}
}

// first is the first scheme of a text.
func (a *analyser) first(text string) int {
	return slices.IndexFunc(a.cfg.Schemes, func(c SchemeConfig) bool { return c.Text == text })
}

// describe adds what a method costs.
func (a *analyser) describe(k int, m Method, row RecallRow) RecallRow {
	row.Method, row.Private = m.Name(), m.Private()
	s := a.scheme(k)
	if s == nil {
		return row
	}
	row.Text, row.Probes, row.TokenBits = s.scheme.String(), s.scheme.Count(), s.bits
	row.Views = len(s.views)
	tokens := 0
	for i := range a.lights {
		tokens += len(s.tokens(s.scheme, a.lights[i].Sample))
	}
	row.TokensEntry = float64(tokens) / float64(len(a.lights))
	p := voucher.Params{Keys: make([]*group.Element, 1), Probes: row.Probes, ShareSize: threshold.ShareSize(0), PayloadSize: payloadSize}
	row.VoucherBytes = p.Size()
	return row
}

// payloadSize is what a set's payload is unless its operator says otherwise.
const payloadSize = 4096

// search looks for splits on tuned pictures and measures them on held-out ones.
func (a *analyser) search(ctx context.Context, res *Result) error {
	done, total := 0, len(a.cfg.SearchBits)*len(a.cfg.SearchProbes)*len(a.cfg.SearchTokens)
	for _, bits := range a.cfg.SearchBits {
		tuned, err := NewRanks(a.survey, bits, a.cfg.Quality, false)
		if err != nil {
			return err
		}
		held, err := NewRanks(a.survey, bits, a.cfg.Quality, true)
		if err != nil {
			return err
		}
		for _, probes := range a.cfg.SearchProbes {
			for _, tokens := range a.cfg.SearchTokens {
				if err := ctx.Err(); err != nil {
					return err
				}
				versions, split := tuned.SearchVariants(probes, tokens-1, nil)
				f := Found{
					Bits: bits, Probes: probes, Tokens: tokens, Scheme: tuned.Text(split), Variants: tuned.Versions(versions),
					Groups: make(map[string]float64),
				}
				f.Tuned, _ = tuned.Recall(split, versions)
				var groups map[edit.Group]float64
				f.HeldOut, groups = held.Recall(split, versions)
				for g, x := range groups {
					f.Groups[string(g)] = x
				}
				res.Search = append(res.Search, f)
				done++
				a.cfg.Progress("searching", done, total)
			}
		}
	}
	return nil
}
