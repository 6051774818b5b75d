package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/report"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

type evalCommand struct {
	Images []string `placeholder:"DIR" help:"Pictures to measure with; again for each further folder."`
	Out    string   `placeholder:"DIR" help:"Where results.json, results.csv and report.html go, and what an interrupted run takes up again."`
	Seed   uint64   `default:"1" help:"Decides whatever is left to chance (${default})."`
	Quick  bool     `help:"A first impression: 60 pictures at most, no search for better splits."`

	Edits    string   `default:"all" enum:"all,suite,messenger,large" help:"Which edits: the suite of 41, the messengers of it, the chains of real messengers for large photographs, or all (${default}). There is a search with suite and all only."`
	HeldOut  string   `default:"half" enum:"half,all" help:"Which pictures count as held out: half of them, by a hash of the file, or all, where nothing has been tuned on them; then there is no search (${default})."`
	Classic  string   `default:"64" enum:"64,256" help:"Up to how many bits goimagehash's hashes are measured: 64, or 256 too, which takes longer than all else together (${default})."`
	NoSearch bool     `help:"No search for better splits, and only the views that the schemes need: less work."`
	Scheme   []string `placeholder:"NAME" sep:"none" help:"A preset or a scheme's text; NAME=TEXT names it, and NAME=TEXT+VARIANT+VARIANT lists those versions of each entry too. Again for each further one (all presets)."`
	Hasher   string   `default:"pdq-canonical" placeholder:"NAME" help:"What made the list's hashes (${default}); clients hash with what agrees best."`
	Client   string   `placeholder:"NAME" help:"What clients hash with instead."`
	Blinded  int      `default:"200" placeholder:"N" help:"Copies to send through the real, blinded path (${default})."`
	Pictures int      `default:"1000" placeholder:"N" help:"That an innocent account sends in a period, for thresholds (${default})."`
	Target   float64  `default:"1e-12" help:"Probability that an innocent account is opened in a period, for thresholds (${default})."`
	Burst    float64  `default:"5" help:"Mean number of false matches that come together, for thresholds (${default})."`
	Workers  int      `placeholder:"N" help:"How many pictures to work on at once (one for each processor)."`

	Reports bool      `help:"Model the reports that would be kept, and the innocent accounts opened, instead of measuring."`
	Model   modelFlag `embed:"" prefix:"model-"`
}

func (evalCommand) Help() string {
	return `Makes 41 kinds of edited copies of each picture and counts which of them are recognised, by the schemes of the protocol and by what services use
that can see everything; counts false positives over all pairs; sends a sample through the real, blinded path; and searches for better splits
of the probes. What it finds is kept in --out as it goes, so that a run can be interrupted and repeated; the same pictures and seed give the
same results.json.

With --reports it measures nothing, and shows instead what would become of a service's reports, for each threshold, beside the innocent
accounts that would be opened. Inputs are ranges; docs/research.md says where their defaults come from. With --out too, as reports.html with plots, CSV and JSON.

Examples:
  veilhash eval --images photos --out measured
  veilhash eval --images photos --out measured --scheme balanced --scheme "mine=lowest-frequency bits=60 probes=as-is:12,pad-20:4"
  veilhash eval --reports --model-recall 0.8..0.95 --out model`
}

func (c *evalCommand) Run(a *app) error {
	if c.Reports {
		if len(c.Images) > 0 {
			return &exitError{exitUsage, errors.New("--reports is a model and measures no --images"), "Run eval twice."}
		}
		return c.Model.run(a, c.Out)
	}
	if len(c.Images) == 0 || c.Out == "" {
		return &exitError{exitUsage, errors.New("eval needs --images and --out"), "For the model of reports, say --reports."}
	}
	plan, analysis, err := c.plan()
	if err != nil {
		return &exitError{exitUsage, err, ""}
	}
	inputs, unread, err := c.inputs()
	if err != nil {
		a.warnUnread(unread)
		return err
	}
	features := filepath.Join(c.Out, "features")
	if err := os.MkdirAll(features, 0o755); err != nil {
		return err
	}
	bar := a.progress("hashing copies")
	survey, err := evaluate.Collect(a.ctx, plan, inputs, evaluate.CollectConfig{Dir: features, Workers: c.Workers, Progress: bar.update})
	bar.done()
	if err != nil {
		return err
	}
	for _, f := range unread {
		survey.Problems = append(survey.Problems, evaluate.Problem{File: f.path, Err: f.reason()})
	}
	for _, p := range survey.Problems {
		a.warn("%s: %v", p.File, p.Err)
	}
	a.remark("%d pictures, %d of them measured by an earlier run; %d files repeated, %d refused", len(survey.Digests), survey.Reused, survey.Repeated, len(survey.Problems))

	analysis.Blinded.Dir = c.Out
	var stage string
	analysis.Progress = func(name string, done, total int) {
		if name != stage {
			bar.done()
			bar, stage = a.progress(name), name
		}
		bar.update(done, total)
	}
	result, err := evaluate.Analyse(a.ctx, survey, analysis)
	bar.done()
	if err != nil {
		return err
	}
	if err := c.write(result); err != nil {
		return err
	}
	return a.print(result, evalSummary(result, c.Out))
}

