package imagehash_test

import (
	"image"
	"testing"
	"time"

	"github.com/corona10/goimagehash"

	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

func benchmark(b *testing.B, h imagehash.Hasher, width, height int, views ...imagehash.View) {
	rgba := testpicture.RGBA(1, width, height)
	b.SetBytes(int64(len(rgba)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := imagehash.HashRGBA(h, width, height, rgba, views...); err != nil {
			b.Fatal(err)
		}
	}
}

var sixViews = []imagehash.View{
	imagehash.AsIs(), imagehash.Pad(15), imagehash.Pad(40), imagehash.Pad(80), imagehash.Crop(15), imagehash.Trim(),
}

func BenchmarkPDQ(b *testing.B)         { benchmark(b, imagehash.PDQ{}, 1000, 750) }
func BenchmarkPDQSixViews(b *testing.B) { benchmark(b, imagehash.PDQ{}, 1000, 750, sixViews...) }
func BenchmarkPDQSmall(b *testing.B)    { benchmark(b, imagehash.PDQ{}, 320, 240) }
func BenchmarkPDQ12MP(b *testing.B)     { benchmark(b, imagehash.PDQ{}, 4000, 3000) }

func BenchmarkPDQ12MPSixViews(b *testing.B) {
	benchmark(b, imagehash.PDQ{}, 4000, 3000, sixViews...)
}

func BenchmarkPDQCPP12MP(b *testing.B) {
	benchmark(b, imagehash.PDQ{Scaling: imagehash.ScalingCPP}, 4000, 3000)
}

func BenchmarkPDQFull12MP(b *testing.B) {
	benchmark(b, imagehash.PDQ{Scaling: imagehash.ScalingFull}, 4000, 3000)
}

// peer is the 256-bit hash of the library that Go programs use so far.
func peer(b *testing.B, m image.Image) {
	if _, err := goimagehash.ExtPerceptionHash(m, 16, 16); err != nil {
		b.Fatal(err)
	}
}

func peerImage() *image.NRGBA {
	return &image.NRGBA{Pix: testpicture.RGBA(1, 1000, 750), Stride: 4000, Rect: image.Rect(0, 0, 1000, 750)}
}

func BenchmarkPeerExtPerceptionHash(b *testing.B) {
	m := peerImage()
	b.ReportAllocs()
	for b.Loop() {
		peer(b, m)
	}
}

// BenchmarkPDQToPeer hashes one picture of 1000×750 with both, in turn, and
// reports PDQ's time as a share of the peer's.
func BenchmarkPDQToPeer(b *testing.B) {
	m := peerImage()
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := imagehash.HashRGBA(imagehash.PDQ{}, 1000, 750, m.Pix); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		peer(b, m)
		ours += between.Sub(start)
		theirs += time.Since(between)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "ours/peer")
}
