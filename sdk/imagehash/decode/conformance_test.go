package decode

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/testfiles"
)

func decodeFile(t testing.TB, path string) *Picture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return p
}

func hash(t testing.TB, p *Picture, h imagehash.Hasher, views ...imagehash.View) []imagehash.ViewFeatures {
	t.Helper()
	f, err := p.Hash(h, views...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestConformance is the second tier of conformance: from the files, at most 10
// bits from Meta's C++ hasher, which decodes with libjpeg, where the quality is
// 80 or more. (The first tier, from the same decoded bytes, is in package
// imagehash.) Nearly all are much closer.
func TestConformance(t *testing.T) {
	compared, total := 0, 0
	for _, ref := range testfiles.PDQ(t) {
		got := hash(t, decodeFile(t, ref.Path), imagehash.PDQ{Scaling: imagehash.ScalingCPP})[0]
		want, err := imagehash.ParseHash(ref.Hash)
		if err != nil {
			t.Fatal(err)
		}
		d := got.Hash.Distance(want)
		if ref.Quality < 80 {
			t.Logf("%s, of quality %d: %d bits", ref.Name, ref.Quality, d)
			continue
		}
		compared++
		total += d
		if q := got.Quality - ref.Quality; d > 10 || q < -2 || q > 2 {
			t.Errorf("%s: %d bits, quality %d instead of %d", ref.Name, d, got.Quality, ref.Quality)
		}
	}
	t.Logf("%d pictures of quality 80 and more, %d bits in all", compared, total)
	if compared < 26 || total > 2*compared {
		t.Errorf("%d pictures compared, %d bits in all", compared, total)
	}
}

// TestDihedral checks that the hashes of eight files, which show one picture in
// all its rotations and reflections, are those of one file under the eight
// orientations, within what the files lost when they were turned and encoded
// again.
func TestDihedral(t *testing.T) {
	dir := filepath.Join(testfiles.Shared(t, "pdq"), "reg-test-input", "dih")
	files := testfiles.Files(t, dir, 8, "*.jpg")
	original, err := os.ReadFile(filepath.Join(dir, "bridge-1-original.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	var views [9]imagehash.Hash
	for o := Upright; o <= Rotated270; o++ {
		p, err := Decode(original, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		p.config.Orientation = o
		views[o] = hash(t, p, imagehash.PDQ{})[0].Hash
	}
	seen := map[Orientation]string{}
	for _, file := range files {
		h := hash(t, decodeFile(t, file), imagehash.PDQ{})[0].Hash
		nearest := Upright
		for o := Upright; o <= Rotated270; o++ {
			if h.Distance(views[o]) < h.Distance(views[nearest]) {
				nearest = o
			}
		}
		name := filepath.Base(file)
		if d := h.Distance(views[nearest]); d > 10 {
			t.Errorf("%s: %d bits from the nearest orientation", name, d)
		}
		if other, ok := seen[nearest]; ok {
			t.Errorf("%s and %s are both orientation %d", name, other, nearest)
		}
		seen[nearest] = name
		// Turned files say so by name.
		for word, want := range map[string]Orientation{"original": Upright, "rotate-180": Rotated180} {
			if strings.Contains(name, word) && nearest != want {
				t.Errorf("%s looks like orientation %d", name, nearest)
			}
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d orientations of 8", len(seen))
	}
}

// TestPhotographs holds the hashes of photographs that every checkout can reach.
func TestPhotographs(t *testing.T) {
	dir := testfiles.Module(t, "github.com/corona10/goimagehash", "_examples")
	testfiles.Files(t, dir, 4, "*.jpg")
	for _, test := range []struct {
		file, hasher, view string
		quality            int
		hash               string
	}{
		{"sample1.jpg", "pdq-canonical", "as-is", 100, "fe02ae0d03391fe176c2e82f803d3f79df87bfa043fc216b9e117602782516d4"},
		{"sample1.jpg", "pdq-canonical", "pad-15", 100, "7e22ee0f81391fe176e2e80f801b267bdf87bfa042fc016b9e11f702782516f4"},
		{"sample1.jpg", "pdq-canonical", "trim", 100, "fe02ae0d03391fe176c2e82f803d3f79df87bfa043fc216b9e117602782516d4"},
		{"sample1.jpg", "pdq-cpp", "as-is", 100, "fe02ae1d03391fe176c2c82f80393f79df87bfa043fc216b9e11760238251ef4"},
		{"sample1.jpg", "pdq-full", "as-is", 100, "fe02ae1d03391fe176c2c82f80393f79df87bfa043fc216b9e11760238251ef4"},
		{"sample2.jpg", "pdq-canonical", "as-is", 100, "7826d68de0760b52a5a3f48c16b24a4b6ec685bcbb167f93046bf84ceba984f2"},
		{"sample2.jpg", "pdq-cpp", "as-is", 100, "7926d68de0760b52a5a3f48c16b24a4b6ec685bcbb163f93046bf84ceba984f2"},
		{"sample3.jpg", "pdq-canonical", "as-is", 100, "fe02fe0f01391be1f6c2e82f803f3e79df87bda042fc016b9c15f60268251ed4"},
		{"sample3.jpg", "pdq-canonical", "pad-15", 100, "7e02fe0f01391fe136e2e82fa01f067bdf87bfa042fc016b9e19f702782516d4"},
		{"sample3.jpg", "pdq-canonical", "trim", 100, "fe02fe0f01391be1f6c2e82f803f3e79df87bda042fc016b9c15f60268251ed4"},
		{"sample3.jpg", "pdq-cpp", "as-is", 100, "fe02be0f07399be176c2c82f813d3e79df87bd2043fc016b9c11f602682d96d4"},
		{"sample3.jpg", "pdq-full", "as-is", 100, "fe02be0f07399be176c2c82f813d3e79df87bd2043fc016b9c11f602682d96d4"},
		{"sample4.jpg", "pdq-canonical", "as-is", 100, "4b360db2cd332ce32c36b0c63cb3f2c2b4e64b8cd2d33b590b4bc1e4fd298e1c"},
		{"sample4.jpg", "pdq-canonical", "pad-15", 100, "cb364d32cb332cf30c36b4c60c33f2c2b4f64b8ed0d33b590b4bd164bd0b8e9c"},
		{"sample4.jpg", "pdq-canonical", "trim", 100, "168651ba169aaa4d4acfa94ebb4a9479ea4e2b9c151a7f097be92426e2915bf8"},
		{"sample4.jpg", "pdq-cpp", "as-is", 100, "4b320db24d332ce32c33b0c63cb3f2c2b4f64b8cd2d33b590b4bd1e4fd298e1c"},
		{"sample4.jpg", "pdq-full", "as-is", 100, "4b360db24d332ce32c33b0c62cb372c2b4f64b8cd2d33b590b4bd1e4fd298e9c"},
	} {
		h, err := imagehash.ParsePDQ(test.hasher)
		if err != nil {
			t.Fatal(err)
		}
		v, err := imagehash.ParseView(test.view)
		if err != nil {
			t.Fatal(err)
		}
		got := hash(t, decodeFile(t, filepath.Join(dir, test.file)), h, v)[0]
		if s := got.Hash.String(); s != test.hash || got.Quality != test.quality {
			t.Errorf("{%q, %q, %q, %d, %q},", test.file, test.hasher, test.view, got.Quality, s)
		}
	}
}

// TestLargePhotographs decodes photographs of many cameras and checks what the
// scalings and the phase are for: a client that samples with the phase of a
// list's scaling comes nearer to its hashes.
func TestLargePhotographs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute in WebAssembly: left out by -short")
	}
	files := testfiles.Files(t, testfiles.Shared(t, "photos-large"), 50, "*.jpg")
	hashers := []imagehash.PDQ{
		{}, {Phase: -50}, {Phase: -145}, {Scaling: imagehash.ScalingCPP}, {Scaling: imagehash.ScalingFull},
	}
	var distance [5][5]int
	turned, compared := 0, 0
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := DecodeConfig(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if c.Width < 1600 && c.Height < 1600 {
			t.Errorf("%s: %d×%d is not large", file, c.Width, c.Height)
		}
		if c.Orientation != Upright {
			turned++
		}
		if i%9 != 0 && c.Orientation == Upright {
			continue
		}
		p := decodeFile(t, file)
		var hashes [5]imagehash.Hash
		quality := 100
		for k, h := range hashers {
			f := hash(t, p, h)[0]
			hashes[k] = f.Hash
			quality = min(quality, f.Quality)
		}
		if quality < 50 {
			continue
		}
		compared++
		for k := range hashes {
			for l := range hashes {
				distance[k][l] += hashes[k].Distance(hashes[l])
			}
		}
	}
	if turned < 3 || compared < 6 {
		t.Fatalf("%d photographs are turned, %d compared", turned, compared)
	}
	for k, row := range distance {
		t.Logf("%-18s %5.1f", hashers[k].Name(), mean(row, compared))
	}
	if distance[1][3] >= distance[0][3] || distance[1][3] > 4*compared {
		t.Errorf("phase −50 is no nearer to cpp: %v", distance[3])
	}
	if distance[2][4] >= distance[0][4] || distance[2][4] > 4*compared {
		t.Errorf("phase −145 is no nearer to full: %v", distance[4])
	}
}

func mean(sums [5]int, n int) (means [5]float64) {
	for i, s := range sums {
		means[i] = float64(s) / float64(n)
	}
	return means
}
