package imagehash

import "github.com/veilhash/veilhash/sdk/imagehash/internal/frame"

// sampler hashes one picture by PDQ. The rows' luma, wider by the largest
// padding on each side, goes to every lane of the pass. Views that trim to
// something get their lane in a second pass, since their frame is known only
// after the first.
type sampler struct {
	pdq           PDQ
	width, height int
	views         []View
	luma          *lumaTable
	dct           *dctMatrix

	y       int // rows of this pass so far
	pass    int // 0, 1, or −1 after the last
	lanes   []*lane
	margin  int       // columns of padding on each side of line
	line    []float32 // luma of a row, with its padding
	border  *frame.Borders
	trimmed frame.Frame // after the first pass
	preview *preview

	found  map[frame.Frame]Features
	turned map[View]Features
}

func newSampler(p PDQ, width, height int, views []View) *sampler {
	s := &sampler{
		pdq: p, width: width, height: height,
		views: append([]View(nil), views...),
		luma:  newLumaTable(), dct: newDCTMatrix(),
		found: make(map[frame.Frame]Features), turned: make(map[View]Features),
	}
	for _, v := range s.views {
		if v.Op == OpTrim {
			// If there is nothing to trim, this is the picture as it is; so
			// that is hashed in any case.
			s.border = frame.NewBorders(width, height)
		}
		s.addLane(v.frame(width, height))
	}
	for _, l := range s.lanes {
		if l.frame == s.asIs() {
			s.preview = newPreview(l.x.cells, l.y.cells)
			l.preview = s.preview
			l.turners = newTurners(s.views, width, height)
		}
	}
	s.line = make([]float32, width+2*s.margin)
	return s
}

// asIs is the frame that is the whole picture.
func (s *sampler) asIs() frame.Frame { return AsIs().frame(s.width, s.height) }

// addLane adds a lane for a frame that has none yet.
func (s *sampler) addLane(f frame.Frame) {
	for _, l := range s.lanes {
		if l.frame == f {
			return
		}
	}
	s.lanes = append(s.lanes, newLane(f, s.height, &s.pdq))
	s.margin = max(s.margin, -f.X.Start)
}

// WriteRows implements [Sampler].
func (s *sampler) WriteRows(rgba []byte) error {
	if s.pass < 0 {
		return ErrOrder
	}
	stride := 4 * s.width
	if len(rgba)%stride != 0 {
		return ErrPartialRow
	}
	if len(rgba)/stride > s.height-s.y {
		return ErrTooManyRows
	}
	for ; len(rgba) > 0; rgba = rgba[stride:] {
		s.push(rgba[:stride])
	}
	return nil
}

// push takes a row through all lanes.
func (s *sampler) push(rgba []byte) {
	y := s.y
	s.y++
	if s.border != nil && s.pass == 0 {
		s.border.Push(rgba)
	}
	ready := false
	for _, l := range s.lanes {
		if !l.wanted[y] {
			continue
		}
		if !ready {
			s.fill(rgba)
			ready = true
		}
		l.push(y, s.line[s.margin+l.frame.X.Start:][:l.frame.X.Size])
	}
}

// fill sets line to the luma of a row, reflected into the margins.
func (s *sampler) fill(rgba []byte) {
	m, w := s.margin, s.width
	s.luma.row(s.line[m:m+w], rgba)
	for i := range m {
		s.line[m-1-i] = s.line[m+i]
		s.line[m+w+i] = s.line[m+w-1-i]
	}
}

// EndPass implements [Sampler].
func (s *sampler) EndPass() (again bool, err error) {
	if s.pass < 0 {
		return false, ErrOrder
	}
	if s.y < s.height {
		return false, ErrMissingRows
	}
	for _, l := range s.lanes {
		s.found[l.frame] = l.features(s.dct)
		for _, t := range l.turners {
			s.turned[t.view] = l.featuresOf(t.filter, s.dct)
		}
	}
	s.lanes = nil // the memory is free for the next pass
	if s.pass == 0 && s.border != nil {
		s.trimmed = s.border.Frame()
		s.border = nil
		if _, ok := s.found[s.trimmed]; !ok {
			s.margin = 0
			s.addLane(s.trimmed)
			s.pass, s.y = 1, 0
			return true, nil
		}
	}
	s.pass = -1
	return false, nil
}

// Features implements [Sampler].
func (s *sampler) Features() ([]ViewFeatures, error) {
	if s.pass >= 0 {
		return nil, ErrOrder
	}
	out := make([]ViewFeatures, len(s.views))
	for i, v := range s.views {
		f := v.frame(s.width, s.height)
		if v.Op == OpTrim {
			f = s.trimmed
		}
		if v.turns() {
			out[i] = ViewFeatures{View: v, Features: s.turned[v]}
			continue
		}
		out[i] = ViewFeatures{View: v, Features: s.found[f], Same: v != AsIs() && f == s.asIs()}
	}
	return out, nil
}

// Grey implements [Sampler].
func (s *sampler) Grey(n int) ([]byte, error) {
	if s.preview == nil {
		return nil, &ViewError{View: AsIs(), Reason: "not among the views, so there is no grey picture"}
	}
	if n < 1 || n > MaxGrey {
		return nil, &ConfigError{Field: "n", Reason: "is not within 1 and 128"}
	}
	if s.pass == 0 {
		return nil, ErrOrder
	}
	return s.preview.grey(n), nil
}
