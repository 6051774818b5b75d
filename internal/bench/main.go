// Command bench runs the project's benchmarks, natively and in WebAssembly, beside their peers in one run, and prints medians,
// ratios, and what the design asks for. It asserts nothing: machines are noisy.
//
//	go run ./internal/bench [-count 5] [-quick] [-json FILE]
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

// A suite is one package's benchmarks on one platform.
type suite struct {
	name, pkg, pattern string
	wasm               bool // in Node, whose engine is that of Chromium
	count, times       string
}

// A figure is a measured unit of a benchmark, over all counts.
type figure map[string][]float64 // by unit

var (
	count = flag.Int("count", 5, "how often each benchmark is run")
	quick = flag.Bool("quick", false, "leave out the million entries")
	out   = flag.String("json", "", "write all figures to this file")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	build := "Build/100000$"
	if !*quick {
		build = "Build"
	}
	n := strconv.Itoa(*count)
	results := make(map[string]figure)
	for _, s := range []suite{
		{"build", "./sdk/blindset/builder", build, false, "1", "1x"},
		{"native", "./sdk", "Client|Match", false, n, "1s"},
		{"native", "./sdk/imagehash", "PDQ$|PDQToPeer$|PeerExtPerceptionHash$", false, n, "500ms"},
		{"wasm", "./sdk/imagehash", "PDQ$|PDQ12MP$|PDQToPeer$", true, n, "500ms"},
		{"native", "./sdk/group", "^(Mix|ScalarMult|TableScalarMult)$", false, n, "300ms"},
		{"wasm", "./sdk/group", "^(Mix|ScalarMult|TableScalarMult)$", true, n, "300ms"},
		{"native", "./sdk/threshold", "Decode|AddMatch", false, n, "300ms"},
	} {
		fmt.Fprintf(os.Stderr, "bench: %s %s\n", s.name, s.pkg)
		if err := s.run(results); err != nil {
			return err
		}
	}
	scanner, err := brotliSize("bin/web/scanner.wasm")
	if err != nil {
		return err
	}
	results["scanner.wasm"] = figure{"brotli-bytes": {float64(scanner)}}
	report(results)
	if *out == "" {
		return nil
	}
	b, err := json.MarshalIndent(results, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(b, '\n'), 0o644)
}

// run runs a suite and adds its figures under "name benchmark".
func (s suite) run(results map[string]figure) error {
	args := []string{"test", "-run", "^$", "-bench", s.pattern, "-benchtime", s.times, "-count", s.count}
	cmd := exec.Command("go")
	cmd.Env = os.Environ()
	if s.wasm {
		root, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			return err
		}
		args = append(args, "-exec", filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/go_js_wasm_exec"))
		cmd.Env = append(cmd.Env, "GOOS=js", "GOARCH=wasm")
	}
	cmd.Args = append(append(cmd.Args, args...), s.pkg)
	cmd.Stderr = os.Stderr
	b, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", s.pkg, err, b)
	}
	found := 0
	for line := range strings.Lines(string(b)) {
		if name, f, ok := parse(line); ok {
			key := s.name + " " + name
			if results[key] == nil {
				results[key] = make(figure)
			}
			for unit, v := range f {
				results[key][unit] = append(results[key][unit], v)
			}
			found++
		}
	}
	if found == 0 {
		return errors.New(s.pkg + ": no benchmark of that name")
	}
	return nil
}

var suffix = regexp.MustCompile(`-\d+$`)

// parse reads a line of go test -bench: name, iterations, then pairs of value and unit.
func parse(line string) (name string, values map[string]float64, ok bool) {
	f := strings.Fields(line)
	if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
		return "", nil, false
	}
	values = make(map[string]float64)
	for i := 2; i+1 < len(f); i += 2 {
		v, err := strconv.ParseFloat(f[i], 64)
		if err != nil {
			return "", nil, false
		}
		values[f[i+1]] = v
	}
	return suffix.ReplaceAllString(strings.TrimPrefix(f[0], "Benchmark"), ""), values, true
}

func brotliSize(file string) (int, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("%w; run make build first", err)
	}
	var n counter
	w := brotli.NewWriterLevel(&n, brotli.BestCompression)
	if _, err := w.Write(b); err != nil {
		return 0, err
	}
	err = w.Close()
	return int(n), err
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// report prints every median, then what was asked for.
func report(results map[string]figure) {
	fmt.Printf("%s/%s, %d processors, %s, medians of %d\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), *count)
	names := make([]string, 0, len(results))
	for name := range results {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		units := make([]string, 0, len(results[name]))
		for unit := range results[name] {
			units = append(units, unit)
		}
		slices.Sort(units)
		fmt.Printf("%-48s", name)
		for _, unit := range units {
			v := median(results[name][unit])
			if unit == "ns/op" {
				unit, v = "µs", v/1000
			}
			fmt.Printf("  %.4g %s", v, unit)
		}
		fmt.Println()
	}
	m := func(name, unit string) float64 { return median(results[name][unit]) }
	fmt.Println("\nasked for, and measured here")
	line := func(what string, have float64, want string) {
		fmt.Printf("%-62s %10.4g   asked: %s\n", what, have, want)
	}
	line("published bytes an entry, 100,000 entries", m("build Build/100000", "bytes/entry"), "≤ 38.5")
	if !*quick {
		line("published bytes an entry, 1,000,000 entries", m("build Build/1000000", "bytes/entry"), "≤ 39")
		line("seconds to blind and build 1,000,000 entries", m("build Build/1000000", "ns/op")/1e9, "< 180 on two cores")
		line("MiB that the build took from the system", m("build Build/1000000", "MiB-sys"), "≤ 1024")
	}
	line("PDQ / goimagehash ExtPerceptionHash(16,16), 1000×750, wasm", m("wasm PDQToPeer", "ours/peer"), "≤ 0.5")
	line("probe mix / gtank's, wasm", m("wasm Mix/this", "ns/op")/m("wasm Mix/gtank", "ns/op"), "faster than peers")
	line("bytes of a voucher of 16 probes, less its payload", m("native Client", "bytes-less-payload"), "≤ 1500")
	line("KB of the scanner in brotli", m("scanner.wasm", "brotli-bytes")/1000, "≤ 720")
}
