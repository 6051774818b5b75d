package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/veilhash/veilhash/sdk/evaluate"
	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

// pdqDistance is the distance at which PDQ hashes are said to match.
const pdqDistance = 31

// edits are all that have names, and whether that makes them an edit of the whole picture.
func edits() []edit.Edit {
	return slices.Concat(edit.Suite(), edit.BesideSuite(), edit.LargeSuite())
}

// edit is what a request asks for: by name, with the chance that belongs to it, or any recipe.
func (e editRequest) edit() (edit.Edit, error) {
	if e.Name == "" {
		return edit.Parse("", e.Recipe)
	}
	all := edits()
	i := slices.IndexFunc(all, func(o edit.Edit) bool { return o.Name == e.Name })
	if i < 0 {
		return edit.Edit{}, fmt.Errorf("lab: there is no edit %q", e.Name)
	}
	return all[i], nil
}

// asCopy makes the copy that a request asks for.
func (b *boundary) asCopy(r request) (p *lab.Picture, c *lab.Copy, e edit.Edit, err error) {
	if p, err = b.picture(r.Key); err != nil {
		return nil, nil, e, err
	}
	if e, err = r.Edit.edit(); err != nil {
		return nil, nil, e, err
	}
	if e.Recipe == "" {
		return p, p.Original(), e, nil
	}
	c, err = p.Edited(e, r.Seed)
	return p, c, e, err
}

func (b *boundary) examine(r request) (any, []byte, error) {
	schemes := make([]*lab.Scheme, len(r.Schemes))
	for i, text := range r.Schemes {
		var err error
		if schemes[i], err = b.scheme(text); err != nil {
			return nil, nil, err
		}
	}
	if r.Own < -1 || r.Own >= b.set.Len() {
		return nil, nil, fmt.Errorf("lab: the set has no entry %d", r.Own)
	}
	var out examined
	watch := newWatch()
	_, c, e, err := b.asCopy(r)
	if err != nil {
		return nil, nil, err
	}
	out.Times.Edit = watch.lap()
	views, err := c.Hash(b.hasher, lab.Views(schemes...)...)
	if err != nil {
		return nil, nil, err
	}
	out.Times.Hash = watch.lap()
	hashes, err := evaluate.Classic(c.Pixels)
	if err != nil {
		return nil, nil, err
	}
	out.Times.Classic = watch.lap()
	for _, s := range schemes {
		result, err := b.find(s, views)
		if err != nil {
			return nil, nil, err
		}
		out.Schemes = append(out.Schemes, result)
	}
	out.Times.Probes = watch.lap()

	out.Width, out.Height, out.Recipe, out.Classic = c.Pixels.Rect.Dx(), c.Pixels.Rect.Dy(), e.Recipe, classic(hashes)
	for i := range views {
		out.Views = append(out.Views, viewResult{views[i].View.String(), views[i].Hash.String(), views[i].Quality})
	}
	for k := range imagehash.HashBits {
		out.Margins = append(out.Margins, views[0].Margin(k))
	}
	b.distances(&out, r.Own, views)
	var pixels []byte
	if r.Side > 0 {
		out.Small, pixels = small(edit.Reduce(c.Pixels, r.Side))
	}
	return out, pixels, nil
}

// find is what one scheme finds.
func (b *boundary) find(s *lab.Scheme, views []imagehash.ViewFeatures) (schemeResult, error) {
	probes, err := s.Examine(views, b.set)
	if err != nil {
		return schemeResult{}, err
	}
	out := schemeResult{Text: s.String(), Probes: []probeResult{}, Entries: []int{}}
	for _, p := range probes {
		out.Probes = append(out.Probes, probeResult{p.View.String(), orNone(p.Flips), hex.EncodeToString(p.Token), orNone(p.Entries)})
		out.Entries = append(out.Entries, p.Entries...)
	}
	slices.Sort(out.Entries)
	out.Entries = slices.Compact(out.Entries)
	return out, nil
}

// orNone makes an empty list of none, for JSON.
func orNone(list []int) []int {
	if list == nil {
		return []int{}
	}
	return list
}

// distances compares the copy with the set by PDQ.
func (b *boundary) distances(out *examined, own int, views []imagehash.ViewFeatures) {
	out.Own, out.OwnViews, out.Nearest, out.NearestDistance, out.Within = -1, -1, -1, -1, []int{}
	if own >= 0 {
		for i := range views {
			if views[i].Quality < lab.MinQuality {
				continue
			}
			d := b.set.Distance(own, views[i].Hash)
			if i == 0 {
				out.Own = d
			}
			if out.OwnViews < 0 || d < out.OwnViews {
				out.OwnViews = d
			}
		}
	}
	if views[0].Quality < lab.MinQuality {
		return
	}
	out.Within = orNone(b.set.Within(views[0].Hash, pdqDistance))
	if n := b.set.Nearest(views[:1], own); n.Entry >= 0 {
		out.Nearest, out.NearestDistance = n.Entry, n.Distance
	}
}

func (b *boundary) cost(r request) (any, []byte, error) {
	_, c, _, err := b.asCopy(r)
	if err != nil {
		return nil, nil, err
	}
	out := costs{Schemes: []cost{}}
	for _, text := range r.Schemes {
		s, err := b.scheme(text)
		if err != nil {
			return nil, nil, err
		}
		watch := newWatch()
		views, err := c.Hash(b.hasher, s.Views()...)
		if err != nil {
			return nil, nil, err
		}
		hash := watch.lap()
		s.Probes(views, lab.MinQuality)
		out.Schemes = append(out.Schemes, cost{s.String(), hash, watch.lap()})
	}
	return out, nil, nil
}

func classic(hashes [len(evaluate.ClassicNames)]uint64) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = fmt.Sprintf("%016x", h)
	}
	return out
}

// A watch tells milliseconds.
type watch struct{ last time.Time }

func newWatch() *watch { return &watch{time.Now()} }

func (w *watch) lap() float64 {
	now := time.Now()
	d := now.Sub(w.last)
	w.last = now
	return float64(d.Microseconds()) / 1000
}