// inputs are the pictures, each with the folder it lies in, and the folders that could not be read.
func (c *evalCommand) inputs() (inputs []evaluate.Input, unread []unreadFolder, err error) {
	for _, root := range c.Images {
		files, failed, err := findPictures([]string{root})
		if err != nil {
			return nil, nil, err
		}
		unread = append(unread, failed...)
		for _, f := range files {
			class, err := filepath.Rel(root, filepath.Dir(f))
			if err != nil || class == "." {
				class = filepath.Base(root)
			}
			inputs = append(inputs, evaluate.Input{File: f, Class: class})
		}
	}
	if len(inputs) == 0 {
		return nil, unread, refused(errors.New("there is no picture in " + strings.Join(c.Images, ", ")))
	}
	if c.Quick && len(inputs) > quickPictures {
		// The same few every time, from all folders.
		key := func(in evaluate.Input) string {
			d := sha256.Sum256(fmt.Appendf(nil, "%d %s", c.Seed, filepath.Base(in.File)))
			return string(d[:])
		}
		slices.SortFunc(inputs, func(x, y evaluate.Input) int { return cmp.Compare(key(x), key(y)) })
		inputs = inputs[:quickPictures]
	}
	return inputs, unread, nil
}

// quickPictures is how many pictures a first impression takes.
const quickPictures = 60

// plan is what the flags ask for.
func (c *evalCommand) plan() (evaluate.Plan, evaluate.Analysis, error) {
	plan, analysis := evaluate.DefaultPlan(c.Seed), evaluate.DefaultAnalysis()
	list, err := imagehash.ParsePDQ(c.Hasher)
	if err != nil {
		return plan, analysis, err
	}
	plan.ListHasher, plan.Hasher = list, clientHasher(list).(imagehash.PDQ)
	if c.Client != "" {
		if plan.Hasher, err = imagehash.ParsePDQ(c.Client); err != nil {
			return plan, analysis, err
		}
	}
	analysis.Accusations = evaluate.AccusationConfig{Pictures: c.Pictures, MeanBurst: c.Burst, Target: c.Target}
	analysis.Blinded.Count = c.Blinded
	if len(c.Scheme) > 0 {
		analysis.Schemes = nil
	}
	for _, arg := range c.Scheme {
		s := schemeArgument(arg)
		analysis.Schemes = append(analysis.Schemes, s)
	}
	keep := map[string]func(edit.Group) bool{
		"all":       func(edit.Group) bool { return true },
		"suite":     func(g edit.Group) bool { return slices.Contains(edit.Groups(), g) },
		"large":     func(g edit.Group) bool { return g == edit.Large },
		"messenger": func(g edit.Group) bool { return g == edit.Messenger },
	}[c.Edits]
	plan.Edits = slices.DeleteFunc(plan.Edits, func(e edit.Edit) bool { return !keep(e.Group) })
	plan.Classic256 = c.Classic == "256"
	analysis.AllHeldOut = c.HeldOut == "all"
	if c.Edits == "large" || c.Edits == "messenger" || analysis.AllHeldOut {
		analysis.SearchBits = nil // searches are for the suite, and on tuned pictures
	}
	if c.NoSearch || c.Quick {
		plan.Views, analysis.SearchBits = []imagehash.View{imagehash.AsIs()}, nil
		plan.Variants = slices.DeleteFunc(plan.Variants, func(e edit.Edit) bool {
			return !slices.ContainsFunc(analysis.Schemes, func(s evaluate.SchemeConfig) bool { return slices.Contains(s.Variants, e.Name) })
		})
	}
	if c.Quick {
		analysis.Bootstrap = 200
		analysis.Blinded.Count = min(c.Blinded, 20)
	}
	for _, s := range analysis.Schemes {
		scheme, err := token.Parse(s.Text)
		if err != nil {
			return plan, analysis, fmt.Errorf("%w; presets are %s", err, strings.Join(token.PresetNames(), ", "))
		}
		for _, v := range scheme.Views() {
			if !slices.Contains(plan.Views, v) {
				plan.Views = append(plan.Views, v)
			}
		}
		for _, name := range s.Variants {
			if !slices.ContainsFunc(plan.Variants, func(e edit.Edit) bool { return e.Name == name }) {
				return plan, analysis, fmt.Errorf("there is no variant %s; there are %s", name, variantNames(plan.Variants))
			}
		}
	}
	return plan, analysis, nil
}

