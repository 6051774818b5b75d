package imagehash

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// TestStrips checks that rows in strips of any number give the same features.
func TestStrips(t *testing.T) {
	const w, h = 333, 251
	rng := rand.New(rand.NewPCG(3, 4))
	rgba := framed(7, w, h, 10, 20, 30, 40)
	for _, p := range []PDQ{{}, {Scaling: ScalingCPP}, {Scaling: ScalingFull}} {
		want, err := HashRGBA(p, w, h, rgba, allViews...)
		if err != nil {
			t.Fatal(err)
		}
		for _, most := range []int{1, 2, 16, h} {
			s, err := p.Begin(w, h, allViews)
			if err != nil {
				t.Fatal(err)
			}
			passes := 0
			for again := true; again; passes++ {
				for y := 0; y < h; {
					n := min(rng.IntN(most+1), h-y) // an empty strip is one too
					strip := slices.Clone(rgba[4*w*y : 4*w*(y+n)])
					if err := s.WriteRows(strip); err != nil {
						t.Fatal(err)
					}
					clear(strip) // the sampler must not have kept it
					y += n
				}
				if again, err = s.EndPass(); err != nil {
					t.Fatal(err)
				}
			}
			if passes != 2 {
				t.Errorf("%d passes for a picture with borders", passes)
			}
			got, err := s.Features()
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, strips of up to %d rows: features differ (%v)", p.Name(), most, err)
			}
		}
	}
}

func TestSame(t *testing.T) {
	check := func(width, height int, rgba []byte, views []View, want ...bool) {
		t.Helper()
		got, err := HashRGBA(PDQ{}, width, height, rgba, views...)
		if err != nil {
			t.Fatal(err)
		}
		asIs, err := HashRGBA(PDQ{}, width, height, rgba)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range got {
			if f.View != views[i] || f.Same != want[i] {
				t.Errorf("%s: view %s, same %v, want %v", views[i], f.View, f.Same, want[i])
			}
			if f.Same && f.Features != asIs[0].Features {
				t.Errorf("%s: same, but other features", f.View)
			}
		}
	}
	views := []View{Trim(), AsIs(), Pad(15), Crop(15), Trim()}
	check(200, 150, testpicture.RGBA(1, 200, 150), views, true, false, false, false, true)
	check(200, 150, framed(1, 200, 150, 0, 20, 0, 20), views, false, false, false, false, false)
	check(60, 60, testpicture.RGBA(1, 60, 60), views, true, false, true, true, true)
	check(200, 150, testpicture.RGBA(1, 200, 150), views[:1], true)
}

// TestTrimEqualsCrop checks that a trimmed frame that another view has already
// is not hashed twice.
func TestTrimEqualsCrop(t *testing.T) {
	const w, h = 400, 200
	rgba := framed(2, w, h, 20, 10, 20, 10)
	s, err := PDQ{}.Begin(w, h, []View{Crop(100), Trim()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WriteRows(rgba); err != nil {
		t.Fatal(err)
	}
	if again, err := s.EndPass(); again || err != nil {
		t.Fatalf("%v, %v", again, err)
	}
	f, err := s.Features()
	if err != nil || f[0].Features != f[1].Features || f[1].Same {
		t.Errorf("%v, %v", f, err)
	}
}

func TestSamplerErrors(t *testing.T) {
	const w, h = 8, 6
	rgba := testpicture.RGBA(1, w, h)
	s, err := PDQ{}.Begin(w, h, []View{AsIs(), Trim()})
	if err != nil {
		t.Fatal(err)
	}
	wantErr := func(got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	_, err = s.Features()
	wantErr(err, ErrOrder)
	_, err = s.Grey(8)
	wantErr(err, ErrOrder)
	_, err = s.EndPass()
	wantErr(err, ErrMissingRows)
	wantErr(s.WriteRows(rgba[:4*w-1]), ErrPartialRow)
	wantErr(s.WriteRows(rgba[:4*w*2]), nil)
	wantErr(s.WriteRows(rgba), ErrTooManyRows)
	_, err = s.EndPass()
	wantErr(err, ErrMissingRows)
	wantErr(s.WriteRows(rgba[4*w*2:]), nil)
	wantErr(s.WriteRows(rgba[:4*w]), ErrTooManyRows)
	wantErr(s.WriteRows(nil), nil)
	again, err := s.EndPass()
	wantErr(err, nil)
	if again {
		t.Error("a second pass without borders")
	}
	_, err = s.EndPass()
	wantErr(err, ErrOrder)
	wantErr(s.WriteRows(rgba), ErrOrder)
	got, err := s.Features()
	wantErr(err, nil)
	// None of the refused calls has left a trace.
	if want := naiveFeatures(PDQ{}, AsIs(), w, h, rgba); got[0].Features != want {
		t.Error("other features after refused calls")
	}
}

// TestAllocs checks that rows cost no allocation, in any pass.
func TestAllocs(t *testing.T) {
	const w, h = 700, 2000
	row := framed(1, w, 3, 5, 1, 5, 1)[4*w : 8*w]
	blank := make([]byte, 4*w)
	for _, p := range []PDQ{{}, {Scaling: ScalingCPP}, {Scaling: ScalingFull}} {
		s, err := p.Begin(w, h, allViews)
		if err != nil {
			t.Fatal(err)
		}
		for pass := range 2 {
			write := func(row []byte) {
				if err := s.WriteRows(row); err != nil {
					t.Fatal(err)
				}
			}
			write(blank)
			if n := testing.AllocsPerRun(h-4, func() { write(row) }); n != 0 { // which calls it h−3 times
				t.Errorf("%s, pass %d: %v allocations a row", p.Name(), pass, n)
			}
			write(row)
			write(blank)
			if again, err := s.EndPass(); err != nil || again != (pass == 0) {
				t.Fatalf("%v, %v", again, err)
			}
		}
	}
}

// TestMemory checks the promise that memory does not grow with the area.
func TestMemory(t *testing.T) {
	const w, h = 4000, 3000
	for _, test := range []struct {
		p     PDQ
		views []View
		limit uint64 // bytes
	}{
		{PDQ{}, nil, 300 << 10},
		{PDQ{}, []View{AsIs(), Pad(15), Pad(40), Pad(80), Crop(15), Trim()}, 2 << 20},
		{PDQ{Scaling: ScalingCPP}, nil, 300 << 10},
		{PDQ{Scaling: ScalingFull}, nil, 1 << 20},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := test.p.Begin(w, h, test.views)
		if err != nil {
			t.Fatal(err)
		}
		row := make([]byte, 4*w)
		for range h {
			if err := s.WriteRows(row); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.EndPass(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		used := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s, %d views of %d×%d: %d KB", test.p.Name(), len(test.views), w, h, used>>10)
		if used > test.limit {
			t.Errorf("%s, %d views: %d bytes, over %d", test.p.Name(), len(test.views), used, test.limit)
		}
	}
}
