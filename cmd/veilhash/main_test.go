package main

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"veilhash": func() {
			os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}

// The scripts in testdata/script are the command line's tests and read as its documentation.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(scripts) < 6 {
		t.Fatalf("only %d scripts", len(scripts))
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"picture": picture,
			"deep":    deep,
			"flip":    flip,
			"status":  status,
			"setenv":  setenv,
			"await":   await,

			"exchange":  exchange,
			"dishonest": dishonest,
		},
	})
}

// deep DIR makes folders below a folder until their path is longer than the system opens, so that nobody can read the lowest ones, not even root.
func deep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: deep DIR")
	}
	root, err := os.OpenRoot(ts.MkAbs(args[0]))
	ts.Check(err)
	defer root.Close()
	ts.Check(root.MkdirAll(strings.Repeat(strings.Repeat("d", 200)+"/", 25), 0o755))
}

// picture FILE SEED [WIDTH HEIGHT QUALITY] draws a picture that differs from seed to seed and not from size to size.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 5 {
		ts.Fatalf("usage: picture FILE SEED [WIDTH HEIGHT QUALITY]")
	}
	numbers := []int{0, 320, 240, 90}
	for i, a := range args[1:] {
		n, err := strconv.Atoi(a)
		ts.Check(err)
		numbers[i] = n
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(jpeg.Encode(f, blobs(uint64(numbers[0]), numbers[1], numbers[2]), &jpeg.Options{Quality: numbers[3]}))
	ts.Check(f.Close())
}

// blobs makes a picture of blobs of colour.
func blobs(seed uint64, width, height int) image.Image {
	r := rand.New(rand.NewPCG(seed, 5))
	type blob struct{ x, y, s, a float64 }
	var all [40]blob
	for i := range all {
		all[i] = blob{r.Float64(), r.Float64(), 0.02 + 0.12*r.Float64(), 255 * (r.Float64() - 0.5)}
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			v := 128.0
			for _, b := range all {
				dx, dy := float64(x)/float64(width)-b.x, float64(y)/float64(height)-b.y
				v += b.a * math.Exp(-(dx*dx+dy*dy)/(2*b.s*b.s))
			}
			c := uint8(min(max(v, 0), 255))
			img.SetRGBA(x, y, color.RGBA{c, c, c / 2, 255})
		}
	}
	return img
}

// flip FILE OFFSET inverts a bit; a negative offset counts from the end.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("%s: %d files", args[0], len(files))
	}
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	b, err := os.ReadFile(files[0])
	ts.Check(err)
	b[(at+len(b))%len(b)] ^= 4
	ts.Check(os.WriteFile(files[0], b, 0o644))
}

// status CODE ARG… runs veilhash and checks its exit code.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE ARG…")
	}
	err := ts.Exec("veilhash", args[1:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// setenv NAME FILE [WORD] sets a variable to what a file holds, without the line feed at its end; or to the rest of its line that begins with the word.
func setenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: setenv NAME FILE [WORD]")
	}
	text := strings.TrimSuffix(ts.ReadFile(args[1]), "\n")
	if len(args) == 2 {
		ts.Setenv(args[0], text)
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		if rest, ok := strings.CutPrefix(line, args[2]+" "); ok {
			ts.Setenv(args[0], rest)
			return
		}
	}
	ts.Fatalf("%s: no line begins with %s", args[1], args[2])
}

// exchange SET NEW writes a set whose first layer has another table: a liar's, with the manifest consistent with it.
func exchange(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: exchange SET NEW")
	}
	text, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), setdir.ManifestName))
	ts.Check(err)
	m, err := blindset.ParseManifest(text)
	ts.Check(err)
	base := m.WithLayers(m.Origin().Epoch, 1)
	base.Base, base.Layers[0].Shards = blindset.Base{}, slices.Clone(m.Layers[0].Shards)
	base.Layers[0].Shards[0].Digest[0] ^= 1
	if len(m.Layers) > 1 {
		base = base.WithLayers(m.Epoch, 1, m.Layers[1:]...)
	}
	ts.Check(os.MkdirAll(ts.MkAbs(args[1]), 0o755))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[1]), setdir.ManifestName), base.AppendText(nil), 0o644))
}

// await FILE waits for a file that a process in the background writes.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	for range 600 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear in 30 seconds", args[0])
}
