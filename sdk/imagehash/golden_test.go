package imagehash

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testpicture"
)

// TestGolden holds hashes that must never change, since lists are made of them.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		seed          uint64
		width, height int
		hasher, view  string
		quality       int
		hash          string
	}{
		{1, 1000, 750, "pdq-canonical", "as-is", 100, "b7019c60b6696d3c6a8f5b1cb0cf6a5e43ab58dc0af623d849bee4067aa117e1"},
		{1, 1000, 750, "pdq-canonical", "pad-15", 100, "b751bc61b761e5206a0f5b1db4cf6a7641ab58dc02f623d849beec065aa117e1"},
		{1, 1000, 750, "pdq-canonical", "crop-15", 100, "b703bd70b26ded3c6a8f4b1cb0cf2a5e03ab58d80af623d849bee4066aa11fa1"},
		{1, 1000, 750, "pdq-canonical", "trim", 77, "d43dad74aae0ca136dd2ba4352a2b7c2e833c0d97566d629ed3ddee760254025"},
		{1, 1000, 750, "pdq-canonical@-50", "as-is", 100, "b7039c60b6696d3c6a8f4b1cb0cf6a5e43ab58dc0af623d849bee4067aa117e1"},
		{1, 1000, 750, "pdq-cpp", "as-is", 100, "b7039c60b6696d3c6a8f4b1cb0cf6a5e43ab58dc0af623d849bee4067aa117e1"},
		{1, 1000, 750, "pdq-full", "as-is", 100, "b7039c60b669753c6a8f4b1cb0cf6a5e43ab5cdc0af623d849bee4066aa117e1"},
		{2, 320, 480, "pdq-canonical", "as-is", 100, "75a5b7014e4cdc90623d9998084ef35b147e49666abe43b103def68b45be1d6c"},
		{2, 320, 480, "pdq-canonical", "pad-15", 100, "3581a70dce41dc94623d19984a4ef75b147e49666abe41f103def68b05be1d6c"},
		{2, 320, 480, "pdq-canonical", "crop-15", 100, "77a5b7098e4cdc90a23f3918086ef34b147e49662abe63b103dab68b55a61d7c"},
		{2, 320, 480, "pdq-canonical", "trim", 83, "beef5950dfe6a1a402af672f79ce4e6756b02de48f165e919e0a129b0aa601a4"},
		{2, 320, 480, "pdq-canonical@-50", "as-is", 100, "75a5b7014e4ccc90623d1d98084ef35b147e49666abe63b103def68b45be1d6c"},
		{2, 320, 480, "pdq-cpp", "as-is", 100, "75a5b701ce4ccc90a23d1d98084ef35b147e49662abe61b103def68b55be1d6c"},
		{2, 320, 480, "pdq-full", "as-is", 100, "75a5b701ce4ccc90a23d1d98084ef35b147e49662abe61b103def68b55be1d6c"},
		{3, 64, 64, "pdq-canonical", "as-is", 100, "4700b0d0f90683c91e7b4bbecacba3f906ab0f9e0aaf1e5e22fb14e903fce906"},
		{3, 64, 64, "pdq-canonical", "pad-15", 100, "4700b0d0f90683c91e7b4bbecacba3f906ab0f9e0aaf1e5e22fb14e903fce906"},
		{3, 64, 64, "pdq-canonical", "crop-15", 100, "4700b0d0f90683c91e7b4bbecacba3f906ab0f9e0aaf1e5e22fb14e903fce906"},
		{3, 64, 64, "pdq-canonical", "trim", 79, "87db589331e62c2df0e0c1f64f86b2e3c2a5f0de61e4e062174272e1cf14dd3e"},
		{3, 64, 64, "pdq-canonical@-50", "as-is", 100, "4700b0d0f90683c91e7b43beeacba3f906ab0f9e0aaf1e5e22fb14e903fce906"},
		{3, 64, 64, "pdq-cpp", "as-is", 100, "4700b050f906c3cd1e7b43bceacbb3f902ab0f9e0aaf1a5e22fe14f903fce906"},
		{3, 64, 64, "pdq-full", "as-is", 100, "4700b050f906c3cd1e7b43bceacbb3f902ab0f9e0aaf1a5e22fe14f903fce906"},
	} {
		p, err := ParsePDQ(test.hasher)
		if err != nil {
			t.Fatal(err)
		}
		v, err := ParseView(test.view)
		if err != nil {
			t.Fatal(err)
		}
		rgba := framed(test.seed, test.width, test.height, test.width/10, test.height/12, test.width/14, test.height/16)
		got, err := HashRGBA(p, test.width, test.height, rgba, v)
		if err != nil {
			t.Fatal(err)
		}
		if h, q := got[0].Hash.String(), got[0].Quality; h != test.hash || q != test.quality {
			t.Errorf("{%d, %d, %d, %q, %q, %d, %q},", test.seed, test.width, test.height, test.hasher, test.view, q, h)
		}
	}
}

// TestAccumulated hashes 150 pictures under all scalings and views in turn, and
// all that comes out of them, every coefficient to the last bit, into one
// value. Every platform has to reach it.
func TestAccumulated(t *testing.T) {
	const want = "cc8cfa88865f69118d459819131598981251109c19f6528aad8bcf95751c83ec"
	hashers := []PDQ{{}, {Scaling: ScalingCPP}, {Phase: -50}, {Scaling: ScalingFull}, {Phase: -145}}
	sum := sha256.New()
	for i := range 150 {
		p := hashers[i%len(hashers)]
		views := []View{AsIs(), allViews[1+i%5], Trim()}
		// Sizes from 5 to 604, of every parity and aspect.
		w, h := 5+(i*i*7+i*131)%600, 5+(i*i*13+i*57)%600
		rgba := testpicture.RGBA(uint64(i), w, h)
		switch i % 7 {
		case 3:
			testpicture.Transparent(uint64(i), rgba)
		case 5:
			rgba = framed(uint64(i), w, h, w/8, h/9, w/10, h/11)
		}
		s, err := p.Begin(w, h, views)
		if err != nil {
			t.Fatal(err)
		}
		for again := true; again; {
			if err := s.WriteRows(rgba); err != nil {
				t.Fatal(err)
			}
			if again, err = s.EndPass(); err != nil {
				t.Fatal(err)
			}
		}
		features, err := s.Features()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range features {
			sum.Write(f.Hash[:])
			var b []byte
			b = binary.BigEndian.AppendUint32(b, uint32(f.Quality))
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(f.Median))
			for _, c := range f.Coefficients {
				b = binary.BigEndian.AppendUint32(b, math.Float32bits(c))
			}
			sum.Write(b)
		}
		grey, err := s.Grey(1 + i%MaxGrey)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(grey)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		t.Errorf("accumulated %s, want %s", got, want)
	}
}
