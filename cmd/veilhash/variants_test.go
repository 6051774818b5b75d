package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
)

// invoke runs the command line in this process and returns its results and its talk.
func invoke(t *testing.T, args ...string) (out, talk string) {
	t.Helper()
	var o, e bytes.Buffer
	if code := run(context.Background(), args, streams{strings.NewReader(""), &o, &e}); code != exitOK {
		t.Fatalf("veilhash %s: exit code %d\n%s", strings.Join(args, " "), code, e.String())
	}
	return o.String(), e.String()
}

func writePNG(t *testing.T, file string, img image.Image) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Cropped copies that a set of pictures alone does not find, a set with cropped versions beside them finds: through the real blinded path.
func TestVariantsAreFound(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.MkdirAll(in("pictures"), 0o755); err != nil {
		t.Fatal(err)
	}
	crop, err := edit.Parse("", "crop:10,jpeg:80")
	if err != nil {
		t.Fatal(err)
	}
	var copies []string
	for seed := range uint64(4) {
		m := image.NewNRGBA(image.Rect(0, 0, 480, 360))
		draw.Draw(m, m.Rect, blobs(seed+20, 480, 360), image.Point{}, draw.Src)
		name := string(rune('a'+seed)) + ".png"
		writePNG(t, in("pictures/"+name), m)
		c, err := crop.Apply(m, 1, name)
		if err != nil {
			t.Fatal(err)
		}
		writePNG(t, in(name), c)
		copies = append(copies, in(name))
	}
	invoke(t, "key", "new", in("key"))
	invoke(t, "account", "new", in("account"))
	found := func(set string, flags ...string) (matches int, talk string) {
		_, talk = invoke(t, append([]string{"set", "build", "--images", in("pictures"), "--key", in("key"), "--out", in(set)}, flags...)...)
		invoke(t, append([]string{"seal", "--set", in(set), "--account", in("account"), "--binding", "a/1", "--out", in(set + "-v")}, copies...)...)
		vouchers, err := filepath.Glob(in(set + "-v/*.voucher"))
		if err != nil || len(vouchers) != len(copies) {
			t.Fatalf("%d vouchers, %v", len(vouchers), err)
		}
		out, _ := invoke(t, append([]string{"open", "--set", in(set), "--key", in("key"), "--binding", "a/1"}, vouchers...)...)
		return strings.Count(out, "\tmatch\n"), talk
	}
	without, _ := found("without")
	with, talk := found("with", "--variants", "4")
	named, _ := found("named", "--variant", "crop-10%", "--variant", "scale:64,jpeg:75")
	if without > 1 || with < 3 || named < 3 {
		t.Errorf("of %d cropped copies %d were found without versions, %d with four, %d with the crop itself", len(copies), without, with, named)
	}
	if !regexp.MustCompile(`versions \(crop-1%; crop-3%; crop-10%; bottom-5%\): 16 made, 0 below quality 50, 0 could not be made; [2-5]\.\d\d distinct tokens an entry`).MatchString(talk) {
		t.Errorf("the summary does not say what the versions are:\n%s", talk)
	}
	manifest, err := os.ReadFile(in("with/manifest"))
	if err != nil || !strings.Contains(string(manifest), "\nrecognition equal-token+variants\n") {
		t.Errorf("the manifest does not say that there are versions: %v", err)
	}

	// The same pictures and seed make the same tokens, whatever the files are called.
	if err := os.Rename(in("pictures/a.png"), in("pictures/z.png")); err != nil {
		t.Fatal(err)
	}
	count := regexp.MustCompile(`tokens\t(\d+)`)
	first, _ := invoke(t, "set", "build", "--images", in("pictures"), "--variant", "rotation-5", "--variant", "noise-10", "--key", in("key"), "--out", in("one"))
	if err := os.Rename(in("pictures/z.png"), in("pictures/a.png")); err != nil {
		t.Fatal(err)
	}
	second, _ := invoke(t, "set", "build", "--images", in("pictures"), "--variant", "rotation-5", "--variant", "noise-10", "--key", in("key"), "--out", in("two"))
	if a, b := count.FindString(first), count.FindString(second); a == "" || a != b {
		t.Errorf("%q and %q", a, b)
	}
}
