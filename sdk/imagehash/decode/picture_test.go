package decode

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// recorder is a sampler that keeps what it gets.
type recorder struct {
	rows   bytes.Buffer
	passes int // that it wants
	err    error
}

func (r *recorder) WriteRows(rgba []byte) error {
	if r.err != nil {
		return r.err
	}
	r.rows.Write(rgba)
	return nil
}
func (r *recorder) EndPass() (bool, error)                                      { r.passes--; return r.passes > 0, nil }
func (r *recorder) Features() ([]imagehash.ViewFeatures, error)                 { return nil, nil }
func (r *recorder) Grey(int) ([]byte, error)                                    { return nil, nil }
func (r *recorder) Name() string                                                { return "recorder" }
func (r *recorder) Bits() int                                                   { return 0 }
func (r *recorder) Begin(int, int, []imagehash.View) (imagehash.Sampler, error) { return r, nil }

// TestFeed checks that every pass gets every row of the upright picture.
func TestFeed(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {700, 300}, {20000, 3}, {3, 20000}} {
		want := transparentScene(size[0], size[1])
		for _, o := range []Orientation{Upright, Rotated90, Rotated270} {
			p := &Picture{config: Config{PNG, want.Rect.Dx(), want.Rect.Dy(), Upright}, src: sourceOf(want)}
			if o != Upright {
				s := stored(want, o)
				p = &Picture{config: Config{PNG, s.Rect.Dx(), s.Rect.Dy(), o}, src: sourceOf(s)}
			}
			r := &recorder{passes: 2}
			if err := p.Feed(r); err != nil {
				t.Fatal(err)
			}
			n := len(want.Pix)
			if got := r.rows.Bytes(); len(got) != 2*n || !bytes.Equal(got[:n], want.Pix) || !bytes.Equal(got[n:], want.Pix) {
				t.Errorf("%v, orientation %d: other rows", size, o)
			}
		}
	}
}

func TestFeedErrors(t *testing.T) {
	p := &Picture{config: Config{PNG, 9, 9, Upright}, src: sourceOf(scene(9, 9))}
	broken := errors.New("broken")
	if err := p.Feed(&recorder{err: broken}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := p.Hash(&recorder{err: broken, passes: 1}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := p.Hash(imagehash.PDQ{MaxPixels: 80}); !errors.As(err, new(*imagehash.SizeError)) {
		t.Errorf("%v", err)
	}
	s, err := imagehash.PDQ{}.Begin(8, 9, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Feed(s); err == nil {
		t.Error("a sampler for another size was content")
	}
}

// TestHash checks the short way against the long one, from several goroutines.
func TestHash(t *testing.T) {
	m := scene(333, 222)
	p, err := Decode(pngWithEXIF(pngOf(t, stored(m, Transversed)), exifOf(byteOrders[0], Transversed)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	views := []imagehash.View{imagehash.Trim(), imagehash.AsIs(), imagehash.Pad(40)}
	want, err := imagehash.HashRGBA(imagehash.PDQ{}, 333, 222, m.Pix, views...)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := p.Hash(imagehash.PDQ{}, views...)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s differs", views[i])
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkDecodeJPEG(b *testing.B) {
	data := jpegOf(b, scene(2000, 1500))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFeed measures conversion alone, and with hashing.
func BenchmarkFeed(b *testing.B) {
	plain := jpegOf(b, scene(2000, 1500))
	for name, data := range map[string][]byte{"upright": plain, "turned": jpegWithEXIF(plain, exifOf(byteOrders[0], Rotated90))} {
		p, err := Decode(data, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := &discarder{}
				if err := p.Feed(r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+" and hash", func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Hash(imagehash.PDQ{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// discarder is a sampler that wants one pass and keeps nothing.
type discarder struct{ recorder }

func (*discarder) WriteRows([]byte) error { return nil }
