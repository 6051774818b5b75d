//go:build !wasip1 && !js

package imagehash

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/testfiles"
)

// TestConformance is the first tier of conformance: from the same decoded bytes,
// the same hash and the same quality as Meta's C++ hasher, on every picture. The
// reference decodes with libjpeg, and so do we here, through djpeg. The second
// tier, with our own decoding, is in package decode.
func TestConformance(t *testing.T) {
	refs := testfiles.PDQ(t)
	djpeg, err := exec.LookPath("djpeg")
	if err != nil {
		testfiles.Missing(t, "djpeg is not installed (apt-get install libjpeg-turbo-progs)")
	}
	for _, ref := range refs {
		ppm, err := exec.Command(djpeg, "-ppm", ref.Path).Output()
		if err != nil {
			t.Errorf("%s: %v", ref.Name, err)
			continue
		}
		width, height, rgba, err := parsePPM(ppm)
		if err != nil {
			t.Errorf("%s: %v", ref.Name, err)
			continue
		}
		got, err := HashRGBA(PDQ{Scaling: ScalingCPP}, width, height, rgba)
		if err != nil {
			t.Errorf("%s: %v", ref.Name, err)
			continue
		}
		if h, q := got[0].Hash.String(), got[0].Quality; h != ref.Hash || q != ref.Quality {
			t.Errorf("%s: %s of quality %d, want %s of quality %d", ref.Name, h, q, ref.Hash, ref.Quality)
		}
	}
}

// parsePPM reads a binary PPM without comments, as djpeg writes it.
func parsePPM(data []byte) (width, height int, rgba []byte, err error) {
	var most int
	if _, err := fmt.Sscanf(string(data[:min(len(data), 40)]), "P6\n%d %d\n%d\n", &width, &height, &most); err != nil {
		return 0, 0, nil, err
	}
	header := bytes.Index(data, []byte("\n255\n")) + len("\n255\n")
	pixels := data[header:]
	if most != 255 || len(pixels) != 3*width*height {
		return 0, 0, nil, fmt.Errorf("PPM of %d×%d with %d bytes and values to %d", width, height, len(pixels), most)
	}
	rgba = make([]byte, 0, 4*width*height)
	for ; len(pixels) > 0; pixels = pixels[3:] {
		rgba = append(rgba, pixels[0], pixels[1], pixels[2], 255)
	}
	return width, height, rgba, nil
}