func variantNames(variants []edit.Edit) string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.Name
	}
	return strings.Join(names, ", ")
}

// schemeArgument reads a preset, a scheme's text, NAME=TEXT or NAME=TEXT+VARIANT+…. A scheme's own text has "=" after a space only.
func schemeArgument(arg string) evaluate.SchemeConfig {
	s := evaluate.SchemeConfig{Name: arg, Text: arg}
	if name, text, ok := strings.Cut(arg, "="); ok && !strings.Contains(name, " ") {
		s.Name, s.Text = name, text
	}
	parts := strings.Split(s.Text, "+variant-")
	s.Text = parts[0]
	for _, v := range parts[1:] {
		s.Variants = append(s.Variants, "variant-"+v)
	}
	if text, ok := token.Preset(s.Text); ok {
		s.Text = text
	}
	return s
}

// write puts the results beside the features.
func (c *evalCommand) write(r *evaluate.Result) error {
	return writeReports(c.Out, map[string]func(*strings.Builder) error{
		"results.json":        func(b *strings.Builder) error { return report.JSON(b, r) },
		"results.csv":         func(b *strings.Builder) error { return report.CSV(b, r) },
		"false-positives.csv": func(b *strings.Builder) error { return report.FalsePositivesCSV(b, r) },
		"report.html":         func(b *strings.Builder) error { return report.HTML(b, r, meta()) },
	})
}

// writeReports writes files into a folder.
func writeReports(dir string, files map[string]func(*strings.Builder) error) error {
	for name, write := range files {
		var b strings.Builder
		if err := write(&b); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, name), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// meta is what made a report.
func meta() report.Meta {
	m := report.Meta{Version: "(devel)", Go: runtime.Version(), Processor: runtime.GOOS + "/" + runtime.GOARCH + ", " + strconv.Itoa(runtime.NumCPU()) + " processors"}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		m.Version = info.Main.Version
	}
	return m
}

// evalSummary is the result in a few lines.
func evalSummary(r *evaluate.Result, out string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pictures, %d held out; recall on these, 95 %% intervals\n", r.Pictures.Used, r.Pictures.HeldOut)
	if r.ListHasher != r.Hasher {
		fmt.Fprintf(&b, "list\t%s, clients %s: %.1f bits of 256 differ on average on the same picture\n", r.ListHasher, r.Hasher, r.Phase)
	}
	for _, row := range r.Recall {
		b.WriteString(row.Method)
		if x := row.Suite; x.Trials > 0 {
			fmt.Fprintf(&b, "\t%.3f (%.3f–%.3f)", x.Value, x.Low, x.High)
		}
		for _, g := range append(edit.Groups(), edit.Large) {
			if x, ok := row.Groups[string(g)]; ok {
				fmt.Fprintf(&b, "\t%s %.3f", g, x.Value)
			}
		}
		b.WriteByte('\n')
	}
	for _, f := range r.FalsePositives {
		fmt.Fprintf(&b, "%s\t%d false positives in %.0f pairs, at most %.1e a pair", f.Method, f.Events, f.Pairs, f.Bound95)
		if f.Fit != nil {
			fmt.Fprintf(&b, "; at 10^6 entries, extrapolated, %.1e a picture (%.1e–%.1e)", f.Fit.Million.Value, f.Fit.Million.Low, f.Fit.Million.High)
		}
		b.WriteByte('\n')
	}
	for _, x := range r.Blinded {
		fmt.Fprintf(&b, "blinded path\t%s\t%d sent, %d matched, %d disagreements\n", x.Method, x.Sent, x.Matches, x.Disagreements)
	}
	fmt.Fprintf(&b, "report\t%s\n", filepath.Join(out, "report.html"))
	return b.String()
}
