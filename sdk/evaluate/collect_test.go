package evaluate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/token"
)

// What is kept must give the probes that the picture itself gives.
func TestReadingsAreExact(t *testing.T) {
	plan := smallPlan()
	p := photo(3, 120, 90)
	views, err := hash(p, imagehash.PDQ{}, plan.Views...)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"lowest-frequency bits=64 probes=as-is:30,pad-15:20,trim:14", "lowest-frequency bits=80 probes=as-is:64,pad-15:1,trim:1", "lowest-frequency bits=256 probes=pad-15:1",
	} {
		s, err := token.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var kept []imagehash.ViewFeatures
		for i := range views {
			r := newReading(&views[i])
			kept = append(kept, r.features(views[i].View))
		}
		want, got := s.Probes(views[:len(s.Views())], 50), s.Probes(kept[:len(s.Views())], 50)
		if len(want) == 0 || len(want) != len(got) {
			t.Fatalf("%s: %d probes, want %d", text, len(got), len(want))
		}
		for i := range want {
			if string(want[i].Token) != string(got[i].Token) {
				t.Errorf("%s: probe %d differs", text, i)
			}
		}
	}
}

func TestLowestFrequencies(t *testing.T) {
	s, err := token.Parse("lowest-frequency bits=80 probes=as-is:1")
	if err != nil {
		t.Fatal(err)
	}
	for place, k := range lowestFrequencies {
		tok := s.Token(imagehash.Hash{}.Flip(k))
		if tok[place/8] != 0x80>>(place%8) {
			t.Errorf("place %d is not bit %d", place, k)
		}
	}
}

// A run takes up what an earlier one has left, makes again what is damaged, and reports what is no picture.
func TestCollect(t *testing.T) {
	inputs := folder(t, 4)
	bad := filepath.Join(filepath.Dir(inputs[0].File), "notes.jpg")
	if err := os.WriteFile(bad, []byte("not a picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(filepath.Dir(inputs[0].File), "again.jpg")
	b, _ := os.ReadFile(inputs[0].File)
	if err := os.WriteFile(again, b, 0o644); err != nil {
		t.Fatal(err)
	}
	all := append(slices.Clone(inputs), Input{File: bad}, Input{File: again}, Input{File: "nowhere.jpg"})
	dir := t.TempDir()
	calls := 0
	s, err := Collect(context.Background(), smallPlan(), all, CollectConfig{Dir: dir, Progress: func(done, total int) {
		if calls++; done != calls || total != len(all) {
			t.Errorf("progress %d of %d at call %d", done, total, calls)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Digests) != 4 || s.Repeated != 1 || s.Reused != 0 || len(s.Problems) != 2 || calls != len(all) {
		t.Errorf("%d pictures, %d repeated, %d reused, problems %v", len(s.Digests), s.Repeated, s.Reused, s.Problems)
	}
	x, err := s.Sample(0)
	if err != nil || len(x.Copies) != 1+len(s.Plan.Edits) || !x.Copies[1].Made() || x.Copies[len(s.Plan.Edits)].Made() {
		t.Errorf("copies are not as planned: %v", err)
	}
	if len(x.Variants) != 2 || x.Variants[0] == x.Entry || len(x.Thumbnail) == 0 {
		t.Error("variants or thumbnail are missing")
	}

	files, _ := filepath.Glob(filepath.Join(dir, "*.features"))
	if len(files) != 4 {
		t.Fatalf("%d files are kept, want 4", len(files))
	}
	kept, _ := os.ReadFile(files[0])
	for name, damaged := range map[string][]byte{"empty": {}, "cut": kept[:len(kept)/2], "changed": append(slices.Clone(kept[:len(kept)-1]), kept[len(kept)-1]^1)} {
		if err := os.WriteFile(files[0], damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err = Collect(context.Background(), smallPlan(), inputs, CollectConfig{Dir: dir})
		if err != nil || s.Reused != 3 || len(s.Digests) != 4 {
			t.Errorf("%s: %d of 4 reused (%v), want 3", name, s.Reused, err)
		}
		if now, _ := os.ReadFile(files[0]); string(now) != string(kept) {
			t.Errorf("%s: what was made again differs", name)
		}
	}

	other := smallPlan()
	other.Seed = 2
	if s := collect(t, other, inputs[:1], dir); s.Reused != 0 {
		t.Error("another seed takes up the features of the first")
	}
}

func TestCollectStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Collect(ctx, smallPlan(), folder(t, 1), CollectConfig{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Collect(context.Background(), smallPlan(), folder(t, 1), CollectConfig{Dir: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a folder that does not exist keeps features")
	}
	for _, p := range []Plan{{}, {Views: []imagehash.View{imagehash.Trim()}}, {Views: []imagehash.View{imagehash.AsIs()}, Edits: smallPlan().Edits}} {
		if _, err := Collect(context.Background(), p, nil, CollectConfig{}); err == nil {
			t.Errorf("plan %+v is accepted", p)
		}
	}
}
