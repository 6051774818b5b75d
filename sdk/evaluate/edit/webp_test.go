package edit

import (
	"bytes"
	"image"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

// A copy depends on its picture alone, not on what was encoded before or at the same time.
func TestWebPRepeats(t *testing.T) {
	rounds, size := 4, 320
	if runtime.GOARCH == "wasm" {
		rounds, size = 1, 160 // it is slow there
	}
	var pictures []*image.NRGBA
	r := rand.New(rand.NewPCG(5, 6))
	for range 6 {
		p := image.NewNRGBA(image.Rect(0, 0, size, size*3/4))
		base := r.IntN(256)
		for i := range p.Pix {
			p.Pix[i] = uint8(base + i/(700+base) + r.IntN(12))
			if i%4 == 3 {
				p.Pix[i] = 255
			}
		}
		pictures = append(pictures, p)
	}
	encode := func(i int) []byte {
		c, err := toWebP(75)(pictures[i], nil)
		if err != nil {
			t.Error(err)
			return nil
		}
		return c.Pix
	}
	want := make([][]byte, len(pictures))
	for i := range pictures {
		want[i] = encode(i)
	}
	for range rounds {
		var all sync.WaitGroup
		for _, i := range r.Perm(len(pictures)) {
			all.Go(func() {
				if !bytes.Equal(encode(i), want[i]) {
					t.Errorf("picture %d comes out differently the second time", i)
				}
			})
		}
		all.Wait()
	}
}
