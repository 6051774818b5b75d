package classic

import (
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/internal/frame"
)

// A sampler feeds one picture's rows to PDQ's sampler and to a lane for every frame that the views take. PDQ's decides when passes end, and whether one more is
// needed: it has the same frames.
type sampler struct {
	hasher        Hasher
	pdq           imagehash.Sampler
	width, height int
	views         []imagehash.View

	y       int // rows of this pass so far
	lanes   []*lane
	margin  int    // columns of padding on each side of line
	line    []byte // R, G, B of a row over white, with its padding
	borders *frame.Borders
	trimmed frame.Frame // after the first pass
	found   map[frame.Frame]imagehash.Features
}

func newSampler(h Hasher, pdq imagehash.Sampler, width, height int, views []imagehash.View) *sampler {
	s := &sampler{
		hasher: h, pdq: pdq, width: width, height: height,
		views: append([]imagehash.View(nil), views...),
		found: make(map[frame.Frame]imagehash.Features),
	}
	for _, v := range s.views {
		if v.Op == imagehash.OpTrim {
			s.borders = frame.NewBorders(width, height)
		}
		s.addLane(s.frame(v)) // of a view that trims: the whole picture, which it may turn out to be
	}
	s.line = make([]byte, 3*(width+2*s.margin))
	return s
}

// frame is what a view takes of the picture; of one that trims, as far as is known.
func (s *sampler) frame(v imagehash.View) frame.Frame {
	switch v.Op {
	case imagehash.OpPad:
		return frame.Frame{X: frame.Padded(s.width, v.Amount), Y: frame.Padded(s.height, v.Amount)}
	case imagehash.OpCrop:
		return frame.Frame{X: frame.Cropped(s.width, v.Amount), Y: frame.Cropped(s.height, v.Amount)}
	case imagehash.OpTrim:
		if s.trimmed != (frame.Frame{}) {
			return s.trimmed
		}
	}
	return frame.Whole(s.width, s.height)
}

// addLane adds a lane for a frame that has none yet.
func (s *sampler) addLane(f frame.Frame) {
	for _, l := range s.lanes {
		if l.frame == f {
			return
		}
	}
	cols, rows := s.hasher.grid()
	s.lanes = append(s.lanes, newLane(f, s.height, cols, rows))
	s.margin = max(s.margin, -f.X.Start)
}

// WriteRows implements [imagehash.Sampler].
func (s *sampler) WriteRows(rgba []byte) error {
	if err := s.pdq.WriteRows(rgba); err != nil {
		return err
	}
	stride := 4 * s.width
	for ; len(rgba) > 0; rgba = rgba[stride:] {
		if s.borders != nil {
			s.borders.Push(rgba[:stride])
		}
		s.fill(rgba[:stride])
		for _, l := range s.lanes {
			l.push(s.y, s.line[3*(s.margin+l.frame.X.Start):][:3*l.frame.X.Size])
		}
		s.y++
	}
	return nil
}

// fill sets line to a row over white, reflected into the margins.
func (s *sampler) fill(rgba []byte) {
	m, w := s.margin, s.width
	for x := range w {
		p := frame.PixelAt(rgba, x)
		copy(s.line[3*(m+x):], p[:])
	}
	for i := range m {
		copy(s.line[3*(m-1-i):][:3], s.line[3*(m+i):])
		copy(s.line[3*(m+w+i):][:3], s.line[3*(m+w-1-i):])
	}
}

// EndPass implements [imagehash.Sampler].
func (s *sampler) EndPass() (again bool, err error) {
	if again, err = s.pdq.EndPass(); err != nil {
		return again, err
	}
	for _, l := range s.lanes {
		s.found[l.frame] = s.hasher.features(l.luma())
	}
	s.lanes = nil
	if s.borders != nil {
		s.trimmed = s.borders.Frame()
		s.borders = nil
	}
	if again {
		s.margin, s.y = 0, 0
		s.addLane(s.trimmed)
	}
	return again, nil
}

// Features implements [imagehash.Sampler].
func (s *sampler) Features() ([]imagehash.ViewFeatures, error) {
	out, err := s.pdq.Features()
	if err != nil {
		return nil, err
	}
	for i := range out {
		quality := out[i].Quality
		out[i].Features = s.found[s.frame(s.views[i])]
		out[i].Quality = quality
	}
	return out, nil
}

// Grey implements [imagehash.Sampler].
func (s *sampler) Grey(n int) ([]byte, error) { return s.pdq.Grey(n) }
